"""Carry out a recommendation in the demo, in the way of any account: as an action that
is proposed, tried, approved and done."""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from django.contrib.auth.models import User
from django.utils import timezone

from clouds.models import CloudAccount
from insights.models import Recommendation, Remediation
from insights.remediation.action_kinds import KINDS
from insights.remediation.approval import decide
from insights.remediation.execution import work_on
from insights.remediation.proposals import (
    InvalidProposal,
    Proposal,
    proposal_of,
    propose,
)
from insights.transitions import InvalidTransition
from inventory.kinds import KINDS as RESOURCE_KINDS
from inventory.kinds import Kind
from inventory.models import Resource
from inventory.sync import read_resources
from providers.demo.company import COMPANY_NAME
from providers.demo.steps import InvalidStep
from syncs.models import SyncRun
from syncs.runs.claim_and_read import claim_and_read
from syncs.runs.claims import SlotTaken
from syncs.runs.worker import execute_run
from users.audit import Actor

APPROVER = Actor(None, COMPANY_NAME)
# A worker that took the action first has so long.
WAITS_SECONDS = 60.0
LOOK_SECONDS = 0.2


def apply_recommendation(
    account: CloudAccount, resource_id: str, now: datetime, by: str
) -> str:
    """Do what the largest recommendation about the resource says, as an action that
    the presenter proposes; return what became of it. Raises InvalidStep.

    The invented company approves it, as the second person that an action needs.
    """
    resource = account.resources.filter(resource_id=resource_id).first()
    proposal = _proposal(resource) if resource else None
    if proposal is None or resource is None:
        name = (resource and resource.name) or resource_id
        raise InvalidStep(
            f"what: nothing that can be applied is recommended about {name}."
        )
    presenter = Actor(User.objects.filter(username=by).first(), by)
    try:
        row = propose(proposal, timezone.now(), presenter)
        _worked_on(row, lambda: row.checked_at is not None)
        row = decide(row, "approve", row.version, timezone.now(), APPROVER)
        _worked_on(row, lambda: not row.waits_for_worker)
    except (InvalidProposal, InvalidTransition) as error:
        raise InvalidStep(str(error)) from None
    if row.status != Remediation.Status.SUCCEEDED:
        raise InvalidStep(f"{row}: {row.error or row.get_status_display()}")
    _read_inventory(resource, now)
    return (
        f"Applied: {proposal.recommendation}. Its saving arrives with the next days of "
        "the bill."
    )


def _proposal(resource: Resource) -> Proposal | None:
    rows = Recommendation.objects.live().filter(resource=resource)
    rows = rows.select_related("resource", "account")
    for row in rows.order_by("-savings_monthly", "pk"):
        proposal = proposal_of(row)
        if proposal is not None and KINDS[proposal.kind].acts:
            return proposal
    return None


def _worked_on(row: Remediation, is_done: Callable[[], bool]) -> None:
    """Do what the action waits for, or wait until the worker that took it has done it.
    Raises InvalidStep."""
    work_on(row.pk)
    until = time.monotonic() + WAITS_SECONDS
    row.refresh_from_db()
    while not is_done():
        if time.monotonic() > until:
            raise InvalidStep(f"A worker still has {row}. Look at it under Actions.")
        time.sleep(LOOK_SECONDS)
        row.refresh_from_db()


def _read_inventory(resource: Resource, now: datetime) -> None:
    """Read what the action queued a sync of, or that itself where no queue is."""
    dataset = RESOURCE_KINDS[Kind(resource.kind)].dataset
    of_it = SyncRun.objects.filter(account=resource.account_id, dataset=dataset)
    waiting = of_it.filter(status=SyncRun.Status.QUEUED)
    queued = list(waiting.values_list("pk", flat=True))
    for run_id in queued:
        execute_run(run_id, read_resources)
    if not queued:
        with suppress(SlotTaken):  # a worker is reading it
            claim_and_read(dataset, read_resources, resource.account, now)
