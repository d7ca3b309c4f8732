"""How a planned change is added and deleted, and what it does to anomalies."""

from collections.abc import Iterable
from datetime import datetime
from typing import cast

from django.contrib.auth.models import User
from django.db import transaction

from insights.models import Anomaly, PlannedChange
from insights.transitions import change_status_automatically
from users.audit import AnyRequest, record

Status = Anomaly.Status


@transaction.atomic
def add_planned_change(
    change: PlannedChange, now: datetime, request: AnyRequest
) -> int:
    """Store it; return how many anomalies it explains already."""
    change.created_by, change.created_at = cast("User", request.user), now
    change.save()
    record(request, "plannedchange.add", change)
    rows = Anomaly.objects.filter(
        status=Status.DETECTED,
        first_day__lte=change.last_day,
        seen_on__gte=change.first_day,
    )
    return mark_planned(rows.select_related("account", "resource"), now, [change])


@transaction.atomic
def delete_planned_change(change: PlannedChange, request: AnyRequest) -> None:
    """Delete it; what it explained stays planned."""
    record(request, "plannedchange.delete", change)
    change.delete()


def mark_planned(
    rows: Iterable[Anomaly], now: datetime, changes: Iterable[PlannedChange]
) -> int:
    """Give detected anomalies that were planned that status; return how many."""
    known, marked = list(changes), 0
    for row in rows:
        planned = next((one for one in known if one.explains(row)), None)
        if planned and row.status == Status.DETECTED:
            note = f"Planned: {planned.name}."
            marked += change_status_automatically(row, Status.PLANNED, note, now)
    return marked
