"""Costs by tag from both emulated clouds, by commands, into the API: whole, once, and
equal to the bill, whatever was restated or chosen later."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from clouds.models import CloudAccount
from clouds.testing import SUBSCRIPTION, aws_account
from core.testing.aws_emulator import EmulatedAws
from core.testing.aws_emulator.builders import ACCOUNT, charge
from core.testing.azure_emulator import EmulatedAzure
from core.windows import Window
from costs.models import CostTotal, TagCost
from costs.testing import rows_miss_totals, tags_miss_totals
from tests.stored_rows import stored
from users.testing import ask

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
DAYS = Window(date(2026, 5, 1), date(2026, 6, 20))
JUNE = {"start": "2026-06-01", "end": "2026-06-20", "group_by": "tag:team"}
SHOP = {"team": "shop"}


@pytest.fixture
def clouds(
    aws: EmulatedAws, azure: EmulatedAzure, monkeypatch: pytest.MonkeyPatch
) -> EmulatedAzure:
    """An account and a subscription, in two currencies, with a team on both."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: azure.now)
    shop = azure.world.add_subscription(SUBSCRIPTION, "shop")
    azure.world.currency = "EUR"
    for day in DAYS.days():
        aws.world().add_costs(
            [charge(day, "3", tags=SHOP), charge(day, "1", "Tax", kind="Tax")]
        )
        azure.world.cost(day, "Storage", 5.25, tags={"Team": "shop"}, subscription=shop)
        azure.world.cost(day, "Bandwidth", 1.1234567, subscription=shop)
    return azure


def run(command: str, *args: str) -> str:
    out = StringIO()
    call_command(command, *args, stdout=out)
    return out.getvalue()


def add_both(azure: EmulatedAzure, *keys: str) -> None:
    tags = [word for key in keys for word in ("--tag-key", key)]
    run("add_account", "--name", "aws", *tags)
    tenant = ("--tenant", azure.world.tenant_id)
    named = ("--subscription", SUBSCRIPTION, "--name", "azure")
    run("add_account", "--provider", "azure", *tenant, *named, *tags)


def by_team(currency: str, **parameters: Any) -> dict[str, str]:
    trend = ask("costs/trend/", **{**JUNE, "currency": currency, **parameters})
    return {one["key"]: one["total"] for one in trend["series"]}


def test_both_clouds_are_read_by_tag_twice_and_stored_once(
    clouds: EmulatedAzure,
) -> None:
    add_both(clouds, "team")
    run("sync_cost")
    assert not tags_miss_totals() and not rows_miss_totals()
    days = TagCost.objects.values("account", "day").distinct()
    assert days.count() == CostTotal.objects.exclude(billed=0).count()
    assert by_team("USD") == {"shop": "57.00", "": "19.00"}
    assert by_team("EUR") == {"shop": "99.75", "": "21.3456773"}
    once = stored()
    clouds.now += HOUR
    run("sync_cost")
    assert stored() == once


def test_a_month_that_is_restated_is_restated_by_tag(clouds: EmulatedAzure) -> None:
    add_both(clouds, "team")
    run("sync_cost")
    clouds.world.restate_month(date(2026, 6, 1), 2)
    for _ in range(2):
        clouds.now += HOUR
        run("sync_cost")
        assert by_team("EUR")["shop"] == "199.50"
        assert not tags_miss_totals()


def test_a_key_that_is_chosen_later_is_unknown_before_until_a_backfill(
    clouds: EmulatedAzure, now: datetime
) -> None:
    add_both(clouds)
    run("sync_cost")
    assert not TagCost.objects.exists()
    add_both(clouds, "team")
    clouds.now += HOUR
    run("sync_cost")
    may = {"start": "2026-05-01", "end": "2026-06-01"}
    read = TagCost.objects.filter(account__name="aws").earliest("day").day
    assert read > date(2026, 5, 1)
    points = ask("costs/trend/", **{**JUNE, **may, "currency": "USD"})["series"]
    assert {one["key"] for one in points} <= {"shop", ""}
    clouds.now += HOUR
    for account in CloudAccount.objects.all():
        run("sync_cost", "--account", account.account_id, "--start", "2026-05-01")
    assert by_team("USD", **may) == {"shop": "93.00", "": "31.00"}
    assert not tags_miss_totals()


def test_a_part_that_fails_keeps_the_tags_that_were_stored(
    clouds: EmulatedAzure, aws: EmulatedAws
) -> None:
    mine = aws_account(ACCOUNT, tag_keys=["team"])
    run("sync_cost", "--account", mine.account_id)
    before = stored()
    aws.world().add_costs([charge(date(2026, 6, 19), "9", "Amazon S3")])
    aws.deny("ce:GetCostAndUsage")
    clouds.now += HOUR
    with pytest.raises(CommandError):
        run("sync_cost", "--account", mine.account_id)
    assert stored() == before
    aws.heal()
    run("sync_cost", "--account", mine.account_id)
    assert TagCost.objects.filter(service="Amazon S3", billed=Decimal(9)).exists()
    assert not tags_miss_totals()
