"""Thresholds per scope, learned from all judged alarms, and where they apply."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from clouds.versions import bump_version
from insights.labels.engine.calibration import Judged, calibrate
from insights.models import Anomaly, Calibration, Judgment
from insights.refresh.refresh_state import Part

# The expected range of a series that never varied has no width.
FARTHEST = 1e6


@transaction.atomic
def refresh_calibrations(now: datetime) -> int:
    """Learn again from what was judged; return how many thresholds changed."""
    judged: dict[str, list[Judged]] = defaultdict(list)
    for one in Judgment.objects.select_related("anomaly").order_by("pk"):
        deviation = deviation_of(one.anomaly)
        alarm = Judged(deviation, one.is_right, one.quality)
        judged[one.anomaly.scope].append(alarm)
    before = Calibration.objects.least_deviations()
    Calibration.objects.exclude(scope__in=judged).delete()
    for scope, alarms in judged.items():
        values = {**asdict(calibrate(alarms)), "calibrated_at": now}
        Calibration.objects.update_or_create(scope=scope, defaults=values)
    after = Calibration.objects.least_deviations()
    changed = len(dict(before.items() ^ after.items()))
    if changed:
        bump_version(None, Part.CALIBRATIONS)
    return changed


def deviation_of(anomaly: Anomaly) -> float:
    """Return how far it lies from the expected, in widths of the range to that side."""
    bound = anomaly.high if anomaly.direction == "up" else anomaly.low
    width = abs(float(bound) - float(anomaly.expected))
    distance = abs(float(anomaly.actual) - float(anomaly.expected))
    return min(distance / width, FARTHEST) if width else FARTHEST


def worth_telling(
    found: Iterable[Anomaly], least_deviations: Mapping[str, float]
) -> list[Anomaly]:
    """Return those that deviate enough for their scope, and all critical ones."""
    return [
        one
        for one in found
        if one.severity == Anomaly.Severity.CRITICAL
        or deviation_of(one) >= least_deviations.get(one.narrowest_scope, 0.0)
    ]
