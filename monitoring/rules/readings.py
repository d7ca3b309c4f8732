"""What rules are held to: the newest value or state of each of their subjects."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import OuterRef, Subquery

from core.clocks import CLOCKS_DIFFER_BY
from core.db.storable import storable
from monitoring.health.models import HealthPeriod, HealthState
from monitoring.metrics.measures import measured
from monitoring.metrics.models import MetricPoint, MetricSeries
from monitoring.rules.models import SUBJECT_LENGTH, AlertRule

Kind = AlertRule.Kind
# What is older says nothing of now: neither that it is so nor that it is over.
KNOWN_FOR = timedelta(minutes=5)
BROKEN_BY = {
    Kind.DOWN.value: {HealthState.DOWN.value},
    Kind.DEGRADED.value: {HealthState.DOWN.value, HealthState.DEGRADED.value},
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What one series or component says now, as a sentence too."""

    subject: str
    is_broken: bool
    sentence: str


def readings(rule: AlertRule, now: datetime) -> Iterator[Reading]:
    """Yield what is known of each subject of the rule; what is not is left out."""
    return _metrics(rule, now) if rule.is_of_metric else _component(rule, now)


def _metrics(rule: AlertRule, now: datetime) -> Iterator[Reading]:
    newest = MetricPoint.objects.filter(
        series=OuterRef("pk"),
        recorded_at__gt=now - KNOWN_FOR,
        recorded_at__lte=now + CLOCKS_DIFFER_BY,
    ).order_by("-recorded_at")
    labels = [f"{key}={value}" for key, value in rule.labels.items()]
    series = MetricSeries.objects.filter(name=rule.subject).labeled(labels)
    known = series.annotate(newest=Subquery(newest.values("value")[:1]))
    for one in known.exclude(newest=None).order_by("pk"):
        value = measured(one.newest, one.unit)
        limit = measured(rule.threshold, one.unit)
        yield Reading(
            storable(str(one), SUBJECT_LENGTH),
            rule.is_broken_by(one.newest),
            f"{one} is {value}; the limit is {limit}.",
        )


def _component(rule: AlertRule, now: datetime) -> Iterator[Reading]:
    rows = HealthPeriod.objects.filter(component=rule.subject)
    found = rows.newest(since=now - KNOWN_FOR).get(rule.subject)
    if found:
        message = f": {found.message}" if found.message else "."
        is_broken = found.state in BROKEN_BY[rule.kind]
        sentence = f"{rule.subject} is {found.state}{message}"
        yield Reading(rule.subject, is_broken, sentence)
