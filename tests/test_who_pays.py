"""Accounts that join, leave and are closed are counted once on each day, or told."""

from datetime import datetime, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.db.models import Sum

from clouds.models import CloudAccount
from clouds.testing import aws_account
from core.testing.aws_emulator import EmulatedAws
from core.testing.aws_emulator.builders import ACCOUNT, OTHER, charge, machine
from core.windows import Window, last_complete_days, utc_day
from costs.models import CostRollup, CostTotal, DailyCost
from costs.queries.source import CostSource
from costs.queries.summary import Summary, cost_summary
from costs.sync import sync_cost
from inventory.models import Instance, StateChange
from inventory.sync import sync_ec2
from syncs.accounts.changes import save_account
from syncs.datasets import Dataset
from syncs.incidents.recording import update_incidents
from syncs.models import Incident, SyncRun, Watermark
from syncs.runs.freshness import State, freshness
from syncs.testing import outcome, run
from users.models import AuditEntry

pytestmark = pytest.mark.django_db
PAYER, MEMBER = ACCOUNT, OTHER
ROLE = f"arn:aws:iam::{MEMBER}:role/cloudintel"
ORGANIZATIONS = ("organizations:DescribeOrganization", "organizations:ListAccounts")


def bill(
    aws: EmulatedAws, account_id: str, window: Window, a_day: str, of: str
) -> None:
    aws.world(account_id).add_costs(
        [charge(day, a_day, owner=of) for day in window.days()]
    )


def summary(window: Window) -> Summary:
    """From the sums, which must be those of the rows."""
    source = CostSource(DailyCost.objects.all(), CostTotal.objects.all())
    summed = CostRollup.objects.filter(
        dimension="none", day__gte=window.start, day__lt=window.end
    ).aggregate(total=Sum("billed", default=Decimal(0)))
    found = cost_summary(source, window)
    assert summed["total"] == (found.total or 0)
    return found


def split(now: datetime, *days: int) -> list[Window]:
    """The windows between so many days ago."""
    ends = [utc_day(now) - timedelta(days=one) for one in days]
    return [Window(a, b) for a, b in zip(ends, ends[1:], strict=False)]


def get(account_id: str) -> CloudAccount:
    return CloudAccount.objects.select_related("payer").get(account_id=account_id)


def told(*args: str) -> str:
    out = StringIO()
    call_command(*args, stdout=out)
    return out.getvalue()


@pytest.mark.on_each_database
def test_one_that_joins_keeps_what_it_stored_before(
    aws: EmulatedAws, now: datetime
) -> None:
    alone, together = split(now, 100, 40, 0)
    bill(aws, MEMBER, Window(alone.start, together.end), "10", "")
    member, payer = aws_account(MEMBER, role_arn=ROLE), aws_account(PAYER)
    sync_cost(member, now)
    bill(aws, PAYER, Window(alone.start, together.end), "3", PAYER)
    aws.world(MEMBER).costs.clear()
    aws.add_organization(PAYER, {MEMBER: "shop"})
    bill(aws, PAYER, together, "10", MEMBER)
    for hours in range(2):
        sync_cost(payer, now + timedelta(hours=hours))
        assert get(MEMBER).payer == payer
        for window in (alone, together):
            found = summary(window)
            assert (found.total, found.missing_days) == (len(window) * 13, 0)
            assert found.reconciled
    assert Dataset.COST not in [
        one.dataset for one in freshness([get(MEMBER)], now + timedelta(days=9))
    ]


@pytest.mark.on_each_database
def test_one_that_leaves_is_read_again_from_the_day_that_it_left(
    aws: EmulatedAws, now: datetime
) -> None:
    before, together, after = split(now, 100, 40, 10, 0)
    bill(aws, MEMBER, before, "10", "")
    member, payer = aws_account(MEMBER, role_arn=ROLE), aws_account(PAYER)
    aws.now = now - timedelta(days=40)
    sync_cost(member, aws.now)
    aws.world(MEMBER).costs.clear()
    aws.add_organization(PAYER, {MEMBER: "shop"})
    bill(aws, PAYER, together, "10", MEMBER)
    bill(aws, PAYER, Window(before.start, after.end), "3", PAYER)
    aws.now = now - timedelta(days=10)
    sync_cost(payer, aws.now)
    assert get(MEMBER).payer == payer
    aws.world(MEMBER).organization, aws.now = "", now
    bill(aws, MEMBER, after, "10", "")
    at = sync_cost(payer, now)
    assert "222222222222 (222222222222) left the organization" in at.error
    member = get(MEMBER)
    assert (member.payer, member.is_payer_unknown) == (None, True)
    for hours in range(2):
        again = sync_cost(get(MEMBER), now + timedelta(hours=hours))
        assert outcome(again) == ("succeeded", "")
        assert again.window is not None
        assert again.window.start == together.end - timedelta(days=1)
        for window in (before, together, after):
            assert summary(window).total == len(window) * 13
        assert summary(Window(before.start, after.end)).missing_days == 0
    assert get(MEMBER).is_payer is False


def test_a_denied_answer_is_not_that_nobody_pays(
    aws: EmulatedAws, now: datetime
) -> None:
    window = last_complete_days(40, now)
    aws.add_organization(PAYER, {MEMBER: "shop"})
    for operation in ORGANIZATIONS:
        aws.deny(operation)
    bill(aws, PAYER, window, "10", MEMBER)
    bill(aws, PAYER, window, "3", PAYER)
    payer, member = aws_account(PAYER), aws_account(MEMBER, role_arn=ROLE)
    first = sync_cost(payer, now)
    assert (first.status, first.requests_by_operation["ce:GetCostAndUsage"]) == (
        "succeeded",
        4,
    )
    assert "is unknown" in first.error
    assert get(PAYER).is_payer_unknown
    sync_cost(member, now)
    assert DailyCost.objects.filter(account=member).exists()
    assert summary(window).total == 40 * 13
    sync_cost(payer, now + timedelta(days=1))
    payer = get(PAYER)
    assert (payer.is_payer, get(MEMBER).payer) == (True, payer)
    assert summary(window).total == 40 * 13
    # From then on it is known, and not asked for again.
    last = sync_cost(payer, now + timedelta(days=2))
    assert last.requests_by_operation["ce:GetCostAndUsage"] == 3


@pytest.mark.on_each_database
def test_whoever_is_read_first_nothing_is_counted_twice(
    aws: EmulatedAws, now: datetime
) -> None:
    window = last_complete_days(3, now)
    aws.add_organization(PAYER, {MEMBER: "shop"})
    for operation in ORGANIZATIONS:
        aws.deny(operation)
    bill(aws, PAYER, window, "10", MEMBER)
    sync_cost(aws_account(MEMBER, role_arn=ROLE), now)
    assert summary(window).total == 30
    sync_cost(aws_account(PAYER), now)
    assert summary(window).total == 30


def test_a_bill_of_its_own_alone_is_asked_about_and_read_by_region(
    aws: EmulatedAws, now: datetime
) -> None:
    aws.deny("organizations:DescribeOrganization")
    bill(aws, PAYER, last_complete_days(3, now), "10", "")
    sync_cost(aws_account(PAYER), now)
    assert set(DailyCost.objects.values_list("region", flat=True)) == {"us-east-1"}
    assert get(PAYER).is_payer is None


def test_a_member_says_which_of_our_accounts_pays_for_it(
    aws: EmulatedAws, now: datetime
) -> None:
    aws.add_organization(PAYER, {MEMBER: "shop"})
    payer, member = aws_account(PAYER), aws_account(MEMBER, role_arn=ROLE)
    at = sync_cost(member, now)
    assert outcome(at) == ("succeeded", "")
    assert (get(PAYER).is_payer, get(MEMBER).payer) == (True, payer)
    assert "ce:GetCostAndUsage" not in at.requests_by_operation
    entries = AuditEntry.objects.values_list("action", "user_name", "object_label")
    assert set(entries) == {
        ("cloudaccount.change", "sync", str(payer)),
        ("cloudaccount.change", "sync", str(member)),
    }


def test_a_payer_that_is_not_ours_leaves_its_member_to_its_own_bill(
    aws: EmulatedAws, now: datetime
) -> None:
    aws.add_organization(PAYER, {MEMBER: "shop"})
    bill(aws, PAYER, last_complete_days(3, now), "10", MEMBER)
    sync_cost(aws_account(MEMBER, role_arn=ROLE), now)
    member = get(MEMBER)
    assert (member.payer, member.is_payer) == (None, False)
    assert summary(last_complete_days(3, now)).total == 30


def test_an_account_that_is_closed_is_disabled_and_its_machines_end(
    aws: EmulatedAws, now: datetime
) -> None:
    aws.add_organization(PAYER, {MEMBER: "shop"})
    bill(aws, PAYER, last_complete_days(3, now), "5", MEMBER)
    aws.world(MEMBER).add_instance(machine("i-1"))
    payer = aws_account(PAYER)
    member = aws_account(MEMBER, role_arn=ROLE, payer=payer)
    sync_ec2(member, now)
    run(member, Dataset.CPU, now, status=SyncRun.Status.FAILED, attempt=2)
    update_incidents(now)
    assert Incident.objects.open().filter(account=member).count() == 1
    aws.world(MEMBER).organization_state = "SUSPENDED"
    aws.world(MEMBER).roles = {"nobody": None}
    for _ in range(2):
        at = sync_cost(payer, now + timedelta(hours=1))
        assert at.status == "succeeded"
    assert get(MEMBER).is_enabled is False
    instance = Instance.objects.get()
    assert (instance.is_running, instance.gone_since) == (
        False,
        now + timedelta(hours=1),
    )
    changes = StateChange.objects.filter(new_value=StateChange.TERMINATED)
    assert changes.count() == 1
    assert summary(last_complete_days(3, now)).total == 15
    update_incidents(now + timedelta(hours=2))
    assert not Incident.objects.open().filter(account=member).exists()
    assert State.FAILING not in [
        one.state for one in freshness(CloudAccount.objects.enabled(), now)
    ]


def test_a_closed_account_is_reported_once(aws: EmulatedAws, now: datetime) -> None:
    aws.add_organization(PAYER, {MEMBER: "shop"})
    aws.world(MEMBER).organization_state = "PENDING_CLOSURE"
    payer = aws_account(PAYER)
    aws_account(MEMBER, role_arn=ROLE, name="shop")
    assert "shop (222222222222) was closed" in sync_cost(payer, now).error
    assert sync_cost(payer, now).error == ""
    # After some months it is not even listed.
    aws.world(MEMBER).organization = ""
    assert sync_cost(payer, now).error == ""
    assert get(MEMBER).payer == payer


@pytest.mark.parametrize("state", ["PENDING_ACTIVATION", "", "A state of next year"])
def test_a_state_that_is_not_known_closes_nothing(
    aws: EmulatedAws, now: datetime, state: str
) -> None:
    aws.add_organization(PAYER, {MEMBER: "shop"})
    aws.world(MEMBER).organization_state = state
    aws_account(MEMBER, role_arn=ROLE)
    assert sync_cost(aws_account(PAYER), now).error == ""
    assert get(MEMBER).is_enabled


def test_what_somebody_changed_during_a_sync_stays(
    aws: EmulatedAws, now: datetime
) -> None:
    payer = aws_account(PAYER)
    CloudAccount.objects.filter(pk=payer.pk).update(name="renamed")
    sync_cost(payer, now)
    assert (get(PAYER).name, get(PAYER).is_payer) == ("renamed", False)


def test_one_that_joins_later_is_added_with_the_role_of_its_siblings(
    aws: EmulatedAws, now: datetime
) -> None:
    aws.add_organization(PAYER, {MEMBER: "shop"})
    region = "eu-west-1"
    told("add_account", "--organization", "--external-id", "secret", "--region", region)
    aws.add_organization(PAYER, {"333333333333": "data", "444444444444": "old"})
    aws.world("333333333333").joined_at = get(PAYER).created_at + timedelta(days=1)
    at = sync_cost(get(PAYER), now)
    assert "data (333333333333) joined the organization" in at.error
    joined = get("333333333333")
    assert (joined.name, joined.payer, joined.is_payer) == ("data", get(PAYER), False)
    assert joined.settings == {
        "role_arn": "arn:aws:iam::333333333333:role/cloudintel",
        "external_id": "secret",
        "regions": [region],
    }
    assert joined.settings == get(MEMBER).settings | {
        "role_arn": joined.settings["role_arn"]
    }
    # It was there when the organization was added, and somebody has removed it.
    assert not CloudAccount.objects.filter(account_id="444444444444").exists()


def test_one_that_joins_a_payer_alone_is_reported(
    aws: EmulatedAws, now: datetime
) -> None:
    aws.add_organization(PAYER, {MEMBER: "shop"})
    told("add_account")
    assert sync_cost(get(PAYER), now).error == ""
    aws.world(MEMBER).joined_at = get(PAYER).created_at
    assert "not added: shop (222222222222)" in sync_cost(get(PAYER), now).error
    assert CloudAccount.objects.count() == 1


def test_the_admin_and_the_command_give_the_same_accounts(
    aws: EmulatedAws, now: datetime
) -> None:
    """One that is only saved learns with its first sync what add_account asks."""
    aws.add_organization(PAYER, {MEMBER: "shop"})

    def facts() -> list[tuple[object, ...]]:
        columns = ("account_id", "is_payer", "payer__account_id", "is_enabled")
        return list(CloudAccount.objects.order_by("pk").values_list(*columns))

    told("add_account", "--name", "main")
    told("add_account", "--role-arn", ROLE)
    by_command = facts()
    CloudAccount.objects.exclude(account_id=PAYER).delete()
    CloudAccount.objects.all().delete()
    save_account(CloudAccount(account_id=PAYER, name="main"))
    member = CloudAccount(account_id=MEMBER, name="m", settings={"role_arn": ROLE})
    save_account(member)
    for one in CloudAccount.objects.order_by("pk"):
        sync_cost(one, now)
    assert facts() == by_command


def test_costs_are_not_said_to_be_stored_only_until_it_joined(
    aws: EmulatedAws, now: datetime
) -> None:
    aws.world(MEMBER)
    member, payer = aws_account(MEMBER, role_arn=ROLE), aws_account(PAYER)
    sync_cost(member, now - timedelta(days=5))
    aws.add_organization(PAYER, {MEMBER: "shop"})
    sync_cost(payer, now)
    marks = Watermark.objects.filter(dataset=Dataset.COST)
    assert list(marks.values_list("account", "read_until")) == [
        (payer.pk, utc_day(now))
    ]


def test_one_that_joins_a_payer_that_is_not_ours_keeps_its_days_before(
    aws: EmulatedAws, now: datetime
) -> None:
    """AWS shows them as nothing then, and the running month is always read again."""
    alone, together = split(now, 100, 3, 0)
    bill(aws, MEMBER, alone, "10", "")
    member = aws_account(MEMBER, role_arn=ROLE)
    aws.now = now - timedelta(days=3)
    sync_cost(member, aws.now)
    aws.world(MEMBER).costs.clear()
    aws.now = now
    aws.add_organization(PAYER, {MEMBER: "shop"})
    bill(aws, PAYER, together, "10", MEMBER)
    for hours in range(2):
        at = sync_cost(get(MEMBER), now + timedelta(hours=hours))
        assert at.window == together
        assert summary(Window(alone.start, together.end)).total == 1000
