"""Queues what schedules ask for: each stop and start once, as an action of its own."""

from datetime import datetime

from django.db import IntegrityError, transaction

from insights.models import PowerSchedule, Remediation
from insights.remediation.action_kinds import RemediationKind


def queue_scheduled(now: datetime) -> int:
    """Store the actions that are due by schedules; return how many.

    An hour that was missed is made up for, until the next one.
    """
    active = PowerSchedule.objects.filter(ended_at=None, account__is_enabled=True)
    queued = 0
    for schedule in active.select_related("account", "resource").order_by("pk"):
        if schedule.resource.is_gone:
            PowerSchedule.objects.filter(pk=schedule.pk).update(ended_at=now)
        else:
            queued += _queue(schedule, now)
    return queued


def _queue(schedule: PowerSchedule, now: datetime) -> bool:
    """One that is open on its resource goes first; then this is queued later."""
    hours = schedule.hours
    due_at = schedule.due_at(now)
    if schedule.remediations.filter(due_at=due_at).exists():
        return False
    is_off = hours.is_off(now)
    kind = RemediationKind.STOP_INSTANCE if is_off else RemediationKind.START_INSTANCE
    try:
        with transaction.atomic():
            row = Remediation.objects.create(
                account=schedule.account,
                resource=schedule.resource,
                schedule=schedule,
                due_at=due_at,
                kind=kind,
                status=Remediation.Status.APPROVED,
                reason=f"By schedule: off {hours}.",
                proposed_at=now,
                approved_at=now,
                approved_by=schedule.approved_by,
            )
            row.write_line(row.reason, now, old_status="")
    except IntegrityError:
        return False
    return True
