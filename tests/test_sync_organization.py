"""Payer accounts, their members, and the roles through which accounts are read."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from clouds.models import CloudAccount
from clouds.testing import aws_account
from core.testing.aws_emulator import EmulatedAws
from core.testing.aws_emulator.builders import OTHER, charge, june, machine
from costs.models import CostTotal, DailyCost
from costs.sync import sync_cost
from costs.testing import rows_miss_totals
from inventory.models import Instance
from inventory.sync import sync_ec2
from providers.records import UNALLOCATED
from syncs.models import SyncRun
from syncs.runs.claims import Refused
from syncs.testing import outcome

pytestmark = pytest.mark.django_db
THIRD = "333333333333"
ROLE = f"arn:aws:iam::{OTHER}:role/cloudintel"


@pytest.fixture
def payer(aws: EmulatedAws) -> CloudAccount:
    aws.add_organization("123456789012", {OTHER: "shop", THIRD: "data"})
    return aws_account(is_payer=True)


def test_one_answer_of_the_payer_covers_all_members(
    payer: CloudAccount, aws: EmulatedAws, now: datetime
) -> None:
    aws.world().add_costs(
        [
            charge(june(1), "10", owner=OTHER, amortized="8"),
            charge(june(1), "20", owner=THIRD),
            charge(june(1), "5", region="eu-west-1", owner=THIRD),
            charge(june(1), "1.9", "Tax", "Tax", owner=OTHER),
            charge(june(1), "-3", kind="Credit", owner=THIRD),
        ]
    )
    run = sync_cost(payer, now)
    assert run.requests_by_operation == {
        "ce:GetCostAndUsage": 3,
        "organizations:DescribeOrganization": 1,
        "organizations:ListAccounts": 1,
        "sts:GetCallerIdentity": 1,
    }
    rows = DailyCost.objects.order_by("sub_account_id", "charge_category")
    assert list(
        rows.values_list("sub_account_id", "service", "charge_category", "billed")
    ) == [
        (OTHER, "Tax", "Tax", Decimal("1.9")),
        (OTHER, "AWS Lambda", "Usage", 10),
        (THIRD, "Credit", "Credit", -3),
        (THIRD, "AWS Lambda", "Usage", 25),
    ]
    assert set(rows.values_list("account", flat=True)) == {payer.pk}
    assert not rows_miss_totals()


def test_what_a_payer_can_not_place_belongs_to_no_member(
    payer: CloudAccount, aws: EmulatedAws, now: datetime
) -> None:
    aws.world().add_costs([charge(june(1), "0.004", owner=OTHER)])
    aws.world().dropped_below = Decimal("0.01")
    sync_cost(payer, now)
    row = DailyCost.objects.get()
    assert (row.service, row.sub_account_id) == (UNALLOCATED, "")


def test_members_of_a_payer_are_refused_for_costs(
    payer: CloudAccount, aws: EmulatedAws, now: datetime
) -> None:
    member = aws_account(OTHER, name="shop", payer=payer, role_arn=ROLE)
    with pytest.raises(Refused, match="on the bill of 123456789012"):
        sync_cost(member, now)
    assert not SyncRun.objects.exists()
    assert not aws.requests


def test_two_accounts_without_a_payer_keep_their_bills_apart(
    aws: EmulatedAws, now: datetime
) -> None:
    aws.world().add_costs([charge(june(1), "1")])
    aws.world(OTHER).add_costs([charge(june(1), "2")])
    mine, others = aws_account(), aws_account(OTHER, role_arn=ROLE)
    sync_cost(mine, now)
    sync_cost(others, now)
    sync_cost(mine, now + timedelta(hours=1))
    totals = CostTotal.objects.filter(day=june(1)).order_by("account")
    assert [(total.account, total.billed) for total in totals] == [
        (mine, 1),
        (others, 2),
    ]


def test_a_role_that_asks_for_an_external_id_is_assumed_with_it(
    aws: EmulatedAws, now: datetime
) -> None:
    world = aws.world(OTHER)
    world.roles = {"cloudintel": "between us"}
    world.add_instance(machine("i-1"))
    others = aws_account(OTHER, role_arn=ROLE, external_id="between us")
    run = sync_ec2(others, now)
    assert outcome(run) == ("succeeded", "")
    assert Instance.objects.get().account == others
    assert aws.requests["sts:AssumeRole"] == 1
    assert run.requests_by_operation["sts:AssumeRole"] == 1


@pytest.mark.parametrize("external_id", ["", "a guess"])
def test_a_wrong_external_id_is_reported_in_one_sentence(
    aws: EmulatedAws, now: datetime, external_id: str
) -> None:
    aws.world(OTHER).roles = {"cloudintel": "between us"}
    others = aws_account(
        OTHER, role_arn=ROLE, external_id=external_id, regions=["us-east-1"]
    )
    status, error = outcome(sync_ec2(others, now))
    assert status == "failed"
    assert error.startswith("AWS identity (sts:GetCallerIdentity)")
    assert f"through {ROLE}: AccessDenied" in error
    assert error.endswith("external ID is the one it asks for.")
    assert "\n" not in error
