"""Accepting a finding for a while, with a reason, and taking that back."""

from datetime import date, timedelta

from django.contrib.auth.models import User
from django.db import transaction

from core.refusals import Refusal
from monitoring.scans.models import Finding
from users.audit import Actor, record_by

LONGEST = timedelta(days=366)


class CannotSuppress(Refusal, ValueError):
    """It says what is wrong with the day until which a finding is accepted."""

    field = "until"


@transaction.atomic
def suppress(
    finding: Finding, reason: str, until: date, today: date, actor: Actor
) -> None:
    """Accept it until before that day. Raises CannotSuppress."""
    if not today < until <= today + LONGEST:
        last = today + LONGEST
        raise CannotSuppress(f"Choose a day after {today} and no later than {last}.")
    _change(finding, "finding.suppress", actor, reason, until, actor.user)


@transaction.atomic
def take_back(finding: Finding, actor: Actor) -> None:
    """Make it open again, if it is still found."""
    _change(finding, "finding.reopen", actor, "", None, None)


def _change(
    finding: Finding,
    action: str,
    actor: Actor,
    reason: str,
    until: date | None,
    user: User | None,
) -> None:
    finding.suppression_reason, finding.suppressed_until = reason, until
    finding.suppressed_by = user
    changed = ["suppression_reason", "suppressed_until", "suppressed_by"]
    finding.save(update_fields=changed)
    details = {"until": str(until), "reason": reason} if until else {}
    record_by(actor, action, finding, **details)
