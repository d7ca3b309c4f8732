"""Storage accounts and how many bytes are in them, beside a region's disks and
snapshots.

Only Azure Monitor knows the bytes. Two batches a region and 50 accounts are asked at
each sync, which are billed: one for blobs by tier, one for all that is in an account.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from providers.azure.client import AzureClient, understood
from providers.azure.disks import list_disks, list_snapshots
from providers.azure.metric_batches import (
    Series,
    batch_question,
    batches,
    fetch_batch,
)
from providers.azure.resources import (
    described,
    in_regions,
    instant,
    list_kind,
    read_regions,
)
from providers.base import Progress
from providers.errors import ProviderError
from providers.records import BucketRecord, RegionResources

# https://learn.microsoft.com/rest/api/storagerp/storage-accounts/list
API_VERSION = "2024-01-01"
ACCOUNTS = "Microsoft.Storage/storageAccounts"
BLOBS = f"{ACCOUNTS}/blobServices"
# They hold files alone, and have no blob service that could be asked.
WITHOUT_BLOBS = {"FileStorage"}
USED, BLOB_BYTES, BLOB_COUNT = "UsedCapacity", "BlobCapacity", "BlobCount"
# What is in an account and in no tier of its blobs: files, queues and tables.
OTHER = "Other"
# Capacity is measured each hour and may be a day late.
LOOK_BACK = timedelta(hours=48)
# Azure Monitor answers 10 series a resource where it is not asked for more.
MOST_SERIES = "100"

# (resource, metric) -> tier -> value.
Capacities = dict[tuple[str, str], Mapping[str, float]]


def fetch_storage(client: AzureClient, progress: Progress) -> Iterator[RegionResources]:
    """Return each region's disks, snapshots and storage accounts.

    Sizes that can't be read are a warning: their accounts are complete without.
    Raises ProviderError where the lists of the subscription can't be read.
    """
    disks = list(list_disks(client))
    snapshots = list_snapshots(client, {one.resource_id for one in disks})
    beside = in_regions([*disks, *snapshots])
    accounts = in_regions(list_accounts(client))

    def read(region: str) -> RegionResources:
        sized, warning = _with_sizes(client, region, accounts.get(region, []))
        return RegionResources(
            region, [*beside.get(region, []), *sized], warning=warning
        )

    yield from read_regions(client, {*beside, *accounts}, read, progress)


def list_accounts(client: AzureClient) -> Iterator[BucketRecord]:
    """Return the subscription's accounts without their sizes. Raise ProviderError."""
    return list_kind(
        client, "Storage accounts", ACCOUNTS, API_VERSION, normalize_account
    )


def normalize_account(raw: Mapping[str, Any]) -> BucketRecord:
    properties = raw["properties"]
    return BucketRecord(
        **described(raw),
        state=properties.get("statusOfPrimary", "").lower(),
        created_at=instant(properties.get("creationTime")),
        bucket_kind=raw.get("kind", ""),
        redundancy=raw.get("sku", {}).get("name", ""),
        access_tier=properties.get("accessTier") or "",
    )


def _with_sizes(
    client: AzureClient, region: str, accounts: Sequence[BucketRecord]
) -> tuple[Sequence[BucketRecord], ProviderError | None]:
    if not client.options.storage_metrics:
        return accounts, None
    with_blobs = [
        _blob_service(one) for one in accounts if one.bucket_kind not in WITHOUT_BLOBS
    ]
    found: Capacities = {}
    failures = [
        *_measure(client, region, BLOBS, with_blobs, found),
        *_measure(
            client, region, ACCOUNTS, [one.resource_id for one in accounts], found
        ),
    ]
    return [_with_size(one, found) for one in accounts], next(iter(failures), None)


def _blob_service(account: BucketRecord) -> str:
    return f"{account.resource_id}/blobservices/default"


def _measure(
    client: AzureClient,
    region: str,
    namespace: str,
    ids: Sequence[str],
    found: Capacities,
) -> Iterator[ProviderError]:
    """Add what Azure Monitor knows, and return what it refused."""
    now = client.now.replace(minute=0, second=0, microsecond=0)
    by_tier = {"filter": "Tier eq '*'", "top": MOST_SERIES}
    for batch in batches(ids):
        question = batch_question(
            client,
            "Sizes of storage accounts",
            region,
            namespace,
            batch,
            start=now - LOOK_BACK,
            end=now,
            interval="PT1H",
            metricnames=USED if namespace == ACCOUNTS else f"{BLOB_BYTES},{BLOB_COUNT}",
            aggregation="average",
            **({} if namespace == ACCOUNTS else by_tier),
        )
        try:
            answered, refused = fetch_batch(client, question, batch)
            with understood(question):
                for resource_id, metrics in answered.items():
                    for name, series in metrics.items():
                        found[resource_id, name] = newest(series)
        except ProviderError as error:
            yield error
            return
        yield from refused


def newest(series: Series) -> Mapping[str, float]:
    """Return tier -> value at the last hour of which any is known.

    A tier that has none at that hour has been emptied. Hours are compared as texts: an
    answer has one form of them, and thousands.
    """
    last: dict[str, tuple[str, float]] = {}
    for one in series:
        known = [
            (datum["timeStamp"], datum["average"])
            for datum in one["data"]
            if datum.get("average") is not None
        ]
        if known:
            last[_tier(one)] = max(known)
    hour = max((at for at, _ in last.values()), default="")
    return {tier: value for tier, (at, value) in last.items() if at == hour}


def _tier(series: Mapping[str, Any]) -> str:
    for label in series.get("metadatavalues") or ():
        if label["name"]["value"].lower() == "tier":
            return str(label["value"])
    return OTHER


def _with_size(account: BucketRecord, found: Capacities) -> BucketRecord:
    blobs = found.get((_blob_service(account), BLOB_BYTES), {})
    counts = found.get((_blob_service(account), BLOB_COUNT), {})
    used = found.get((account.resource_id, USED), {})
    if not (blobs or used):
        return account
    beside_blobs = sum(used.values()) - sum(blobs.values())
    by_tier = {**blobs, OTHER: beside_blobs} if used else blobs
    return replace(
        account,
        bytes_by_tier={
            tier: round(value) for tier, value in by_tier.items() if value > 0
        },
        object_count=round(sum(counts.values())) if counts else None,
    )
