"""A bill's incidents: one each, however many parts deviate, and their causes."""

from datetime import timedelta

import pytest

from insights.anomalies.engine.anomaly_records import Finding, Kind
from insights.anomalies.engine.incidents import find_incidents
from insights.anomalies.tests.series import FIRST_DAY, add, drawn
from insights.bill_records import Bill, Scope

ACCOUNTS, SERVICES, REGIONS = ("1", "2"), ("db", "vm", "cdn"), ("east", "west")
EVERY = [Scope(a, s, r) for a in ACCOUNTS for s in SERVICES for r in REGIONS]
DAY, DAYS = 120, 180

Amounts = dict[Scope, list[float | None]]


def calm() -> Amounts:
    return {
        scope: drawn(level=60.0, days=DAYS, noise=0.02, seed=seed)
        for seed, scope in enumerate(EVERY)
    }


def begun(level: float) -> list[float | None]:
    """Nothing until the day, and then that level."""
    return [*[0.0] * DAY, *drawn(level, days=DAYS - DAY)]


def incidents_of(parts: Amounts) -> list[Finding]:
    return find_incidents(Bill("USD", FIRST_DAY, parts))


def more(parts: Amounts, amount: float, *scopes: Scope, days: int = 3) -> Amounts:
    """With so much more in each part of the scopes for some days."""
    added = {DAY + at: amount for at in range(days)}
    return {
        part: add(values, added) if any(s.covers(part) for s in scopes) else values
        for part, values in parts.items()
    }


def test_a_calm_bill_has_no_incident() -> None:
    assert incidents_of(calm()) == []


def test_one_part_is_one_incident_and_its_cause() -> None:
    part = Scope("1", "db", "west")
    (one,) = incidents_of(more(calm(), 90.0, part))
    assert one.scope == part
    assert one.currency == "USD"
    assert one.impact == pytest.approx(270, abs=15)
    assert [cause.scope for cause in one.causes] == [part]


def test_a_service_that_deviates_everywhere_is_one_incident() -> None:
    (one,) = incidents_of(more(calm(), 50.0, Scope(service="vm")))
    assert one.scope == Scope(service="vm")
    assert one.impact == pytest.approx(4 * 150, abs=40)
    assert {cause.scope.service for cause in one.causes} == {"vm"}
    assert sum(cause.share for cause in one.causes) == pytest.approx(1)
    assert len(one.causes) == 4


def test_a_region_of_an_account_that_deviates_is_one_incident() -> None:
    place = Scope(account="2", region="east")
    (one,) = incidents_of(more(calm(), 50.0, place))
    assert one.scope == place


def test_a_little_more_in_every_part_is_reported_of_the_whole() -> None:
    """Each is too small a share to be told by itself."""
    (one,) = incidents_of(more(calm(), 9.0, Scope()))
    assert len(one.causes) == 10
    assert one.impact > 100
    assert one.first_day == FIRST_DAY + timedelta(days=DAY)


def test_a_little_more_in_two_parts_is_reported_of_both() -> None:
    two = [Scope("1", "db", region) for region in REGIONS]
    parts = {part: amounts for part, amounts in calm().items() if part in two}
    (one,) = incidents_of(more(parts, 9.0, Scope()))
    assert sorted(cause.scope for cause in one.causes) == two


def test_two_unrelated_parts_are_two_incidents() -> None:
    found = incidents_of(
        more(calm(), 90.0, Scope("1", "db", "west"), Scope("2", "cdn", "east"))
    )
    assert len(found) == 2


def test_a_service_in_a_region_where_it_never_was_is_reported() -> None:
    parts = calm()
    parts[Scope("1", "vm", "far")] = begun(level=80)
    (one,) = incidents_of(parts)
    assert one.scope == Scope("1", "vm", "far")
    assert one.kind == Kind.NEW
    assert one.first_day == FIRST_DAY + timedelta(days=DAY)


def test_a_day_that_was_not_read_is_no_incident() -> None:
    parts = {scope: [*v[:DAY], None, *v[DAY + 1 :]] for scope, v in calm().items()}
    assert incidents_of(parts) == []


@pytest.mark.parametrize(("apart", "count"), [(2, 1), (3, 2)])
def test_parts_of_a_service_are_one_incident_if_they_begin_within_two_days(
    apart: int, count: int
) -> None:
    parts = more(calm(), 90.0, Scope("1", "db", "west"))
    east = Scope("1", "db", "east")
    parts[east] = add(parts[east], {DAY + apart + at: 90.0 for at in range(3)})
    assert len(incidents_of(parts)) == count


def test_what_rises_and_what_falls_in_one_service_are_two_incidents() -> None:
    parts = more(calm(), 90.0, Scope("1", "db", "west"))
    parts = more(parts, -58.0, Scope("1", "db", "east"))
    assert sorted(one.direction for one in incidents_of(parts)) == ["down", "up"]
