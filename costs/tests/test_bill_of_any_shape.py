"""Bills that Cost Explorer answers in unusual shapes are stored as they are."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from clouds.testing import aws_account
from core.testing.aws_emulator import EmulatedAws
from core.testing.aws_emulator.builders import charge, june
from core.testing.aws_emulator.cost_explorer import get_cost_and_usage
from core.testing.aws_emulator.server import OPERATIONS
from core.testing.aws_emulator.wire import Answer, Call
from core.windows import Window
from costs.models import DailyCost
from costs.sync import first_open_month, sync_cost
from costs.testing import rows_miss_totals, stored_costs
from syncs.testing import outcome

pytestmark = pytest.mark.django_db
DAYS = Window(june(17), june(20))


@pytest.mark.on_each_database
def test_what_was_paid_ahead_is_stored_with_its_effective_cost(
    aws: EmulatedAws, now: datetime
) -> None:
    """In that region nothing else was used, so that nothing was billed there."""
    aws.world().add_costs(
        [
            charge(june(17), "5"),
            charge(
                *(june(18), "0", "Amazon EC2", "DiscountedUsage", "eu-west-1"),
                amortized="4",
            ),
        ]
    )
    mine = aws_account()
    for _ in range(2):
        assert outcome(sync_cost(mine, now, window=DAYS)) == ("succeeded", "")
        row = DailyCost.objects.get(day=june(18))
        assert (row.service, row.region) == ("Amazon EC2", "eu-west-1")
        assert (row.billed, row.effective) == (Decimal(0), Decimal(4))
        assert not rows_miss_totals()


@pytest.mark.parametrize("question", ["RECORD_TYPE", "REGION"])
def test_days_that_are_out_of_order_are_refused_and_nothing_is_stored(
    aws: EmulatedAws, now: datetime, monkeypatch: pytest.MonkeyPatch, question: str
) -> None:
    """They are read day by day, so that such rows would be missing from theirs."""
    for day in DAYS.days():
        aws.world().add_costs([charge(day, "5"), charge(day, "1", kind="Tax")])
    mine = aws_account()
    sync_cost(mine, now, window=DAYS)
    before = stored_costs()
    monkeypatch.setitem(OPERATIONS, "ce:GetCostAndUsage", turned_round(question))
    status, error = outcome(sync_cost(mine, now + timedelta(hours=1), window=DAYS))
    assert status == "failed"
    assert "is answered in two places, or out of order" in error
    assert stored_costs() == before


def turned_round(question: str) -> Callable[[EmulatedAws, Call], Answer]:
    """Answer the question that groups by this dimension with its last day first."""

    def answer(aws: EmulatedAws, call: Call) -> Answer:
        found: Any = get_cost_and_usage(aws, call)
        if question in str(call.parameters.get("GroupBy")):
            return {**found, "ResultsByTime": found["ResultsByTime"][::-1]}
        return dict(found)

    return answer


@pytest.mark.parametrize(
    ("day", "first"),
    [
        (date(2026, 7, 1), june(1)),
        (date(2026, 7, 15), june(1)),
        (date(2026, 7, 16), date(2026, 7, 1)),
        (date(2026, 7, 31), date(2026, 7, 1)),
        (date(2026, 1, 15), date(2025, 12, 1)),
    ],
)
@pytest.mark.parametrize("hour", [0, 23])
def test_until_the_15th_the_bill_of_the_month_before_is_open(
    day: date, first: date, hour: int, now: datetime
) -> None:
    at = now.replace(year=day.year, month=day.month, day=day.day, hour=hour)
    assert first_open_month(at) == first


@pytest.mark.parametrize(("day", "start"), [(15, june(1)), (16, date(2026, 7, 1))])
def test_a_final_month_is_read_again_until_the_15th(
    aws: EmulatedAws, now: datetime, day: int, start: date
) -> None:
    aws.world().final_until = date(2026, 8, 1)
    aws.world().add_costs([charge(june(1), "1")])
    mine = aws_account()
    for day_of_july in (14, day):
        aws.now = datetime(2026, 7, day_of_july, 9, tzinfo=now.tzinfo)
        run = sync_cost(mine, aws.now)
        assert outcome(run) == ("succeeded", "")
    assert run.window == Window(start, aws.now.date())
