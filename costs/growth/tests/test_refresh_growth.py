"""How much recent days grow is measured by reads, restatements and settled totals."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from clouds.models import CloudAccount
from clouds.testing import account, aws_account
from core.testing.aws_emulator import EmulatedAws
from core.testing.aws_emulator.builders import USED, charge, june
from core.testing.clock import NOW
from core.windows import ONE_DAY, Window
from costs.growth.refresh import refresh_growth
from costs.growth.testing import grown, read_daily
from costs.models import CostGrowth
from costs.sync import sync_cost
from syncs.datasets import Dataset
from syncs.testing import run

pytestmark = [pytest.mark.django_db, pytest.mark.on_each_database]
DAY = date(2026, 11, 2)


def measured(owner: CloudAccount) -> dict[int, tuple[int, Decimal, Decimal]]:
    refresh_growth(owner, NOW)
    rows = CostGrowth.objects.filter(account=owner)
    return {row.age: (row.days, row.known, row.settled) for row in rows}


def test_a_day_counts_at_each_age_with_what_was_known_then() -> None:
    owner = account()
    grown(owner, DAY, ["90", "98", "100"])
    read_daily(owner, Window(DAY, DAY + ONE_DAY), ages=4)
    assert measured(owner) == {
        1: (1, 90, 100),
        2: (1, 98, 100),
        3: (1, 100, 100),
        4: (1, 100, 100),
    }


def test_measured_twice_it_is_the_same() -> None:
    owner = account()
    grown(owner, DAY, ["90", "100"])
    read_daily(owner, Window(DAY, DAY + ONE_DAY), ages=2)
    assert measured(owner) == measured(owner) != {}


def test_days_of_one_age_are_summed() -> None:
    owner = account()
    for back in range(3):
        grown(owner, DAY - ONE_DAY * back, ["90", "100"])
    read_daily(owner, Window(DAY - ONE_DAY * 2, DAY + ONE_DAY), ages=1)
    assert measured(owner) == {1: (3, 270, 300)}


def test_of_several_reads_of_one_age_the_last_counts() -> None:
    owner = account()
    grown(owner, DAY, ["90", "95"], every=timedelta(hours=6))
    for hours in (0, 6):
        at = datetime(2026, 11, 3, 6 + hours, tzinfo=NOW.tzinfo)
        run(owner, Dataset.COST, at, start=DAY, end=DAY + ONE_DAY)
    assert measured(owner) == {1: (1, 95, 95)}


def test_days_that_may_still_grow_measure_nothing() -> None:
    owner = account()
    young = NOW.date() - ONE_DAY * 7
    for day in (young, young - ONE_DAY):
        grown(owner, day, ["90", "100"])
        read_daily(owner, Window(day, day + ONE_DAY), ages=1)
    assert measured(owner) == {1: (1, 90, 100)}


def test_a_read_that_failed_or_was_of_other_days_is_none() -> None:
    owner = account()
    grown(owner, DAY, ["90", "100"])
    at = datetime(2026, 11, 3, 6, tzinfo=NOW.tzinfo)
    run(owner, Dataset.COST, at, start=DAY, end=DAY + ONE_DAY, status="failed")
    run(owner, Dataset.CPU, at, start=DAY, end=DAY + ONE_DAY)
    run(owner, Dataset.COST, at, start=DAY - ONE_DAY, end=DAY)
    run(account(2, "other"), Dataset.COST, at, start=DAY, end=DAY + ONE_DAY)
    assert measured(owner) == {}


def test_currencies_are_never_added() -> None:
    owner = account()
    grown(owner, DAY, ["90", "100"])
    grown(owner, DAY, ["5", "7"], currency="EUR")
    read_daily(owner, Window(DAY, DAY + ONE_DAY), ages=1)
    refresh_growth(owner, NOW)
    rows = CostGrowth.objects.order_by("currency").values_list("currency", "known")
    assert list(rows) == [("EUR", 5), ("USD", 90)]


def test_each_sync_measures_it(aws: EmulatedAws, now: datetime) -> None:
    """AWS is read on the day after, and again when the day is settled."""
    world, mine = aws.world(), aws_account()
    world.add_costs([charge(june(3), "5")])
    sync_cost(mine, datetime(2026, 6, 4, 6, tzinfo=now.tzinfo))
    assert not CostGrowth.objects.exists()
    world.restate(june(3), USED, Decimal("7.5"))
    sync_cost(mine, datetime(2026, 6, 5, 6, tzinfo=now.tzinfo))
    sync_cost(mine, now)
    ages = CostGrowth.objects.values_list("age", "known", "settled")
    assert (1, 5, Decimal("7.5")) in ages
    assert (2, Decimal("7.5"), Decimal("7.5")) in ages
