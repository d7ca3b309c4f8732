"""Changes that no single day shows: a rise that stays, and growth over weeks."""

from datetime import timedelta

import numpy as np
import pytest

from insights.anomalies.engine.anomaly_records import Finding, Kind, Series
from insights.anomalies.engine.daily import find_anomalies
from insights.anomalies.engine.incidents import find_incidents
from insights.anomalies.engine.lasting import newest
from insights.anomalies.tests.series import FIRST_DAY, OFFICE, add, drawn, found_in
from insights.bill_records import Bill, Scope

DAY, DAYS = 80, 120
SEEDS = range(40)


def risen(share: float, seed: int = 1, noise: float = 0.08) -> list[float | None]:
    values = drawn(1000, days=DAYS, noise=noise, seed=seed, week=OFFICE)
    return [
        value and value * (1 + share * (at >= DAY)) for at, value in enumerate(values)
    ]


def days_until_told(found: list[Finding], key: str) -> int | None:
    told = [one.seen_on for one in found if one.key == key]
    return (told[0] - FIRST_DAY).days - DAY if told else None


@pytest.mark.parametrize(("share", "least"), [(0.2, 0.45), (0.3, 0.75), (0.5, 0.85)])
def test_a_rise_that_stays_is_reported_within_seven_days(
    share: float, least: float
) -> None:
    many = [Series(str(seed), FIRST_DAY, risen(share, seed)) for seed in SEEDS]
    found = find_anomalies(many)
    after = [days_until_told(found, one.key) for one in many]
    in_time = [days for days in after if days is not None and 0 <= days <= 7]
    assert len(in_time) >= least * len(many)


def test_it_is_one_new_level_with_what_was_usual_before() -> None:
    (one,) = found_in(risen(0.25, noise=0.03))
    assert one.kind == Kind.SHIFT
    assert abs((one.first_day - FIRST_DAY).days - DAY) <= 2
    assert one.actual > one.high > one.expected > 0
    assert one.impact == pytest.approx(0.25 * 960 * one.days, rel=0.3)
    assert one.is_over


def test_a_rise_that_went_back_is_not_reported_again() -> None:
    values = risen(0.25, noise=0.03)
    values += drawn(1000, days=60, noise=0.03, seed=3, week=OFFICE)
    assert len(found_in(values)) == 1


def test_one_that_is_worth_little_is_not_reported() -> None:
    assert found_in([value and value / 100 for value in risen(0.3)]) == []


def test_costs_that_double_in_sixty_days_are_one_row_that_goes_on() -> None:
    days = np.arange(150)
    growth = 2 ** (np.clip(days - 60, 0, 60) / 60)
    values = np.array(drawn(400, days=150, noise=0.04), float) * growth
    (one,) = found_in(values.tolist())
    assert one.kind == Kind.GROWTH
    assert 60 <= (one.seen_on - FIRST_DAY).days <= 120
    assert (one.last_day - one.seen_on).days > 14


def test_growth_is_ongoing_until_nothing_was_added_for_weeks() -> None:
    growth = 2 ** (np.clip(np.arange(200) - 60, 0, 60) / 60)
    values = (np.array(drawn(400, days=200, noise=0.04), float) * growth).tolist()
    (rising,), (risen,) = found_in(values[:118]), found_in(values)
    assert not rising.is_over
    assert risen.is_over


def test_growth_that_no_week_shows_is_reported_by_nine_weeks() -> None:
    """In steps that are each too small for the weekly test."""
    noise = np.random.default_rng(4).standard_normal(200) * 0.01
    days = np.arange(200)
    values = 500 * np.exp(noise) * 1.0085 ** np.clip(days - 70, 0, 90)
    found = found_in(values.tolist())
    assert [one.kind for one in found] == [Kind.GROWTH]


def test_growth_goes_on_with_a_new_level_that_ended_nine_weeks_before() -> None:
    """After a level with another noise growth is looked for again in nine weeks."""
    noise = np.random.default_rng(4).standard_normal(200) * 0.01
    days = np.arange(200)
    growth = 1.0085 ** np.clip(days - 82, 0, 90)
    values = 200 * np.exp(noise) * np.where(days < 72, 1, 2.5) * growth
    (one,) = found_in(values.tolist())
    assert one.kind == Kind.GROWTH
    assert (one.first_day - FIRST_DAY).days == 72
    assert (one.last_day - one.first_day).days > 63


@pytest.mark.parametrize(
    ("days", "expected"), [(0, []), (1, [2.0]), (3, [np.nan, 1.0, 2.0])]
)
def test_days_before_the_nine_weeks_of_a_sum_are_unknown(
    days: int, expected: list[float]
) -> None:
    np.testing.assert_array_equal(newest(np.array([1.0, 2.0]), days), expected)


def test_growth_of_every_sixty_days_before_is_usual() -> None:
    noise = np.random.default_rng(4).standard_normal(400) * 0.01
    values = 500 * np.exp(noise) * 1.004 ** np.arange(400)
    assert found_in(values.tolist()) == []


def test_a_sum_tells_what_none_of_its_parts_does() -> None:
    """Each part is noisy; together they rose by a tenth."""
    parts = {}
    for seed in range(30):
        values = drawn(60, days=DAYS, noise=0.15, seed=seed)
        parts[Scope("1", f"service {seed}", "here")] = [
            value and value * (1 + 0.1 * (at >= DAY)) for at, value in enumerate(values)
        ]
    found = find_incidents(Bill("USD", FIRST_DAY, parts))
    assert [one.scope.service for one in found] == [""]
    assert 0 <= (found[0].seen_on - FIRST_DAY).days - DAY <= 14
    assert found[0].expected == pytest.approx(30 * 60, rel=0.1)
    assert found[0].actual > found[0].expected + 0.05 * 30 * 60


def test_a_part_and_its_sum_are_one_incident() -> None:
    parts = {
        Scope("1", f"service {seed}", "here"): drawn(20, days=DAYS, seed=seed)
        for seed in range(3)
    }
    parts[Scope("1", "db", "here")] = risen(0.3, noise=0.04)
    (one,) = find_incidents(Bill("USD", FIRST_DAY, parts))
    assert one.scope == Scope("1", "db", "here")
    assert one.causes[0].scope == one.scope


def test_a_fall_of_days_that_may_still_grow_is_not_reported() -> None:
    values = risen(-0.6, noise=0.03)[: DAY + 7]
    newest = frozenset(FIRST_DAY + timedelta(days=DAY + at) for at in range(7))
    scope = Scope("1", "db", "here")
    assert find_incidents(Bill("USD", FIRST_DAY, {scope: values}, newest)) == []
    assert find_incidents(Bill("USD", FIRST_DAY, {scope: values}))


def test_growth_takes_in_no_spike_and_no_new_service_of_its_region() -> None:
    days, vm, s3 = np.arange(150), Scope("1", "vm", "here"), Scope("1", "s3", "here")
    growth = 2 ** (np.clip(days - 60, 0, 60) / 60)
    parts = {
        vm: (np.array(drawn(400, days=150, noise=0.04), float) * growth).tolist(),
        s3: add(drawn(300, days=150, seed=2), {95: 400.0}),
        Scope("1", "gpu", "here"): [*[0.0] * 100, *drawn(200, days=50, seed=3)],
    }
    found = find_incidents(Bill("USD", FIRST_DAY, parts))
    kinds = {one.scope.service: one.kind for one in found}
    assert kinds == {"vm": Kind.GROWTH, "s3": Kind.SPIKE, "gpu": Kind.NEW}
    (spike,) = (one for one in found if one.scope == s3)
    assert (spike.seen_on - FIRST_DAY).days == 95


def test_growth_of_several_services_at_once_is_one_incident() -> None:
    growth = 2 ** (np.clip(np.arange(150) - 60, 0, 60) / 60)
    parts = {
        Scope("1", f"service {seed}", "here"): (
            np.array(drawn(200, days=150, noise=0.04, seed=seed), float) * growth
        ).tolist()
        for seed in range(4)
    }
    (one,) = find_incidents(Bill("USD", FIRST_DAY, parts))
    assert (one.kind, one.scope.service) == (Kind.GROWTH, "")
