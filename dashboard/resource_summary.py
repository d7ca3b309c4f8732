"""What the page of a resource begins with: money, what to do, and what read it."""

from datetime import datetime
from typing import Any

from carbon.resource_days import emissions_of
from clouds.access import AnyUser
from dashboard.month_cost import month_cost
from insights.models import Anomaly, Recommendation
from inventory.kinds import KIND_OF, KINDS
from inventory.models import Resource
from syncs.models import SyncRun

MONEY = "costs.view_dailycost"


def resource_summary(resource: Resource, user: Any, now: datetime) -> dict[str, Any]:
    """Return what the user may see of it."""
    money = month_cost(resource, user, now, with_bill=user.has_perm(MONEY))
    found: dict[str, Any] = {"money": money}
    if user.has_perm("syncs.view_syncrun"):
        found["last_run"] = _last_run(resource)
    if user.has_perm("insights.view_recommendation"):
        found["recommendations"] = _recommendations(resource, user)
    if user.has_perm("insights.view_anomaly"):
        rows = Anomaly.objects.visible_to(user).open().filter(resource=resource.pk)
        found["anomalies"] = list(rows.worst_first())
    if user.has_perm("carbon.view_resourceemission"):
        found["emissions"] = emissions_of(resource, now)
    return {"summary": found}


def _recommendations(resource: Resource, user: AnyUser) -> list[Recommendation]:
    live = Recommendation.objects.visible_to(user).live().filter(resource=resource.pk)
    # What counts before the alternatives to it.
    return sorted(live.largest_saving_first(), key=lambda row: bool(row.alternative_to))


def _last_run(resource: Resource) -> SyncRun | None:
    """Return the sync that saw it last."""
    runs = SyncRun.objects.filter(
        account=resource.account_id,
        dataset=KINDS[KIND_OF[type(resource)]].dataset,
        started_at=resource.last_seen_at,
    )
    return runs.order_by("id").last()
