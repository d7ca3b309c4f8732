"""What can be proposed of a resource, a recommendation or a run, and proposing it."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction

from clouds.models import CloudAccount
from clouds.registry import acts_for
from core.refusals import Refusal
from insights.models import Anomaly, Recommendation, Remediation
from insights.recommendations.engine.advice import Rule
from insights.remediation.action_kinds import KINDS, OF_RULE, RemediationKind
from insights.remediation.power_hours import InvalidHours, PowerHours
from insights.remediation.queue import send
from inventory.models import Address, Database, Resource, Volume
from providers.approved import protecting_tag
from syncs.models import SyncRun
from users.audit import Actor, record_by

ACTING_IS_OFF = (
    "Acting is off for {account}: nothing is changed there until an administrator "
    "gives the account an acting role."
)


class InvalidProposal(Refusal, ValueError):
    """It can't be proposed; the message says why and what to do."""

    field = "kind"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One action that somebody may propose, and what it is about."""

    kind: RemediationKind
    account: CloudAccount
    resource: Resource | None = None
    run: SyncRun | None = None
    recommendation: Recommendation | None = None
    anomaly: Anomaly | None = None
    undoes: Remediation | None = None
    target: str = ""
    reason: str = ""

    @property
    def label(self) -> str:
        return self.kind.label_in(self.account.provider)


def proposal_of(recommendation: Recommendation) -> Proposal | None:
    """Return the action that carries it out; None: a user has to do it."""
    resource = recommendation.resource
    if resource is None or not recommendation.is_live:
        return None
    kind = OF_RULE.get((Rule(recommendation.rule), Resource.Kind(resource.kind)))
    if kind is None:
        return None
    return Proposal(
        kind=kind,
        account=recommendation.account,
        resource=resource,
        recommendation=recommendation,
        target=_target_of(recommendation, kind),
    )


def _target_of(recommendation: Recommendation, kind: RemediationKind) -> str:
    if kind == RemediationKind.SCHEDULE:
        return PowerHours.recommended(recommendation).text
    return recommendation.target if KINDS[kind].has_target else ""


def proposals_of(resource: Resource) -> list[Proposal]:
    """Return what can be done with it as it is, without asking what to change it to."""
    found = []
    for kind, traits in KINDS.items():
        is_plain = traits.acts and not traits.has_target
        proposal = Proposal(kind=kind, account=resource.account, resource=resource)
        if is_plain and traits.of == resource.kind and not why_not(proposal):
            found.append(proposal)
    return found


def proposals_of_run(run: SyncRun) -> list[Proposal]:
    kinds = (RemediationKind.RESTART_SYNC, RemediationKind.FREE_SLOT)
    several = [Proposal(kind=kind, account=run.account, run=run) for kind in kinds]
    return [one for one in several if not why_not(one)]


def propose(proposal: Proposal, now: datetime, actor: Actor) -> Remediation:
    """Store it and have a worker try it without doing it. Raise InvalidProposal.

    What changes nothing in a cloud is approved by proposing it.
    """
    if reason := why_not(proposal):
        raise InvalidProposal(reason)
    try:
        row = _store(proposal, now, actor)
    except IntegrityError:
        raise InvalidProposal(_open_one(proposal)) from None
    send(row)
    return row


@transaction.atomic
def _store(proposal: Proposal, now: datetime, actor: Actor) -> Remediation:
    needs_approval = KINDS[proposal.kind].needs_approval
    approved = {
        "status": Remediation.Status.APPROVED,
        "approved_at": now,
        "approved_by": actor.name,
        "approver": actor.user,
        "is_approved_by_user": actor.user is not None,
    }
    row = Remediation.objects.create(
        account=proposal.account,
        resource=proposal.resource,
        run=proposal.run,
        recommendation=proposal.recommendation,
        anomaly=proposal.anomaly,
        undoes=proposal.undoes,
        kind=proposal.kind,
        target=proposal.target,
        reason=proposal.reason,
        proposed_by=actor.name,
        proposer=actor.user,
        proposed_at=now,
        **({} if needs_approval else approved),
    )
    row.write_line(
        proposal.reason, now, old_status="", user=actor.user, user_name=actor.name
    )
    details = {"reason": proposal.reason} if proposal.reason else {}
    record_by(actor, "remediation.propose", row, **details)
    return row


def why_not(proposal: Proposal) -> str:
    """Say why it can't be proposed; "" if it can."""
    if proposal.resource is not None:
        return _why_not_of_resource(proposal, proposal.resource)
    if proposal.run is not None:
        return _why_not_of_run(proposal, proposal.run)
    return "Name the resource, recommendation or run that it is about."


def _why_not_of_resource(proposal: Proposal, resource: Resource) -> str:
    traits = KINDS[proposal.kind]
    label = proposal.label
    if traits.of is None or traits.of != resource.kind:
        return f"{label} is nothing for a resource of kind {resource.kind}."
    if traits.needs_role and (reason := _why_not_changed(proposal, resource)):
        return reason
    if traits.of_gone and proposal.undoes is None:
        return f"{label} only takes back its deletion: roll that action back."
    if proposal.undoes is not None:
        return _open_one(proposal)  # the inventory may not have read yet what was done
    if traits.of_billed is not None and resource.is_billed != traits.of_billed:
        return f"{resource} is {resource.state}, so there is nothing to do."
    if traits.in_states and resource.state not in traits.in_states:
        states = " or ".join(sorted(traits.in_states))
        return f"{label} is for what is {states}, and {resource} is {resource.state}."
    if traits.of == Resource.Kind.DATABASE and (cluster := _cluster(resource)):
        return (
            f"{resource} is a member of the cluster {cluster}, which is stopped and "
            "started as a whole. Do it in the cloud's console."
        )
    if traits.must_be_unattached and (holder := _holder(resource)):
        return f"{resource} is attached to {holder}. Detach it first."
    if traits.has_target != bool(proposal.target):
        wanted = "needs a" if traits.has_target else "takes no"
        return f"{label} {wanted} target."
    if proposal.kind == RemediationKind.SCHEDULE:
        try:
            PowerHours.parse(proposal.target)
        except InvalidHours as error:
            return str(error)
    if proposal.recommendation and not proposal.recommendation.is_live:
        status = proposal.recommendation.get_status_display().lower()
        return f"The recommendation is {status}. Reopen it first."
    return _open_one(proposal)


def _why_not_changed(proposal: Proposal, resource: Resource) -> str:
    if reason := why_not_acting(proposal.account):
        return reason
    if resource.is_gone and not KINDS[proposal.kind].of_gone:
        return f"{resource} is {resource.gone_word}, so there is nothing to change."
    if tag := protecting_tag(resource.tags, settings.ACTING_PROTECTED_TAGS):
        return f"{resource} carries the protected tag {tag}; nothing is changed there."
    return ""


def why_not_acting(account: CloudAccount) -> str:
    """Say why nothing is changed in the account now; "" if it may be."""
    if not acts_for(account):
        return ACTING_IS_OFF.format(account=account)
    return "" if account.is_enabled else f"{account} is disabled. Enable it first."


def _why_not_of_run(proposal: Proposal, run: SyncRun) -> str:
    if proposal.kind == RemediationKind.RESTART_SYNC:
        if run.is_active or run.status == SyncRun.Status.SUCCEEDED:
            status = run.get_status_display().lower()
            return f"Run {run.pk} is {status}; only a failed one is restarted."
    elif proposal.kind == RemediationKind.FREE_SLOT:
        if not run.is_active:
            return f"Run {run.pk} has ended, so it holds no slot."
    else:
        return f"{proposal.label} is nothing for a run."
    return _open_one(proposal)


def _holder(resource: Resource) -> str:
    for model in (Volume, Address):
        row = model.objects.filter(pk=resource.pk).first()
        if row is not None:
            return str(row.attached_to)
    return ""


def _cluster(resource: Resource) -> str:
    row = Database.objects.filter(pk=resource.pk).first()
    return row.cluster if row else ""


def _open_one(proposal: Proposal) -> str:
    about = proposal.resource or proposal.run
    found = Remediation.objects.open().about(about).first()
    if found is None:
        return ""
    status = found.get_status_display().lower()
    return (
        f"Action {found.pk}, {found.label.lower()}, is already {status} "
        "for it. Wait for its end, or cancel it."
    )
