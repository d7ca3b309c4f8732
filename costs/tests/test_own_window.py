"""Which days of its own bill an account is asked for, once others pay for it."""

from datetime import date, timedelta

import pytest

from clouds.testing import account, aws_account
from core.testing.clock import TODAY
from core.windows import ONE_DAY, Window
from costs.models import CoveredDay
from costs.sync import own_window

pytestmark = pytest.mark.django_db
AVAILABLE = Window(TODAY - timedelta(days=90), TODAY)


@pytest.mark.parametrize(
    ("since", "last_covered", "start"),
    [
        (None, None, AVAILABLE.start),
        (TODAY - timedelta(days=9), None, TODAY - timedelta(days=9)),
        (None, TODAY - timedelta(days=5), TODAY - timedelta(days=5)),
        (
            TODAY - timedelta(days=9),
            TODAY - timedelta(days=5),
            TODAY - timedelta(days=5),
        ),
        # One that left today: the newest day is asked for, rather than none.
        (TODAY, None, TODAY - ONE_DAY),
    ],
)
def test_it_begins_where_the_bill_of_another_ends(
    since: date | None, last_covered: date | None, start: date
) -> None:
    mine, payer = aws_account(bill_since=since), account(2, "payer")
    covered = [last_covered, last_covered - ONE_DAY] if last_covered else []
    for day in covered:
        CoveredDay.objects.create(
            account=payer,
            sub_account_id=mine.account_id,
            day=day,
        )
    assert own_window(mine, AVAILABLE) == Window(start, TODAY)
