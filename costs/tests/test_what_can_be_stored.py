"""What no database could keep is stored honestly, or refused by naming the row."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from importlib import import_module

import pytest
from django.apps import apps
from django.core.management import CommandError
from django.db import connection

from clouds.testing import account, aws_account
from core.testing.aws_emulator import EmulatedAws
from core.testing.aws_emulator.builders import charge, june
from core.testing.aws_emulator.cost_explorer import get_cost_and_usage
from core.testing.aws_emulator.server import OPERATIONS
from core.testing.aws_emulator.wire import Answer, Call
from core.windows import Window
from costs.models import CostRollup, CostTotal, DailyCost, TagCost
from costs.sync import sync_cost
from costs.testing import rows_miss_totals, store_costs, stored_costs
from costs.tests.test_rollups import held, summed
from syncs.testing import outcome

pytestmark = [pytest.mark.django_db, pytest.mark.on_each_database]
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    "name", ["x" * 201, "x" * 5000, "a\0b", "a\ud800b", 'a, "b"\0\n']
)
def test_a_name_that_can_not_be_stored_is_shortened_and_named(
    aws: EmulatedAws, now: datetime, name: str
) -> None:
    mine = aws_account()
    bill = [charge(june(3), "5", name), charge(june(3), "2"), charge(june(4), "1")]
    aws.world().add_costs(bill)
    for hours in (0, 1):
        status, error = outcome(sync_cost(mine, now + hours * HOUR))
        assert status == "succeeded"
        assert error.startswith("Too long, or with characters that can't be stored")
        assert "service of 2026-06-03, " in error
        assert DailyCost.objects.get(billed=5).service.startswith(name[0])
        assert not rows_miss_totals()
        assert held() == summed()


def test_two_long_names_that_begin_alike_stay_two(
    aws: EmulatedAws, now: datetime
) -> None:
    names = ["x" * 250 + end for end in "abcde"]
    aws.world().add_costs([charge(june(3), "1", name) for name in names])
    status, error = outcome(sync_cost(aws_account(), now))
    assert status == "succeeded"
    assert DailyCost.objects.values("service").distinct().count() == 5
    assert error.endswith("; and 2 more.")


@pytest.mark.parametrize("amount", ["10000000000", "-1e17"])
def test_an_amount_that_can_not_be_stored_is_named_and_nothing_is_stored(
    aws: EmulatedAws, now: datetime, amount: str
) -> None:
    mine = aws_account()
    aws.world().add_costs([charge(june(3), "5")])
    sync_cost(mine, now)
    before = stored_costs()
    aws.world().add_costs([charge(june(4), amount, "Gold"), charge(june(4), "1")])
    for hours in (1, 2):
        status, error = outcome(sync_cost(mine, now + hours * HOUR))
        assert status == "failed"
        assert error.startswith("the total on 2026-06-04: ")
        assert " USD is larger than " in error
        assert ("use PostgreSQL" in error) == (connection.vendor == "sqlite")
        assert "Sync the days before and after with --start and --end." in error
        assert "\n" not in error
    assert stored_costs() == before


def test_a_large_charge_under_a_small_total_is_named_too(
    aws: EmulatedAws, now: datetime
) -> None:
    bill = [charge(june(4), sign + "20000000000", "Gold" + sign) for sign in ("", "-")]
    aws.world().add_costs(bill)
    status, error = outcome(sync_cost(aws_account(), now))
    assert status == "failed"
    assert error.startswith("Gold on 2026-06-04: 20000000000.00 USD is larger than ")


def test_amounts_whose_sum_can_not_be_stored_are_one_sentence(
    aws: EmulatedAws, now: datetime
) -> None:
    largest = "900000000" if connection.vendor == "sqlite" else "9000000000"
    store_costs(account(2, "other"), Window(june(4), june(5)), {"Gold": largest})
    aws.world().add_costs([charge(june(4), largest)])
    status, error = outcome(sync_cost(aws_account(), now))
    assert status == "failed"
    assert ": What a month costs is larger than " in error
    assert "\n" not in error
    assert CostTotal.objects.count() == 1
    assert held() == summed()


def test_accounts_whose_month_can_not_be_stored_are_one_sentence(
    aws: EmulatedAws, now: datetime
) -> None:
    largest = "900000000" if connection.vendor == "sqlite" else "9000000000"
    # Of two days and two services, whose sums can be.
    store_costs(account(2, "other"), Window(june(3), june(4)), {"Gold": largest})
    aws.world().add_costs([charge(june(4), largest, "Silver")])
    status, error = outcome(sync_cost(aws_account(), now))
    assert status == "failed"
    assert ": What a month costs is larger than " in error
    assert held() == summed()


def test_days_whose_sum_can_not_be_stored_are_one_sentence(
    aws: EmulatedAws, now: datetime
) -> None:
    largest = "900000000" if connection.vendor == "sqlite" else "9000000000"
    # Of two months, whose sums can be.
    aws.world().add_costs(
        [charge(day, largest) for day in (date(2026, 5, 28), june(4))]
    )
    status, error = outcome(sync_cost(aws_account(), now))
    assert status == "failed"
    assert ": What its newest 30 days cost is larger than " in error
    assert "\n" not in error and held() == summed()


@pytest.mark.parametrize("text", ["NaN", "Infinity", "a lot", "1e19", ""])
def test_what_is_no_amount_is_named(
    aws: EmulatedAws, now: datetime, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    def answer(aws: EmulatedAws, call: Call) -> Answer:
        found = get_cost_and_usage(aws, call)
        for day in found["ResultsByTime"]:  # type: ignore[call-overload]
            for group in day["Groups"]:
                group["Metrics"]["AmortizedCost"]["Amount"] = text
        return found

    monkeypatch.setitem(OPERATIONS, "ce:GetCostAndUsage", answer)
    aws.world().add_costs([charge(june(4), "1", "Gold")])
    status, error = outcome(sync_cost(aws_account(), now))
    assert status == "failed"
    assert error == (
        "Costs of 2026-06-04 (ce:GetCostAndUsage): AmortizedCost of Gold, us-east-1 is "
        f"{text!r} 'USD', which is no amount. Nothing of this answer was stored: sync "
        "again."
    )
    assert Decimal(0) == sum(DailyCost.objects.values_list("billed", flat=True))


def test_an_upgrade_names_the_account_whose_month_can_not_be_stored() -> None:
    largest = "900000000" if connection.vendor == "sqlite" else "9000000000"
    for day in (june(3), june(28)):
        CostRollup.objects.create(
            dimension="account",
            day=day,
            currency="USD",
            sub_account_id="111122223333",
            billed=Decimal(largest),
            effective=Decimal(1),
            row_count=1,
        )
    upgrade = import_module("costs.migrations.0006_sums_of_months")
    sentence = "^The sum of account 111122223333 in USD in 2026-06 is larger than "
    with pytest.raises(CommandError, match=sentence):
        upgrade.add_sums(apps, connection.schema_editor())


@pytest.mark.parametrize(
    ("value", "services", "day", "named"),
    [
        ("shop", ("EC2", "S3"), 28, "team=shop"),
        ("", ("EC2", "EC2"), 28, r"team \(untagged\)"),
        ("shop", ("EC2", "EC2"), 3, "team=shop"),
    ],
)
def test_an_upgrade_names_the_tag_whose_sum_can_not_be_stored(
    value: str, services: tuple[str, str], day: int, named: str
) -> None:
    """Of a value in a month, of no value, and of a service on one day."""
    largest = "900000000" if connection.vendor == "sqlite" else "9000000000"
    owners = account(), account(2, "staging")
    TagCost.objects.bulk_create(
        TagCost(
            account=owner,
            day=june(of),
            tag_key="team",
            tag_value=value,
            service=service,
            currency="USD",
            billed=Decimal(1),
            effective=Decimal(largest),
            is_estimated=False,
        )
        for owner, of, service in zip(owners, (3, day), services, strict=True)
    )
    upgrade = import_module("costs.migrations.0007_sums_by_tag")
    sentence = f"^The sum of tag {named} in USD in 2026-06 is larger than "
    with pytest.raises(CommandError, match=sentence):
        upgrade.add_sums(apps, connection.schema_editor())
