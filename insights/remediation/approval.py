"""What users decide on an action: approve, reject, cancel, check, resume, roll back."""

from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from clouds.models import CloudAccount
from insights.models import Remediation
from insights.remediation.action_kinds import OF_CLOUD, RemediationKind
from insights.remediation.action_status import transition
from insights.remediation.proposals import (
    InvalidProposal,
    Proposal,
    propose,
    why_not_acting,
)
from insights.remediation.queue import send
from insights.transitions import (
    InvalidTransition,
    require_version,
    update_version,
)
from providers.acting import ActionKind
from providers.errors import ErrorKind, ProviderError
from users.audit import Actor, record_by

Status = Remediation.Status
# What users do with an action -> the permission that it takes.
DECISIONS = {
    "approve": "insights.approve_remediation",
    "reject": "insights.approve_remediation",
    "resume": "insights.approve_remediation",
    "check": "insights.change_remediation",
    "cancel": "insights.change_remediation",
    "roll_back": "insights.add_remediation",
}


def decide(
    row: Remediation,
    decision: str,
    version: int | None,
    now: datetime,
    actor: Actor,
    note: str = "",
) -> Remediation:
    """Do one of DECISIONS; return the action to look at next.

    Raise InvalidTransition and StaleVersion.
    """
    note = note.strip()
    require_version(row, version)
    if decision == "roll_back":
        return _roll_back(row, now, actor, note)
    if decision == "check":
        _check_again(row, now, actor)
    elif decision == "approve":
        _approve(row, version, now, actor, note)
    elif decision == "resume":
        _resume(row, version, now, actor, note)
    elif decision == "reject" and not note:
        raise InvalidTransition("Give a reason for rejecting it in the note.")
    else:
        transition(
            row, decision, now, actor, version=version, note=note, finished_at=now
        )
    if row.waits_for_worker:
        send(row)
    return row


def decisions_on(row: Remediation) -> list[str]:
    """Return what users can do with it in its status."""
    if row.status == Status.PROPOSED:
        checked = [] if row.checked_at is None else ["check"]
        return ["approve", "reject", "cancel", *checked]
    if row.status == Status.APPROVED:
        return ["cancel"]
    if row.status == Status.UNKNOWN:
        return ["resume"]
    return ["roll_back"] if row.can_be_undone else []


@transaction.atomic
def _approve(
    row: Remediation, version: int | None, now: datetime, actor: Actor, note: str
) -> None:
    # One at a time, so that two together do not pass the day's limit.
    CloudAccount.objects.select_for_update(no_key=True).get(pk=row.account_id)
    if row.status == Status.PROPOSED and (reason := why_not_approved(row, actor, now)):
        raise InvalidTransition(reason)
    transition(
        row,
        "approve",
        now,
        actor,
        version=version,
        note=note,
        approved_by=actor.name,
        approver=actor.user,
        is_approved_by_user=actor.user is not None,
        approved_at=now,
    )


def why_not_approved(row: Remediation, actor: Actor, now: datetime) -> str:
    """Say why this actor can't approve it now; "" if they can."""
    if row.traits.needs_role and (reason := why_not_acting(row.account)):
        return reason
    if row.checked_at is None:
        return "Its dry run is not done yet. Wait for it."
    if row.dry_run_error:
        return f"Its dry run failed: {row.dry_run_error} Repeat it first."
    if settings.REMEDIATION_SECOND_PERSON and _proposed(actor, row):
        return "You proposed it, so another user has to approve it."
    limit = settings.REMEDIATION_DAILY_LIMIT
    counted = Remediation.objects.filter(account=row.account).counted_on_day_of(now)
    if row.undoes_id is None and counted.count() >= limit:
        return (
            f"{limit} actions were begun in {row.account} today or wait to be, which "
            "is the limit of REMEDIATION_DAILY_LIMIT. Approve it after 00:00 UTC."
        )
    return ""


def _proposed(actor: Actor, row: Remediation) -> bool:
    """Return whether it was this actor. Where either is no user, as one that was
    deleted is not, their names decide."""
    if actor.user is not None and row.proposer_id is not None:
        return actor.user.pk == row.proposer_id
    return actor.name == row.proposed_by


def require_approver(row: Remediation) -> None:
    """Raise ProviderError where the user who approved it may do so no longer."""
    if not row.is_approved_by_user or not row.traits.needs_approval:
        return
    if not may_approve(row.approver, row):
        raise ProviderError(
            ErrorKind.DENIED,
            str(row),
            f"{row.approved_by} may not approve it any more",
            "Nothing was changed: propose it again.",
        )


def may_approve(user: User | None, row: Remediation) -> bool:
    """Return whether the user is still there, sees it and has the permission."""
    if user is None or not user.has_perm(DECISIONS["approve"]):
        return False
    return Remediation.objects.visible_to(user).filter(pk=row.pk).exists()


def _resume(
    row: Remediation, version: int | None, now: datetime, actor: Actor, note: str
) -> None:
    """Have it looked at again: what it did already is not done twice."""
    try:
        transition(
            row, "resume", now, actor, version=version, note=note, finished_at=None
        )
    except IntegrityError:
        raise InvalidTransition(
            "Another action on the same resource is open. Wait for its end."
        ) from None


@transaction.atomic
def _check_again(row: Remediation, now: datetime, actor: Actor) -> None:
    if "check" not in decisions_on(row):
        raise InvalidTransition("There is no dry run to repeat.")
    values = {"checked_at": None, "dry_run": "", "dry_run_error": ""}
    update_version(row, row.version, values)
    row.refresh_from_db()
    row.write_line(
        "Repeat of the dry run requested.",
        now,
        user=actor.user,
        user_name=actor.name,
    )
    record_by(actor, "remediation.check", row)


def _roll_back(row: Remediation, now: datetime, actor: Actor, note: str) -> Remediation:
    """Propose the action that undoes it, which is approved like any other."""
    if not row.can_be_undone:
        raise InvalidTransition("It can't be rolled back.")
    kind = row.undo["kind"]
    proposal = Proposal(
        kind=OF_CLOUD[ActionKind(kind)] if kind in OF_CLOUD else RemediationKind(kind),
        account=row.account,
        resource=row.resource,
        target=row.undo["target"],
        undoes=row,
        reason=note or f"Rolls back action {row.pk}.",
    )
    try:
        return propose(proposal, now, actor)
    except InvalidProposal as error:
        raise InvalidTransition(str(error)) from None
