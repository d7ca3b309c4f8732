"""The invented company's changes are explained, without a cent left over."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from functools import cache

import pytest

from core.money import ZERO
from core.windows import ONE_DAY, Window, add_months, first_of_month
from costs.explain.engine import explain
from costs.explain.records import Charges, Daily, Explanation, Incident, Kind, Part
from costs.queries.coverage import period_before
from providers.demo.bill import cost_rows
from providers.demo.company import ACCOUNTS
from providers.demo.incidents import NAT_SPIKE

ANCHOR = date(2026, 11, 20)
BILLED = Window(date(2026, 8, 1), ANCHOR)
SPIKE = Part(NAT_SPIKE.account_id, NAT_SPIKE.service)
NOVEMBER = Window(date(2026, 11, 1), ANCHOR)
OCTOBER = Window(date(2026, 10, 1), date(2026, 11, 1))


@cache
def bill() -> dict[Charges, Daily]:
    amounts: dict[Charges, dict[date, Decimal]] = defaultdict(
        lambda: defaultdict(Decimal)
    )
    for day in BILLED.days():
        for account in ACCOUNTS:
            for row in cost_rows(account.account_id, ANCHOR, day, ANCHOR):
                part = Part(row.sub_account_id, row.service)
                amounts[Charges(part, row.charge_category)][day] += row.billed
    return dict(amounts)


def spike() -> Incident:
    """What a backup job added for three days, beyond its usual day."""
    series = bill()[Charges(SPIKE, "Usage")]
    first = NAT_SPIKE.start(ANCHOR)
    days = [first + timedelta(at) for at in range(3)]
    amounts = {day: series[day] - series[first - ONE_DAY] for day in days}
    return Incident("NAT", "/", first, days[-1], SPIKE, {SPIKE: amounts})


def billed(window: Window) -> Decimal:
    days = list(window.days())
    return sum(
        (series.get(day, ZERO) for series in bill().values() for day in days), ZERO
    )


def explained(window: Window, previous: Window | None = None) -> Explanation:
    return explain(bill(), window, previous or period_before(window), [spike()])


@pytest.mark.parametrize("days", [1, 3, 7, 12, 30, 39])
@pytest.mark.parametrize("end", [ANCHOR, date(2026, 11, 2), date(2026, 10, 31)])
def test_any_periods_are_explained_to_the_last_decimal(days: int, end: date) -> None:
    window = Window(end - ONE_DAY * days, end)
    for previous in (period_before(window), Window(BILLED.start, add_months(end, -1))):
        if previous.start not in BILLED:
            continue
        for is_daily in (False, True):
            found = explain(bill(), window, previous, [spike()], is_daily=is_daily)
            assert sum((step.change for step in found.steps), ZERO) == found.change
        whole = explain(bill(), window, previous, [spike()])
        assert whole.total == billed(window)
        assert whole.previous_total == billed(previous)


def test_the_spike_of_october_explains_why_it_was_dear() -> None:
    found = explained(OCTOBER)

    assert found.steps[0].kind == Kind.ANOMALY
    kinds = {step.kind: step.change for step in found.steps}
    assert kinds[Kind.DAYS] > 0  # one more day than September
    assert first_of_month(NAT_SPIKE.start(ANCHOR)) == OCTOBER.start
    assert kinds[Kind.ANOMALY] == found.incidents > 0


def test_november_is_cheaper_by_that_spike() -> None:
    found = explained(NOVEMBER)

    assert found.previous_incidents > 0
    assert {step.kind: step.change for step in found.steps}[Kind.ANOMALY] < 0


def test_what_is_left_over_is_little() -> None:
    for window in (OCTOBER, NOVEMBER):
        found = explained(window)
        rest = [step.change for step in found.steps if step.kind == Kind.REST]
        assert abs(sum(rest, ZERO)) < 3 * found.least
