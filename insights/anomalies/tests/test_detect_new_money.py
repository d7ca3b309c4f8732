"""What a bill never had before is told by its size, in its first days."""

from datetime import timedelta

import pytest

from insights.anomalies.engine.anomaly_records import Finding, Kind
from insights.anomalies.engine.incidents import find_incidents
from insights.anomalies.engine.tagged import find_tag_anomalies
from insights.anomalies.tests.series import FIRST_DAY, add, drawn
from insights.bill_records import Bill, Scope

DAY, DAYS = 120, 150
DB, VM = Scope("1", "db", "east"), Scope("1", "vm", "east")
Amounts = dict[Scope, list[float | None]]


def usual() -> Amounts:
    return {DB: drawn(300, days=DAYS), VM: drawn(700, days=DAYS, seed=2)}


def begun(level: float, day: int = DAY) -> list[float | None]:
    return [*[0.0] * day, *drawn(level, days=DAYS - day, seed=3)]


def found_of(more: Amounts, until: int = DAYS) -> list[Finding]:
    parts = {part: values[:until] for part, values in {**usual(), **more}.items()}
    return find_incidents(Bill("USD", FIRST_DAY, parts))


@pytest.mark.parametrize("level", [200.0, 40_000.0])
def test_a_new_service_is_reported_on_its_first_day_with_its_money(
    level: float,
) -> None:
    part = Scope("1", "gpu", "west")
    (one,) = found_of({part: begun(level)})
    assert (one.kind, one.scope) == (Kind.NEW, part)
    assert one.first_day == one.seen_on == FIRST_DAY + timedelta(days=DAY)
    assert (one.expected, one.low, one.high) == (0, 0, 0)
    assert one.impact == pytest.approx(7 * level, rel=0.05)
    assert [cause.scope for cause in one.causes] == [part]
    assert one.is_over


def test_one_that_is_a_small_share_is_not_reported() -> None:
    assert found_of({Scope("1", "queue", "east"): begun(40)}) == []


def test_one_that_begins_small_is_reported_when_it_is_large() -> None:
    values: list[float | None] = [
        *[0.0] * DAY,
        1.0,
        5.0,
        20.0,
        *[200.0] * (DAYS - DAY - 3),
    ]
    (one,) = found_of({Scope("1", "gpu", "west"): values})
    assert one.first_day == FIRST_DAY + timedelta(days=DAY)
    assert one.seen_on == FIRST_DAY + timedelta(days=DAY + 3)


def test_a_new_account_is_one_row_with_its_services_as_causes() -> None:
    services = {Scope("2", name, "east"): begun(100) for name in ("db", "vm", "gpu")}
    (one,) = found_of(dict(services))
    assert one.scope == Scope("2", "", "east")
    assert {cause.scope for cause in one.causes} == set(services)


def test_a_region_that_an_account_never_used_is_new() -> None:
    (one,) = found_of(
        {Scope("1", "db", "west"): begun(50), Scope("1", "vm", "west"): begun(60)}
    )
    assert (one.kind, one.scope) == (Kind.NEW, Scope("1", "", "west"))


def test_a_second_new_service_of_an_account_that_was_new_is_reported_too() -> None:
    found = found_of(
        {
            Scope("2", "vm", "east"): begun(200, 60),
            Scope("2", "gpu", "east"): begun(300),
        }
    )
    assert [one.scope.service for one in found] == ["vm", "gpu"]


def test_the_first_days_of_a_bill_are_not_new_money() -> None:
    assert found_of({Scope("1", "gpu", "west"): begun(500, 9)}, until=40) == []


def test_it_goes_on_while_its_days_come() -> None:
    part = Scope("1", "gpu", "west")
    (one,) = found_of({part: begun(200)}, until=DAY + 2)
    assert (one.days, one.is_over) == (2, False)


def test_a_new_value_of_a_tag_is_reported_if_its_money_is_new_too() -> None:
    values = {
        "shop": Bill("USD", FIRST_DAY, {VM: drawn(700, days=DAYS)}),
        "lab": Bill("USD", FIRST_DAY, {VM: begun(100)}),
    }
    risen = add(drawn(700, days=DAYS), dict.fromkeys(range(DAY, DAYS), 100.0))
    bill = Bill("USD", FIRST_DAY, {VM: risen})
    (one,) = find_tag_anomalies(values, bill)
    assert (one.key, one.kind, one.currency) == ("lab", Kind.NEW, "USD")


def test_what_was_only_tagged_differently_is_not_new_money() -> None:
    values = {
        "shop": Bill("USD", FIRST_DAY, {VM: drawn(600, days=DAYS)}),
        "lab": Bill("USD", FIRST_DAY, {VM: begun(100)}),
    }
    bill = Bill("USD", FIRST_DAY, {VM: drawn(700, days=DAYS)})
    assert find_tag_anomalies(values, bill) == []


def test_a_day_that_was_not_read_hides_no_new_value_of_a_tag() -> None:
    """It begins small; the day before it is large is missing."""
    lab = [*[0.0] * DAY, 5.0, None, *drawn(100, days=DAYS - DAY - 2, seed=3)]
    shop = drawn(700, days=DAYS)
    shop[DAY + 1] = None
    values = {
        "shop": Bill("USD", FIRST_DAY, {VM: shop}),
        "lab": Bill("USD", FIRST_DAY, {VM: lab}),
    }
    bill = Bill(
        "USD", FIRST_DAY, {VM: add(shop, {at: lab[at] or 0.0 for at in range(DAYS)})}
    )
    (one,) = find_tag_anomalies(values, bill)
    assert (one.key, one.kind) == ("lab", Kind.NEW)
