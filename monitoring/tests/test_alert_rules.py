"""A rule tells once when a breach has lasted, and once when it is over."""

from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from pytest_django import Settings

from alerts.models import Notice
from alerts.outbox import deliver_due
from core.testing.clock import NOW
from monitoring.health.components import COMPONENTS
from monitoring.health.models import HealthPeriod
from monitoring.metrics.points import Point, labels_text
from monitoring.metrics.record import record_points
from monitoring.models import AlertRule, Breach
from monitoring.rules.defaults import DEFAULT_RULES
from monitoring.rules.evaluate import evaluate_rules
from users.testing import ask, viewer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _mail_only(settings: Settings) -> None:
    settings.ALERT_EMAILS, settings.ALERT_WEBHOOK_URL = ["ops@example.com"], ""
    AlertRule.objects.all().delete()


def rule(**more: Any) -> AlertRule:
    values = {"name": "Busy", "subject": "host_cpu_percent", "threshold": 90}
    made = AlertRule(**{**values, "for_minutes": 3, **more})
    made.full_clean()
    made.save()
    return made


def minute(number: int, *values: float) -> list[str]:
    """Have each host at this value in that minute; return what is told then."""
    at = NOW + timedelta(minutes=number)
    before = set(Notice.objects.values_list("pk", flat=True))
    points = [
        Point("host_cpu_percent", labels_text({"host": f"h{n}"}), at, value, "%")
        for n, value in enumerate(values)
    ]
    if points:
        record_points(points, at)
    for _ in range(2):
        evaluate_rules(at)
    told = Notice.objects.exclude(pk__in=before).order_by("pk")
    found = [one.subject for one in told]
    deliver_due(at)
    return found


def test_it_tells_once_when_it_has_lasted_and_once_when_it_is_over() -> None:
    rule()
    assert [minute(n, 95) for n in range(3)] == [[], [], []]
    assert minute(3, 97) == [
        "Busy: host_cpu_percent (host=h0) is 97.0%; the limit is 90.0%."
    ]
    assert minute(4, 99) == []
    assert minute(5, 20) == [
        "Over: Busy: host_cpu_percent (host=h0) is 20.0%; the limit is 90.0%."
    ]
    assert minute(6, 20) == []
    (breach,) = ask("monitoring/breaches/", open="false")["results"]
    assert (breach["rule"], breach["subject"]) == ("Busy", "host_cpu_percent (host=h0)")
    first, last = Notice.objects.order_by("pk")
    assert (first.severity, last.severity, last.is_end) == ("warning", "info", True)


def test_a_moment_is_no_breach_and_leaves_no_trace() -> None:
    rule()
    assert [minute(n, value) for n, value in enumerate((95, 95, 50, 95))] == [[]] * 4
    assert Breach.objects.count() == 1


def test_hosts_are_held_to_it_each_and_by_their_labels() -> None:
    rule(for_minutes=0, labels={"host": "h1"})
    rule(name="Idle", kind="below", threshold=1, for_minutes=0)
    assert minute(0, 95, 95, 0.5) == [
        "Busy: host_cpu_percent (host=h1) is 95.0%; the limit is 90.0%.",
        "Idle: host_cpu_percent (host=h2) is 0.5%; the limit is 1.0%.",
    ]


def test_what_keeps_to_one_rule_does_not_end_what_breaks_another() -> None:
    rule(for_minutes=0)
    rule(name="Very busy", threshold=99, for_minutes=0)
    assert len(minute(0, 95)) == 1
    assert minute(1, 95) == []
    assert Breach.objects.get().ended_at is None


@pytest.mark.parametrize("kind", ["above", "below"])
def test_a_value_at_its_limit_does_not_break_it(kind: str) -> None:
    assert not AlertRule(kind=kind, threshold=90).is_broken_by(90)


def test_another_metric_is_not_held_to_it() -> None:
    rule(for_minutes=0)
    labels = labels_text({"host": "h0"})
    record_points([Point("host_memory_percent", labels, NOW, 99, "%")], NOW)
    assert minute(0, 20) == []


def test_series_that_differ_at_the_end_of_long_labels_are_held_to_it_each() -> None:
    rule(for_minutes=0)
    for number, value in enumerate((95, 20)):
        labels = {"a": "x" * 100, "b": "x" * 100, "host": f"h{number}"}
        point = Point("host_cpu_percent", labels_text(labels), NOW, value, "%")
        record_points([point], NOW)
    for _ in range(2):
        evaluate_rules(NOW)
    assert Breach.objects.get().ended_at is None
    assert Notice.objects.count() == 1


def test_what_is_not_measured_neither_begins_nor_ends_until_it_is_gone() -> None:
    rule(for_minutes=0)
    minute(0, 95)
    assert minute(60) == []
    assert Breach.objects.get().ended_at is None
    assert minute(24 * 60 + 1) == [
        "Over: Busy: host_cpu_percent (host=h0) has not been measured for a day."
    ]


def test_a_rule_that_is_disabled_ends_what_it_reported() -> None:
    one = rule(for_minutes=0)
    minute(0, 95)
    AlertRule.objects.filter(pk=one.pk).update(is_enabled=False)
    assert minute(1, 95) == ["Over: Busy: The rule Busy is disabled."]


def test_a_component_that_is_down_is_reported() -> None:
    rule(name="Cache", kind="down", subject="cache", threshold=None, for_minutes=0)

    def found(state: str, number: int) -> list[str]:
        at = NOW + timedelta(minutes=number)
        HealthPeriod.objects.create(
            component="cache",
            grain="minute",
            starts_at=at,
            checked_at=at,
            state=state,
            checks=1,
            degraded=state == "degraded",
            down=state == "down",
            response_ms=1,
            max_response_ms=1,
            message="it does not answer" if state == "down" else "",
        )
        return minute(number)

    assert found("degraded", 0) == []
    assert found("down", 1) == ["Cache: cache is down: it does not answer"]
    assert found("ok", 2) == ["Over: Cache: cache is ok."]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"threshold": None}, "threshold"),
        ({"kind": "down", "subject": "cache"}, "threshold"),
        ({"kind": "down", "threshold": None, "subject": "cahce"}, "subject"),
        (
            {
                "kind": "down",
                "subject": "cache",
                "threshold": None,
                "labels": {"a": "b"},
            },
            "labels",
        ),
        ({"labels": ["a"]}, "labels"),
        ({"labels": {"": "a"}}, "labels"),
        ({"labels": {"3000000000": "a"}}, "labels"),
        ({"channel": "nobody"}, "channel"),
        ({"for_minutes": 2000}, "for_minutes"),
    ],
)
def test_a_rule_that_could_not_be_held_is_refused(
    wrong: dict[str, Any], field: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        rule(**wrong)
    assert set(refused.value.message_dict) == {field}


def test_the_page_says_what_is_broken_now() -> None:
    rule(for_minutes=0)
    minute(0, 95)
    assert "Busy" in viewer().get("/monitoring/system/").content.decode()


def test_an_installation_begins_with_rules_that_are_valid(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # A room below registers this one.
    monkeypatch.setitem(COMPONENTS, "backups", COMPONENTS["disk"])
    migration = import_module("monitoring.migrations.0003_default_alert_rules")
    migration.add(apps, None)
    for one in AlertRule.objects.all():
        one.full_clean()
    assert AlertRule.objects.count() == len(DEFAULT_RULES)
