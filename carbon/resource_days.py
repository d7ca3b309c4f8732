"""The emissions of one resource over the last days, as its page shows them."""

from datetime import datetime
from typing import Any

from django.db.models import Max

from carbon.amounts import OF_RESOURCES, Amounts
from carbon.avoided import OBSERVED_DAYS
from carbon.facts import ESTIMATED
from carbon.models import ResourceEmission
from core.windows import last_complete_days
from inventory.models import Resource

Reason = ResourceEmission.Reason


def emissions_of(resource: Resource, now: datetime) -> dict[str, Any] | None:
    """Return its sums of 30 days with why days are unknown; None for a kind that no
    formula estimates. One query."""
    if resource.kind not in ESTIMATED:
        return None
    window = last_complete_days(OBSERVED_DAYS, now)
    days = ResourceEmission.objects.filter(resource=resource.pk).in_window(window)
    found = days.aggregate(reason=Max("unknown"), **OF_RESOURCES)
    reason = found["reason"]
    return {
        "window": window,
        "sums": Amounts(*(found[name] for name in OF_RESOURCES)),
        "reason": Reason(reason).label if reason else "",
    }
