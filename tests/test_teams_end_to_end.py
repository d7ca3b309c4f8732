"""Costs per team from both emulated clouds: equal to the bill after each sync."""

from datetime import date
from typing import Any

import pytest
from django.core.management import call_command

from clouds.testing import SUBSCRIPTION, aws_account, azure_account
from core.testing.aws_emulator import EmulatedAws
from core.testing.aws_emulator.builders import charge
from core.testing.azure_emulator import EmulatedAzure
from core.windows import Window
from costs.allocation.testing import team_rule
from users.testing import ask

pytestmark = pytest.mark.django_db
DAYS = Window(date(2026, 6, 1), date(2026, 6, 20))
GROUP = "Shop-RG"


def paid(currency: str) -> dict[str, str]:
    found = ask("teams/costs/", currency=currency, start=DAYS.start, end=DAYS.end)
    assert found["reconciled"] is True
    return {one["key"]: one["total"] for one in found["series"]}


def test_teams_of_both_clouds_pay_what_the_bills_say(
    aws: EmulatedAws, azure: EmulatedAzure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: azure.now)
    mine = aws_account(tag_keys=["team"])
    sub = azure.world.add_subscription(SUBSCRIPTION, "shop")
    azure.world.currency = "EUR"
    for day in DAYS.days():
        tagged: Any = charge(day, "3", tags={"team": "shop"})
        aws.world().add_costs([tagged, charge(day, "1", "Tax", kind="Tax")])
        azure.world.cost(day, "Storage", 5.25, resource_group=GROUP, subscription=sub)
        azure.world.cost(day, "Bandwidth", 1.1234567, subscription=sub)
    azure_account(settings={"tenant": azure.world.tenant_id})
    shop = {"Shop": "66.67", "Search": "33.33"}
    team_rule(
        10, to=shop, tag_key="team", tag_values=["shop"], accounts=[mine.account_id]
    )
    team_rule(20, to=shop, resource_groups=[GROUP.lower()], accounts=[SUBSCRIPTION])
    for _ in range(2):
        call_command("sync_cost")
        assert paid("USD") == {
            **{"Shop": "38.0019", "Search": "18.9981"},
            "(not allocated)": "19.00",
        }
        assert paid("EUR") == {
            **{"Shop": "66.503325", "Search": "33.246675"},
            "(not allocated)": "21.3456773",
        }
