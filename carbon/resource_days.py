"""The emissions of one resource over the last days, as its page shows them."""

from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Q, Sum

from carbon.avoided import OBSERVED_DAYS
from carbon.breakdown import Amounts
from carbon.facts import ESTIMATED
from carbon.models import ResourceEmission
from core.windows import last_complete_days
from inventory.models import Resource

SUMS = {
    "kwh": Sum("kwh"),
    "operational_kg": Sum("operational_kg"),
    "embodied_kg": Sum("embodied_kg"),
    "resource_days": Count("pk"),
    "unknown": Count("pk", filter=~Q(unknown="")),
}
Reason = ResourceEmission.Reason


def emissions_of(resource: Resource, now: datetime) -> dict[str, Any] | None:
    """Return its sums of 30 days with why days are unknown; None for a kind that no
    formula estimates. One query."""
    if resource.kind not in ESTIMATED:
        return None
    window = last_complete_days(OBSERVED_DAYS, now)
    days = ResourceEmission.objects.filter(resource=resource.pk).in_window(window)
    sums = days.aggregate(reason=Max("unknown"), **SUMS)
    reason = sums.pop("reason")
    return {
        "window": window,
        "sums": Amounts(**sums),
        "reason": Reason(reason).label if reason else "",
    }
