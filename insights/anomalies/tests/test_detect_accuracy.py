"""Each alarm can say how well known incidents are found in its own series."""

import pytest

from insights.anomalies.engine.accuracy import measure, of_scopes
from insights.anomalies.engine.anomaly_records import Measure, Series
from insights.anomalies.tests.series import FIRST_DAY, OFFICE, add, drawn
from insights.bill_records import Bill, Scope


def test_incidents_are_found_where_noise_is_small() -> None:
    calm = Series("calm", FIRST_DAY, drawn(week=OFFICE))
    wild = Series("wild", FIRST_DAY, drawn(noise=0.6))
    found = measure([calm, wild])
    assert found["calm"].recall == 1
    assert found["calm"].false_per_month == 0
    assert found["calm"].tried == 4
    assert found["calm"].size == pytest.approx(50, rel=0.2)
    assert (found["wild"].recall or 0) < 0.5


def test_other_alarms_are_counted_by_month() -> None:
    values = add(drawn(days=190), {60: 90.0, 150: 300.0})
    assert measure([Series("one", FIRST_DAY, values)])["one"].false_per_month == 2 / 6


def test_a_series_that_is_too_short_is_not_guessed() -> None:
    short = measure([Series("short", FIRST_DAY, drawn(days=30))])["short"]
    assert (short.recall, short.tried) == (None, 0)
    nothing = measure([Series("nothing", FIRST_DAY, [])])["nothing"]
    assert (nothing.recall, nothing.false_per_month) == (None, None)


def test_it_is_measured_of_cpu_within_percent() -> None:
    busy = Series("i-1", FIRST_DAY, drawn(level=90, noise=0.02), measure=Measure.CPU)
    idle = Series("i-2", FIRST_DAY, drawn(level=5, noise=0.05), measure=Measure.CPU)
    found = measure([busy, idle])
    assert found["i-1"].recall == 0  # there is no room above 90 %
    assert found["i-2"].recall == 1


def test_it_is_measured_of_any_part_of_a_bill() -> None:
    parts = {
        Scope("1", service, "here"): drawn(level=80, seed=seed)
        for seed, service in enumerate(["db", "vm"])
    }
    bill = Bill("USD", FIRST_DAY, parts)
    found = of_scopes(bill, [Scope(), Scope(service="db")])
    assert found[Scope()].size == pytest.approx(80, rel=0.1)
    assert found[Scope(service="db")].size == pytest.approx(40, rel=0.1)
    assert {one.recall for one in found.values()} == {1.0}
