"""A failed sync is restarted and a stuck one ended, as actions with a log."""

from datetime import date

import pytest
from django.test import Client

from clouds.testing import account
from core.testing.clock import NOW
from insights.models import Remediation
from insights.remediation.action_kinds import RemediationKind
from insights.remediation.proposals import (
    InvalidProposal,
    Proposal,
    proposals_of_run,
    propose,
)
from insights.remediation.testing import ADA, worked_on
from syncs.models import SyncRun

pytestmark = pytest.mark.django_db


def run(status: str) -> SyncRun:
    owner = account()
    return SyncRun.objects.create(
        account=owner, dataset="cost", status=status, started_at=NOW, heartbeat_at=NOW
    )


def done(of: SyncRun) -> Remediation:
    [proposal] = proposals_of_run(of)
    row = propose(proposal, NOW, ADA)
    assert row.status == "approved"
    return worked_on(row)


def test_a_failed_sync_is_restarted_without_another_user() -> None:
    row = done(run("failed"))
    assert (row.kind, row.status) == ("restart_sync", "succeeded")
    assert row.answer == "Started: Cost of production (000000000001)."
    assert SyncRun.objects.filter(status="queued").count() == 1


def test_its_page_leads_to_the_run(admin_client: Client) -> None:
    row = done(run("failed"))
    assert row.run
    text = admin_client.get(row.get_absolute_url()).content.decode()
    assert f'href="{row.run.get_absolute_url()}">View run</a>' in text


def test_one_whose_days_the_cloud_no_longer_keeps_fails_with_the_reason() -> None:
    old = run("failed")
    SyncRun.objects.update(start=date(2020, 1, 1), end=date(2020, 1, 2))
    old.refresh_from_db()
    row = done(old)
    assert row.status == "failed"
    assert row.error.startswith(f"Restart of run {old.pk}: start 2020-01-01 and end")


def test_a_stuck_one_is_ended_and_its_slot_is_free() -> None:
    stuck = run("running")
    row = done(stuck)
    assert (row.kind, row.answer) == ("free_slot", "Its slot is free.")
    stuck.refresh_from_db()
    assert stuck.status == "abandoned"
    assert stuck.error.startswith("Ended by ada.")


def test_a_good_one_needs_neither() -> None:
    good = run("succeeded")
    assert proposals_of_run(good) == []
    for kind in (RemediationKind.RESTART_SYNC, RemediationKind.FREE_SLOT):
        proposal = Proposal(kind=kind, account=good.account, run=good)
        with pytest.raises(InvalidProposal):
            propose(proposal, NOW, ADA)
