"""What Azure Advisor recommends, as it is stored, and removed where it does no more."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from clouds.models import CloudAccount
from clouds.testing import account, azure_account
from core.testing.azure_emulator import EmulatedAzure, Recommendation
from core.testing.stored import sorted_rows
from insights.advice.sync import sync_advice
from insights.models import Advice
from syncs.datasets import Dataset, datasets_of, why_not
from syncs.runs.claims import Refused
from syncs.testing import outcome

pytestmark = [pytest.mark.django_db, pytest.mark.on_each_database]
HOUR = timedelta(hours=1)
EUROS = {"savingsAmount": "124.50", "savingsCurrency": "EUR"}


@pytest.fixture
def mine(azure: EmulatedAzure) -> CloudAccount:
    shop = azure.world.add_subscription(name="shop")
    vm = shop.add_vm("Web")
    shop.add(Recommendation, "resize", about=vm.id, extended=EUROS)
    shop.add(Recommendation, "reserve", extended={**EUROS, "term": "P3Y"})
    return azure_account(shop.subscription_id)


def stored() -> list[tuple[Any, ...]]:
    return sorted_rows(
        Advice, "advice_id", "impact", "monthly_savings", "currency", "first_seen_at"
    )


def test_what_was_read_twice_is_stored_once(
    mine: CloudAccount, azure: EmulatedAzure
) -> None:
    run = sync_advice(mine, azure.now)
    assert (outcome(run), run.rows) == (("succeeded", ""), 2)
    once = stored()
    assert {row[2] for row in once} == {Decimal("124.50")}
    assert outcome(sync_advice(mine, azure.now + HOUR)) == ("succeeded", "")
    assert stored() == once
    assert {one.last_seen_at for one in Advice.objects.all()} == {azure.now + HOUR}


def test_what_is_recommended_no_more_is_removed_from_this_account_alone(
    mine: CloudAccount, azure: EmulatedAzure
) -> None:
    other = azure.world.add_subscription(name="other")
    other.add(Recommendation, "theirs", extended=EUROS)
    theirs = azure_account(other.subscription_id)
    for one in (mine, theirs):
        sync_advice(one, azure.now)
    shop = azure.world.subscriptions[mine.account_id]
    for made in [*shop.resources.values()]:
        shop.remove(made)
    for hours in (1, 2):
        run = sync_advice(mine, azure.now + hours * HOUR)
        assert (outcome(run), run.rows) == (("succeeded", ""), 0)
    assert Advice.objects.get().account == theirs


def test_a_read_that_fails_keeps_what_is_stored_and_heals(
    mine: CloudAccount, azure: EmulatedAzure
) -> None:
    sync_advice(mine, azure.now)
    once = stored()
    azure.page_size["Microsoft.Advisor/recommendations/read"] = 1
    azure.deny("Microsoft.Advisor/recommendations/read")
    status, error = outcome(sync_advice(mine, azure.now + HOUR))
    assert status == "failed"
    assert "Recommendations of Azure Advisor" in error
    assert "Reader" in error
    assert stored() == once
    azure.heal()
    assert outcome(sync_advice(mine, azure.now + 2 * HOUR)) == ("succeeded", "")
    assert stored() == once


def test_only_clouds_that_advise_are_asked(azure: EmulatedAzure) -> None:
    aws = account()
    assert Dataset.ADVICE not in datasets_of(aws)
    assert "not offered by AWS" in why_not(aws, Dataset.ADVICE)
    with pytest.raises(Refused, match="not offered by AWS"):
        sync_advice(aws, azure.now)
