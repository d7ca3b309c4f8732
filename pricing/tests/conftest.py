"""Bills in one currency or another."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from clouds.models import CloudAccount
from core.testing.clock import NOW
from costs.models import BillSpan


@pytest.fixture
def billed_in() -> Callable[[CloudAccount, str], None]:
    """What gives an account a bill in one currency alone."""

    def bill(owner: CloudAccount, currency: str) -> None:
        BillSpan.objects.filter(account=owner).delete()
        day = NOW.date()
        BillSpan.objects.create(
            account=owner,
            currency=currency,
            first_day=day - timedelta(days=30),
            last_day=day,
            days=31,
        )

    return bill
