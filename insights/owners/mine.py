"""What somebody owns and has to do something about."""

from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet

from clouds.access import AnyUser
from core.windows import utc_day
from insights.models import Anomaly, Budget, Recommendation
from inventory.models import Resource

# Rows of each kind; the lists themselves show the rest.
ROWS = 50
RELATED = ("account", "resource", "owner")


def owned_by(owner: AnyUser, user: AnyUser, now: datetime) -> dict[str, Any]:
    """Return what `owner` owns as far as `user` may see it; what is due first, first.

    Of resources only those that were handed over, and how many there are.
    """
    anomalies = Anomaly.objects.visible_to(user).open().filter(owner=owner.pk)
    live = Recommendation.objects.visible_to(user).live().filter(owner=owner.pk)
    budgets = Budget.objects.visible_to(user).filter(owner=owner.pk)
    resources = Resource.objects.visible_to(user).present().filter(owner=owner.pk)
    assigned = resources.exclude(assigned_at=None)
    found = {
        "anomalies": _due_first(anomalies.worst_first().select_related(*RELATED)),
        "recommendations": _due_first(
            live.largest_saving_first().select_related(*RELATED)
        ),
        "budgets": _due_first(budgets.select_related("account", "owner")),
        "resources": _due_first(assigned.select_related("account", "owner")),
    }
    return {
        **found,
        "anomalies_count": anomalies.count(),
        "recommendations_count": live.count(),
        "potential": live.savings_per_currency(),
        "resources_count": resources.count(),
        "overdue": sum(
            row.due_on is not None and row.due_on < utc_day(now)
            for rows in found.values()
            for row in rows
        ),
    }


def _due_first(rows: QuerySet[Any]) -> list[Any]:
    due = F("due_on").asc(nulls_last=True)
    return list(rows.order_by(due, *rows.query.order_by)[:ROWS])
