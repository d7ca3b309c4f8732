"""Data is stored through the last day of the account that is furthest behind."""

from datetime import date, timedelta

import pytest
import time_machine

from clouds.models import CloudAccount
from clouds.registry import CloudKind
from clouds.testing import account
from core.testing.clock import NOW
from core.windows import add_months, first_of_month
from syncs.datasets import Dataset
from syncs.models import Watermark
from syncs.runs.watermarks import data_through
from users.testing import person

pytestmark = pytest.mark.django_db


def read_until(owner: CloudAccount, day: date) -> None:
    Watermark.objects.create(
        account=owner, dataset=Dataset.COST, region="", read_until=day, updated_at=NOW
    )


def bill(number: int) -> CloudAccount:
    return CloudAccount.objects.create(
        provider=CloudKind.FILES, account_id=f"bill:{number}", name=f"bill {number}"
    )


@time_machine.travel(NOW, tick=False)
def test_the_demo_that_is_being_read_holds_no_other_back() -> None:
    user, today = person("viewer"), NOW.date()
    demo = CloudAccount.objects.create(
        provider=CloudKind.DEMO, account_id=f"{9:012}", name="demo"
    )
    read_until(demo, today - timedelta(days=400))
    assert data_through(user) == []
    read_until(account(), today)
    assert data_through(user) == [("Cost", today - timedelta(days=1))]


@time_machine.travel(NOW, tick=False)
def test_an_old_bill_holds_no_other_account_back() -> None:
    user, today = person("viewer"), NOW.date()
    read_until(bill(1), date(2025, 2, 1))
    assert data_through(user) == [("Cost", date(2025, 1, 31))]
    read_until(account(), today)
    assert data_through(user) == [("Cost", today - timedelta(days=1))]
    read_until(bill(3), add_months(first_of_month(today), -1))
    assert data_through(user) == [("Cost", today - timedelta(days=1))]
    read_until(bill(2), today - timedelta(days=5))
    assert data_through(user) == [("Cost", today - timedelta(days=6))]
