"""The demo's incidents: they are in the data, where they are said to be, once."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from statistics import mean

from core.windows import ONE_DAY
from providers.demo.company import ACCOUNTS
from providers.demo.incidents import (
    CLOUDWATCH_SHIFT,
    NAT_SPIKE,
    RUNAWAY_WORKER,
    Incident,
)
from providers.demo.lives import lives
from providers.demo.provider import DemoProvider
from providers.records import ChargeCategory
from providers.tests.readings import whole

ANCHOR = date(2026, 10, 20)
NOW = datetime(2026, 10, 20, 14, 30, tzinfo=UTC)


def quiet(_: str) -> None:
    pass


def company_usage(now: datetime) -> dict[date, float]:
    """The usage of all three accounts by day."""
    usage: dict[date, float] = defaultdict(float)
    for account in ACCOUNTS:
        demo = DemoProvider(account.account_id, ANCHOR, now)
        for row in whole(demo.fetch_costs(demo.cost_window(now), quiet)).rows:
            if row.charge_category is ChargeCategory.USAGE:
                usage[row.day] += float(row.billed)
    return usage


def service_usage(incident: Incident) -> dict[date, Decimal]:
    demo = DemoProvider(incident.account_id, ANCHOR, NOW)
    return {
        row.day: row.billed
        for row in whole(demo.fetch_costs(demo.cost_window(NOW), quiet)).rows
        if (row.service, row.region) == (incident.service, incident.region)
    }


def unusual_days(usage: dict[date, float]) -> set[date]:
    """Days a fifth above the mean of the same weekday one and two weeks away."""
    return {
        day
        for day, amount in usage.items()
        if amount
        > 1.2
        * mean(
            usage[near]
            for weeks in (-2, -1, 1, 2)
            if (near := day + timedelta(weeks=weeks)) in usage
        )
    }


def test_the_spike_stands_out_in_the_total_and_nothing_else_does() -> None:
    start = NAT_SPIKE.start(ANCHOR)
    days = {start + index * ONE_DAY for index in range(3)}
    assert unusual_days(company_usage(NOW)) == days
    assert all(NAT_SPIKE.covers(day, ANCHOR) for day in days)
    assert NAT_SPIKE.end(ANCHOR) == start + 3 * ONE_DAY


def test_no_spike_comes_back_after_the_anchor() -> None:
    assert not unusual_days(company_usage(NOW + timedelta(days=395)))


def test_the_level_shift_lasts() -> None:
    usage = service_usage(CLOUDWATCH_SHIFT)
    start = CLOUDWATCH_SHIFT.start(ANCHOR)
    before = max(amount for day, amount in usage.items() if day < start)
    after = min(amount for day, amount in usage.items() if day >= start)
    assert after > 2 * before
    assert CLOUDWATCH_SHIFT.end(ANCHOR) is None


def test_the_runaway_is_the_only_machine_that_ever_averages_so_much() -> None:
    hot = set()
    for account in ACCOUNTS:
        demo = DemoProvider(account.account_id, ANCHOR, NOW)
        ids: dict[str, list[str]] = defaultdict(list)
        for life in lives(account.account_id):
            ids[life.machine.region].append(life.instance_id)
        for part in demo.fetch_metrics(demo.metric_window(NOW), ids, quiet):
            hot |= {
                (record.resource_id, record.day)
                for record in part.cpu
                if (record.average_percent or 0) > 75
            }
    worker = next(
        life.instance_id
        for life in lives(RUNAWAY_WORKER.account_id)
        if life.machine.name == RUNAWAY_WORKER.machine
    )
    start = RUNAWAY_WORKER.start(ANCHOR)
    assert hot == {(worker, start + index * ONE_DAY) for index in range(5)}
