"""Costs by tag from the emulated AWS: what is asked, what is stored, what is said."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from clouds.models import CloudAccount
from clouds.testing import aws_account
from core.testing.aws_emulator import EmulatedAws
from core.testing.aws_emulator.builders import ACCOUNT, OTHER, charge, june
from core.windows import Window
from costs.models import CoveredDay, DailyCost, TagCost
from costs.sync import sync_cost
from costs.testing import rows_miss_totals, stored_costs, tags_miss_totals
from syncs.testing import outcome

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
DAYS = Window(june(15), june(20))
SHOP, DATA = {"team": "shop"}, {"team": "data", "env": "$test$"}
Amounts = dict[tuple[str, str], Decimal]


@pytest.fixture
def bill(aws: EmulatedAws) -> None:
    for day in Window(june(1), june(20)).days():
        aws.world().add_costs(
            [
                charge(day, "3", "Amazon EC2", tags=SHOP),
                charge(day, "2", "Amazon S3", tags=DATA),
                charge(day, "1", "Tax", kind="Tax"),
            ]
        )


def by_tag(day: date, key: str = "team", **which: Any) -> Amounts:
    rows = TagCost.objects.filter(day=day, tag_key=key, **which)
    return {(row.tag_value, row.service): row.billed for row in rows}


def choose(account: CloudAccount, *keys: str) -> None:
    account.settings["tag_keys"] = list(keys)
    account.save()


def asked(aws: EmulatedAws) -> list[list[str]]:
    """What each question to Cost Explorer was grouped by."""
    return [
        [group["Key"] for group in call.parameters.get("GroupBy", [])]
        for call in aws.calls
        if call.name == "ce:GetCostAndUsage"
    ]


@pytest.mark.usefixtures("bill")
@pytest.mark.on_each_database
def test_each_key_is_one_more_question_and_sums_to_each_days_total(
    aws: EmulatedAws, now: datetime
) -> None:
    mine = aws_account(tag_keys=["team", "env"], is_payer=False)
    for hours in (0, 1):
        aws.clear_calls()
        run = sync_cost(mine, now + HOUR * hours, window=DAYS)
        assert outcome(run) == ("succeeded", "")
        assert [one for one in asked(aws) if one[:1] in (["team"], ["env"])] == [
            ["team", "SERVICE"],
            ["env", "SERVICE"],
        ]
        assert run.rows == DailyCost.objects.count() + TagCost.objects.count()
        assert by_tag(june(16)) == {
            ("shop", "Amazon EC2"): 3,
            ("data", "Amazon S3"): 2,
            ("", "Tax"): 1,
        }
        # A value may hold what parts it from its key.
        assert by_tag(june(16), "env")["$test$", "Amazon S3"] == 2
        assert not tags_miss_totals() and not rows_miss_totals()


@pytest.mark.usefixtures("bill")
@pytest.mark.on_each_database
def test_a_restated_day_is_restated_by_tag_too(aws: EmulatedAws, now: datetime) -> None:
    mine = aws_account(tag_keys=["team"])
    sync_cost(mine, now, window=DAYS)
    aws.world().restate(june(16), "Amazon EC2", Decimal(30))
    for hours in (1, 2):
        sync_cost(mine, now + HOUR * hours, window=DAYS)
        assert by_tag(june(16))["shop", "Amazon EC2"] == 30
        assert by_tag(june(17))["shop", "Amazon EC2"] == 3
        assert not tags_miss_totals()


@pytest.mark.usefixtures("bill")
def test_a_tag_that_moves_between_equal_totals_is_stored(
    aws: EmulatedAws, now: datetime
) -> None:
    """Neither the day's total nor a row of its services differs."""
    mine = aws_account(tag_keys=["team"])
    sync_cost(mine, now, window=DAYS)
    before = stored_costs()
    world = aws.world()
    world.costs = [
        charge(item.day, "2", item.service, tags=SHOP) if item.tags == DATA else item
        for item in world.costs
    ]
    sync_cost(mine, now + HOUR, window=DAYS)
    assert by_tag(june(16))["shop", "Amazon S3"] == 2
    after = stored_costs()
    assert after.pop("tags") != before.pop("tags")
    assert after == before


@pytest.mark.usefixtures("bill")
def test_a_key_that_is_chosen_later_is_read_for_the_days_that_are_read_again(
    aws: EmulatedAws, now: datetime
) -> None:
    mine = aws_account()
    sync_cost(mine, now, window=DAYS)
    assert not TagCost.objects.exists()
    choose(mine, "team")
    newest = Window(june(18), june(20))
    sync_cost(mine, now + HOUR, window=newest)
    assert set(TagCost.objects.values_list("day", flat=True)) == {june(18), june(19)}
    sync_cost(mine, now + 2 * HOUR, window=DAYS)
    assert not tags_miss_totals()
    assert TagCost.objects.values("day").distinct().count() == len(DAYS)


@pytest.mark.usefixtures("bill")
def test_a_key_that_is_dropped_leaves_no_rows_of_days_that_are_read_again(
    aws: EmulatedAws, now: datetime
) -> None:
    """They would no longer sum to the total of a day that is restated."""
    mine = aws_account(tag_keys=["team", "env"])
    sync_cost(mine, now, window=DAYS)
    choose(mine, "env")
    sync_cost(mine, now + HOUR, window=Window(june(16), june(20)))
    left = TagCost.objects.filter(tag_key="team").values_list("day", flat=True)
    assert set(left) == {june(15)}
    assert not tags_miss_totals()


@pytest.mark.usefixtures("bill")
def test_a_key_that_is_not_activated_is_reported_and_no_error(
    aws: EmulatedAws, now: datetime
) -> None:
    aws.world().cost_allocation_tags = {"env"}
    mine = aws_account(tag_keys=["team", "env"])
    status, remark = outcome(sync_cost(mine, now, window=DAYS))
    assert status == "succeeded"
    assert remark == (
        "No charge has the tag team, so all of these days are untagged. Check its "
        "spelling; in AWS the payer activates it in Billing under Cost allocation tags."
    )
    assert {value for value, _ in by_tag(june(16))} == {""}
    assert not tags_miss_totals()


def test_a_payers_bill_is_read_by_tag_and_account_and_covers_its_members(
    aws: EmulatedAws, now: datetime
) -> None:
    aws.world().payer = True
    for day in DAYS.days():
        aws.world().add_costs(
            [
                charge(day, "3", "Amazon EC2", tags=SHOP, owner=OTHER),
                charge(day, "1", "Amazon S3", tags=SHOP),
            ]
        )
        aws.world(OTHER).add_costs([charge(day, "3", "Amazon EC2", tags=SHOP)])
    payer = aws_account(is_payer=True, tag_keys=["team"])
    role = f"arn:aws:iam::{OTHER}:role/cloudintel"
    member = aws_account(OTHER, tag_keys=["team"], is_payer=False, role_arn=role)
    sync_cost(member, now, window=DAYS)
    assert by_tag(june(16)) == {("shop", "Amazon EC2"): 3}
    for hours in (1, 2):
        sync_cost(payer, now + HOUR * hours, window=DAYS)
        rows = TagCost.objects.filter(account=payer, day=june(16))
        amounts = {row.sub_account_id: (row.service, row.billed) for row in rows}
        assert amounts == {OTHER: ("", 3), ACCOUNT: ("", 1)}
        assert CoveredDay.objects.filter(sub_account_id=OTHER).count() == len(DAYS)
        counted = TagCost.objects.counted().filter(day=june(16))
        assert {row.account for row in counted} == {payer}
        assert not tags_miss_totals()


@pytest.mark.parametrize("value", [r"\N", '"', "a,b", "x" * 300, "\r\n", "=1+1", "é\0"])
@pytest.mark.on_each_database
def test_a_value_of_any_letters_is_stored(
    aws: EmulatedAws, now: datetime, value: str
) -> None:
    aws.world().add_costs([charge(june(16), "5", tags={"team": value})])
    mine = aws_account(tag_keys=["team"], is_payer=False)
    for hours in (0, 1):
        status, _ = outcome(sync_cost(mine, now + HOUR * hours, window=DAYS))
        assert status == "succeeded"
        (row,) = TagCost.objects.filter(day=june(16))
        assert row.tag_value[:1] == value[:1]
        assert not tags_miss_totals()


@pytest.mark.usefixtures("bill")
def test_groups_that_aws_drops_are_untagged(aws: EmulatedAws, now: datetime) -> None:
    aws.world().dropped_below = Decimal(2)
    mine = aws_account(tag_keys=["team"], is_payer=False)
    sync_cost(mine, now, window=DAYS)
    assert by_tag(june(16)) == {
        ("shop", "Amazon EC2"): 3,
        ("data", "Amazon S3"): 2,
        ("", "Unallocated"): 1,
    }
    assert not tags_miss_totals()


@pytest.mark.usefixtures("bill")
def test_an_account_that_is_removed_takes_its_rows_along(
    aws: EmulatedAws, now: datetime
) -> None:
    from syncs.accounts.changes import remove_accounts

    mine = aws_account(tag_keys=["team"])
    sync_cost(mine, now, window=DAYS)
    assert remove_accounts(CloudAccount.objects.filter(pk=mine.pk))
    assert not TagCost.objects.exists()
