"""A cause that stops many accounts is one message, and so is its end."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.core import mail
from pytest_django import Settings

from alerts.models import Notice
from alerts.outbox import deliver_due
from clouds.models import CloudAccount
from clouds.testing import aws_account
from core.testing.aws_emulator import EmulatedAws
from core.testing.aws_emulator.builders import ACCOUNT, OTHER
from costs.sync import sync_cost
from inventory.sync import sync_ec2
from syncs.incidents.recording import update_incidents
from syncs.models import Incident

pytestmark = pytest.mark.django_db
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
MEMBERS = [f"{200000000001 + number}" for number in range(6)]


@pytest.fixture(autouse=True)
def told(settings: Settings) -> None:
    settings.ALERT_EMAILS = ["ops@example.com"]


@pytest.fixture
def accounts(aws: EmulatedAws) -> list[CloudAccount]:
    """A payer, read with its own key, and members, read through their roles."""
    for member in MEMBERS:
        aws.world(member).roles = {"cloudintel": None}
    return [aws_account(regions=["eu-west-1"])] + [
        aws_account(
            member,
            role_arn=f"arn:aws:iam::{member}:role/cloudintel",
            regions=["eu-west-1"],
        )
        for member in MEMBERS
    ]


def read(accounts: list[CloudAccount], at: datetime) -> None:
    for one in accounts:
        sync_ec2(one, at)
        sync_cost(one, at)


def tick(at: datetime) -> None:
    with time_machine.travel(at, tick=False):
        update_incidents(at)
        deliver_due(at)


def test_a_key_that_is_withdrawn_is_one_message_for_all_accounts_and_one_when_it_ends(
    accounts: list[CloudAccount], aws: EmulatedAws, now: datetime
) -> None:
    invalid = "The security token included in the request is invalid."
    for operation in ("sts:GetCallerIdentity", "sts:AssumeRole"):
        aws.fail(operation, "InvalidClientTokenId", invalid, 403)
    for hours in (0, 1):
        read(accounts, now + hours * HOUR)
        tick(now + hours * HOUR)
    for minutes in range(1, 20):
        tick(now + HOUR + minutes * MINUTE)
    (opened,) = mail.outbox
    assert opened.subject.startswith("cloudintel: 7 accounts, one cause: Instances of")
    first, _, *lines = opened.body.splitlines()
    assert first.startswith("7 accounts, one cause: AWS identity")
    assert invalid in first and "Check the AWS credentials" in first
    assert len(lines) == 14
    name = f"Cost of {MEMBERS[5]} ({MEMBERS[5]})"
    assert lines[-1] == f"- {name} can't be read."
    # Each incident has its own notice, which only who may see the account sees.
    assert Incident.objects.open().count() == Notice.objects.count() == 14

    aws.heal()
    read(accounts, now + 2 * HOUR)
    for minutes in range(20):
        tick(now + 2 * HOUR + minutes * MINUTE)
    _, closed = mail.outbox
    assert closed.subject.startswith("cloudintel: 7 accounts, one cause: Instances of")
    assert invalid in closed.body
    assert closed.body.splitlines()[-1] == f"- {name} is read again."
    assert not Incident.objects.open().exists()


def test_another_cause_is_another_message(
    accounts: list[CloudAccount], aws: EmulatedAws, now: datetime
) -> None:
    aws.deny("sts:AssumeRole")
    aws.deny("ec2:DescribeInstances", ACCOUNT)
    aws.deny("ce:GetCostAndUsage", ACCOUNT)
    for hours in (0, 1):
        read(accounts, now + hours * HOUR)
    tick(now + HOUR)
    assert [letter.subject.split(":")[1] for letter in mail.outbox] == [
        f" Instances of {ACCOUNT} ({ACCOUNT}) can't be read.",
        f" Cost of {ACCOUNT} ({ACCOUNT}) can't be read.",
        " 6 accounts, one cause",
    ]


def test_accounts_that_follow_are_reported_together_a_while_later(
    accounts: list[CloudAccount], aws: EmulatedAws, now: datetime
) -> None:
    aws.deny("sts:AssumeRole")
    member, *others = accounts[1:]
    for hours in (0, 1):
        sync_ec2(member, now + hours * HOUR)
    tick(now + HOUR)
    for one in others:
        for hours in (0, 1):
            sync_ec2(one, now + hours * HOUR)
    for minutes in range(15):
        tick(now + HOUR + minutes * MINUTE)
        assert len(mail.outbox) == 1
    tick(now + HOUR + 15 * MINUTE)
    assert mail.outbox[1].subject.startswith("cloudintel: 5 accounts, one cause: ")
    assert len(mail.outbox) == 2


def test_all_that_is_stale_is_one_message(now: datetime) -> None:
    for account_id in (ACCOUNT, OTHER):
        aws_account(account_id).runs.create(
            dataset="instances",
            status="succeeded",
            started_at=now,
            heartbeat_at=now,
            finished_at=now,
        )
    tick(now + 90 * HOUR)
    (letter,) = mail.outbox
    assert letter.subject.startswith("cloudintel: 2 accounts, one cause: ")
    assert "check that scheduler and workers run." in letter.body
