"""The causes of a difference sum to it exactly, whatever the bill is."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from core.money import QUANTUM, ZERO
from core.windows import ONE_DAY, Window
from costs.explain.engine import explain, find_causes
from costs.explain.periods import Periods
from costs.explain.records import (
    Charges,
    Daily,
    Explanation,
    Incident,
    Kind,
    Part,
    PriceChange,
)
from providers.records import ChargeCategory

FIRST = date(2026, 9, 20)
PARTS = [Part(account, service) for account in ("1", "2") for service in ("EC2", "S3")]

amounts = st.integers(-(10**16), 10**16).map(lambda units: units * QUANTUM)
days = st.integers(0, 99).map(lambda at: FIRST + timedelta(at))
daily = st.dictionaries(days, amounts, max_size=20)
charges = st.builds(Charges, st.sampled_from(PARTS), st.sampled_from([*ChargeCategory]))
bills = st.dictionaries(charges, daily, max_size=8)
incidents = st.builds(
    Incident,
    title=st.just("EC2"),
    url=st.just("/"),
    first_day=days,
    last_day=days,
    part=st.sampled_from(PARTS),
    amounts=st.dictionaries(st.sampled_from(PARTS), daily, max_size=2),
)
prices = st.dictionaries(
    st.sampled_from(PARTS), st.builds(PriceChange, amounts, amounts), max_size=2
)
ignored = st.sets(st.sampled_from(["anomalies", "one_time"]))


@st.composite
def windows(draw: Any) -> Window:
    start = draw(days)
    return Window(start, start + ONE_DAY * draw(st.integers(1, 50)))


def stepped(explanation: Explanation) -> Decimal:
    return sum((step.change for step in explanation.steps), ZERO)


@given(bills, windows(), windows(), st.lists(incidents, max_size=3), prices)
def test_causes_sum_to_the_difference_without_a_remainder(
    bill: dict[Charges, Daily],
    window: Window,
    previous: Window,
    found: list[Incident],
    changed: dict[Part, PriceChange],
) -> None:
    periods = Periods(window, previous)
    left = {charges: dict(series) for charges, series in bill.items()}

    causes = list(find_causes(bill, left, periods, found, changed))

    sums = [periods.sums(series) for series in bill.values()]
    difference = sum((now - before for now, before in sums), ZERO)
    assert sum((cause.change for cause in causes), ZERO) == difference


@given(
    *(bills, windows(), windows(), st.lists(incidents, max_size=3), prices),
    *(st.booleans(), ignored),
)
def test_the_steps_that_are_shown_sum_to_the_change_that_is_shown(
    bill: dict[Charges, Daily],
    window: Window,
    previous: Window,
    found: list[Incident],
    changed: dict[Part, PriceChange],
    is_daily: bool,
    ignore: set[str],
) -> None:
    how: dict[str, Any] = {"is_daily": is_daily, "ignore": ignore}
    shown = explain(bill, window, previous, found, changed, **how)

    assert stepped(shown) == shown.change
    for step in shown.steps:
        named = sum((cause.change for cause in step.causes), ZERO)
        assert step.others or step.kind == Kind.REST or named == step.change


@given(bills, windows(), windows(), st.lists(incidents, max_size=3), ignored)
def test_averages_a_day_are_those_of_the_periods(
    bill: dict[Charges, Daily],
    window: Window,
    previous: Window,
    found: list[Incident],
    ignore: set[str],
) -> None:
    whole = explain(bill, window, previous, found, ignore=ignore)
    a_day = explain(bill, window, previous, found, is_daily=True, ignore=ignore)

    rounding = QUANTUM * 20
    assert abs(a_day.total * len(window) - whole.total) <= rounding * len(window)
    assert abs(
        a_day.previous_total * len(previous) - whole.previous_total
    ) <= rounding * len(previous)


@given(bills, windows())
def test_a_period_differs_from_itself_by_nothing(
    bill: dict[Charges, Daily], window: Window
) -> None:
    same = explain(bill, window, window)

    assert same.change == 0
    assert not same.is_significant
