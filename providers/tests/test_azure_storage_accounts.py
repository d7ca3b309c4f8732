"""Storage accounts of the emulated Azure, with the bytes that its metrics know of."""

from decimal import Decimal

import pytest

from core.testing.azure_emulator import (
    Disk,
    EmulatedAzure,
    EmulatedSubscription,
    StorageAccount,
)
from providers.azure.provider import AzureProvider
from providers.errors import ErrorKind
from providers.records import BucketRecord
from providers.tests.azure_reads import provider_of
from providers.tests.azure_resources import by_name, by_region

BATCH = "Microsoft.Insights/metrics:getBatch"
TIB = 2**40


@pytest.fixture
def provider(azure: EmulatedAzure, subscription: EmulatedSubscription) -> AzureProvider:
    return provider_of(azure, subscription.subscription_id, max_attempts=2)


def accounts(provider: AzureProvider) -> dict[str, BucketRecord]:
    found = by_name(provider.fetch_storage)
    return {name: one for name, one in found.items() if isinstance(one, BucketRecord)}


def account(provider: AzureProvider) -> BucketRecord:
    (only,) = accounts(provider).values()
    return only


def test_an_account_is_described_as_azure_describes_it(
    provider: AzureProvider, subscription: EmulatedSubscription
) -> None:
    made = subscription.add(
        StorageAccount,
        "shop",
        sku="Standard_RAGRS",
        access_tier="Cool",
        bytes_by_tier={"Hot": 5 * TIB, "Archive": TIB},
        blobs=700,
        tags={"team": "shop"},
    )
    assert account(provider) == BucketRecord(
        resource_id=made.id.lower(),
        region="westeurope",
        state="available",
        name="shop",
        resource_group="shop-rg",
        created_at=made.created_at,
        tags={"team": "shop"},
        bucket_kind="StorageV2",
        redundancy="Standard_RAGRS",
        access_tier="Cool",
        bytes_by_tier={"Hot": 5 * TIB, "Archive": TIB},
        object_count=700,
    )


def test_files_queues_and_tables_are_distinguished_from_blobs(
    provider: AzureProvider, subscription: EmulatedSubscription
) -> None:
    subscription.add(
        StorageAccount, "shop", bytes_by_tier={"Hot": TIB}, other_bytes=2 * TIB
    )
    assert account(provider).bytes_by_tier == {"Hot": TIB, "Other": 2 * TIB}


def test_an_account_for_files_has_no_blobs_to_ask_for(
    provider: AzureProvider, azure: EmulatedAzure, subscription: EmulatedSubscription
) -> None:
    subscription.add(
        StorageAccount, "shop", kind="FileStorage", access_tier="", other_bytes=TIB
    )
    record = account(provider)
    assert (record.access_tier, record.bytes_by_tier) == ("", {"Other": TIB})
    assert record.object_count is None
    assert azure.requests[BATCH] == 1


def test_empty_is_measured_and_not_yet_measured_is_unknown(
    provider: AzureProvider, subscription: EmulatedSubscription
) -> None:
    subscription.add(StorageAccount, "empty")
    for number in range(4):
        subscription.add(StorageAccount, f"new{number}", measured_hours_ago=None)
    found = accounts(provider)
    empty = found.pop("empty")
    assert (empty.bytes_by_tier, empty.object_count) == ({}, 0)
    assert {(one.bytes_by_tier, one.object_count) for one in found.values()} == {
        (None, None)
    }


def test_the_newest_hour_counts_and_a_tier_that_it_lacks_is_empty(
    provider: AzureProvider, subscription: EmulatedSubscription
) -> None:
    subscription.add(
        StorageAccount,
        "shop",
        bytes_by_tier={"Cool": TIB},
        emptied={"Hot": TIB},
        measured_hours_ago=20,
    )
    assert account(provider).bytes_by_tier == {"Cool": TIB}


def test_what_was_measured_two_days_ago_is_not_the_size(
    provider: AzureProvider, subscription: EmulatedSubscription
) -> None:
    subscription.add(
        StorageAccount, "shop", bytes_by_tier={"Hot": 1}, measured_hours_ago=49
    )
    assert account(provider).bytes_by_tier is None


def test_more_tiers_than_azure_answers_by_itself_are_all_there(
    provider: AzureProvider, subscription: EmulatedSubscription
) -> None:
    tiers = {f"Tier {number}": number + 1 for number in range(12)}
    subscription.add(StorageAccount, "shop", bytes_by_tier=tiers)
    assert account(provider).bytes_by_tier == tiers


def test_fifty_accounts_are_two_questions_and_each_is_metered(
    azure: EmulatedAzure, subscription: EmulatedSubscription
) -> None:
    for number in range(51):
        subscription.add(
            StorageAccount, f"a{number}", bytes_by_tier={"Hot": number + 1}
        )
    price = Decimal("0.01")
    provider = provider_of(azure, subscription.subscription_id, metrics_call_usd=price)
    assert {name: one.bytes_by_tier for name, one in accounts(provider).items()} == {
        f"a{number}": {"Hot": number + 1} for number in range(51)
    }
    assert azure.requests[BATCH] == 4
    assert provider.meter.usd == 4 * price


def test_sizes_can_be_switched_off(
    azure: EmulatedAzure, subscription: EmulatedSubscription
) -> None:
    subscription.add(StorageAccount, "shop", bytes_by_tier={"Hot": 1})
    provider = provider_of(azure, subscription.subscription_id, storage_metrics=False)
    assert account(provider).bytes_by_tier is None
    assert azure.requests[BATCH] == 0


def test_denied_sizes_are_a_warning_of_their_region(
    provider: AzureProvider, azure: EmulatedAzure, subscription: EmulatedSubscription
) -> None:
    subscription.add(StorageAccount, "shop", bytes_by_tier={"Hot": 1})
    subscription.add(Disk, "data")
    azure.deny(BATCH)
    part = by_region(provider.fetch_storage)["westeurope"]
    assert part.warning
    assert part.warning.kind == ErrorKind.DENIED
    assert "Sizes of storage accounts in westeurope" in part.warning.reading
    assert f"Assign the role Monitoring Reader on {subscription.id}" in str(
        part.warning
    )
    assert {one.name for one in part.resources} == {"shop", "data"}
    assert account(provider).bytes_by_tier is None


def test_one_account_that_is_refused_leaves_the_others_their_sizes(
    provider: AzureProvider, subscription: EmulatedSubscription
) -> None:
    subscription.add(StorageAccount, "shop", bytes_by_tier={"Hot": 1})
    subscription.add(StorageAccount, "ill", metric_error="InternalError")
    part = by_region(provider.fetch_storage)["westeurope"]
    assert "InternalError" in str(part.warning)
    sizes = {name: one.bytes_by_tier for name, one in accounts(provider).items()}
    assert sizes == {"shop": {"Hot": 1}, "ill": None}
