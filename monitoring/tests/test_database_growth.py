"""The growth of the database foretells when its disk is full, and alerts before."""

from datetime import timedelta

import pytest
from pytest_django import Settings

from core.testing.clock import NOW
from core.windows import ONE_DAY
from monitoring.database import growth
from monitoring.database.growth import days_until_full, record_database_size
from monitoring.metrics.models import MetricPoint
from monitoring.models import AlertRule
from monitoring.rules.defaults import add_default_rules
from monitoring.rules.readings import readings

GIB = 2**30


@pytest.mark.parametrize(
    ("sizes", "left"),
    [
        ([1, 2, 3, 4], 6),
        ([4, 4, 4, 4], 3650),
        ([4, 3, 2, 1], 3650),
        ([1, 1.1, 1.2, 3.9, 4.0], 60),
        ([10, 11, 12], 0),
        ([10, 10, 10], 0),
        ([1, 2], None),
    ],
    ids=["grows", "stays", "shrinks", "one leap", "is full", "stays full", "few days"],
)
def test_it_is_full_when_it_grows_on_as_it_did(
    settings: Settings, sizes: list[float], left: float | None
) -> None:
    settings.DATABASE_DISK_GIB = 10
    days = [(at - len(sizes), size * GIB) for at, size in enumerate(sizes)]
    found = days_until_full(int(sizes[-1] * GIB), days)
    assert found == (left if left is None else pytest.approx(left, rel=0.001))


def test_without_the_size_of_its_disk_nothing_is_foreseen() -> None:
    assert days_until_full(GIB, [(0, 1.0), (1, 2.0), (2, 3.0)]) is None


@pytest.mark.django_db
def test_a_day_in_which_it_leaps_does_not_count(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DATABASE_DISK_GIB = 10
    start = NOW.replace(hour=0, minute=0) - 3 * ONE_DAY
    for days, size in ((0, 1), (1, 1), (1.5, 5), (2, 5), (3, 5)):
        monkeypatch.setattr(growth, "database_bytes", lambda size=size: size * GIB)
        record_database_size(start + days * ONE_DAY)
    left = MetricPoint.objects.filter(series__name="database_days_until_full")
    assert left.latest("recorded_at").value == 3650


@pytest.mark.django_db
def test_it_is_recorded_each_minute_and_held_to_its_rule(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DATABASE_DISK_GIB = 10
    for back in range(3, -1, -1):
        size = (9 - back) * GIB
        monkeypatch.setattr(growth, "database_bytes", lambda size=size: size)
        record_database_size(NOW - back * ONE_DAY)
        record_database_size(NOW - back * ONE_DAY)
    assert MetricPoint.objects.filter(series__name="database_bytes").count() == 4
    AlertRule.objects.all().delete()  # another test may have
    add_default_rules(AlertRule)
    rule = AlertRule.objects.get(name="Database disk full soon")
    (found,) = readings(rule, NOW + timedelta(minutes=1))
    assert found.is_broken
    assert "is 1 d; the limit is 14 d." in found.sentence
    monkeypatch.undo()
    record_database_size(NOW)  # as the database is
