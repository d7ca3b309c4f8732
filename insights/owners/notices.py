"""A hand-over reaches the person: by e-mail, and on the page of what is theirs."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User

from alerts.channels import emails_are_printed
from alerts.models import EMAIL, Facts, Severity, Topic
from alerts.outbox import queue_notice
from core.windows import utc_day
from insights.models import Anomaly, Recommendation
from users.audit import AnyRequest
from users.owned import Owned

# What was due before is on the page of what is theirs.
A_WEEK = timedelta(days=7)


def notify_owner(
    owner: User, rows: Iterable[Owned], now: datetime, request: AnyRequest
) -> None:
    """Queue an e-mail of what was handed over; those of one hand-over become one."""
    if not owner.email:
        return
    for row in rows:
        cause = f"{row.assigned_by} handed this over to {owner.get_username()}."
        if row.message:
            cause += f" {row.message}"
        queue_notice(
            row,
            f"assigned {now.isoformat()}",
            f"{_sentence(row, request)}\n\n{cause}",
            now,
            Facts(Topic.HAND_OVER, Severity.INFO, getattr(row, "account", None)),
            cause=cause,
            channels=[EMAIL],
            recipients=[owner.email],
        )


def queue_due(now: datetime) -> None:
    """E-mail the owner on the day until which something open was to be done."""
    for rows in (Recommendation.objects.live(), Anomaly.objects.open()):
        due = rows.filter(due_on__lte=utc_day(now), due_on__gt=utc_day(now) - A_WEEK)
        for row in due.exclude(owner=None).select_related("account", "owner"):
            if row.owner.email:
                queue_notice(
                    row,
                    f"due {row.due_on}",
                    f"Due on {row.due_on:%-d %b %Y}: {row}, which is still open.",
                    now,
                    Facts(Topic.HAND_OVER, Severity.WARNING, row.account),
                    channels=[EMAIL],
                    recipients=[row.owner.email],
                )


def _sentence(row: Any, request: AnyRequest) -> str:
    due = f", due on {row.due_on:%-d %b %Y}" if row.due_on else ""
    title = getattr(row, "title", None) or str(row)
    address = request.build_absolute_uri(row.get_absolute_url())
    return f"{row._meta.verbose_name.capitalize()}: {title}{due}: {address}"


def how_notified(owner: User) -> str:
    """Return how that person learns of a hand-over."""
    if not owner.email:
        return "They have no e-mail address, and find it under Mine."
    if emails_are_printed():
        return "No mail server is set up, and they find it under Mine."
    return "They are notified by e-mail, and find it under Mine."
