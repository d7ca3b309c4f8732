"""The metrics of storage accounts: a point an hour, some hours late."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from core.testing.azure_emulator.metric_load import Gathered, Metric, Series
from core.testing.azure_emulator.resources import EmulatedResource
from core.testing.azure_emulator.storage_accounts import (
    FILES_ALONE,
    TIERS,
    StorageAccount,
)

ACCOUNTS = "microsoft.storage/storageaccounts"
BLOBS = f"{ACCOUNTS}/blobservices"
USED = Metric("UsedCapacity", "Bytes", grain="PT1H")
BYTES = Metric("BlobCapacity", "Bytes", grain="PT1H")
COUNT = Metric("BlobCount", "Count", grain="PT1H")
METRICS = {
    ACCOUNTS: {USED.name.lower(): USED},
    BLOBS: {metric.name.lower(): metric for metric in (BYTES, COUNT)},
}
NAMES = {USED.name, BYTES.name, COUNT.name}
BLOB_TYPES = ("BlockBlob", "PageBlob", "AppendBlob")  # all are of the first
EMPTIED_AGO = timedelta(days=1)
HOUR = 3_600


def account_of(
    resources: dict[str, EmulatedResource], wanted: str
) -> StorageAccount | None:
    """The account of its own id or of its blobs' one, which one for files lacks."""
    account_id, _, of_blobs = wanted.partition("/blobservices/")
    account = resources.get(account_id)
    if not isinstance(account, StorageAccount):
        return None
    return None if of_blobs and account.kind == FILES_ALONE else account


def series_of(
    account: StorageAccount, metric: Metric, split_by: frozenset[str], now: datetime
) -> list[Series]:
    """One series, or one of each tier and type of blob."""
    until = account.measured_until(now)
    if metric is USED:
        total = sum(account.bytes_by_tier.values()) + account.other_bytes
        return [Series(account.id, {}, partial(_points, total, until))]
    found = list(_by_tier(account, metric, until))
    if not split_by:
        total = sum(value for _, value, last in found if last == until)
        return [Series(account.id, {}, partial(_points, total, until))]
    of_types = BLOB_TYPES if "blobtype" in split_by else BLOB_TYPES[:1]
    series = []
    for tier, value, last in found:
        for kind in of_types:
            labels = {"tier": tier, "blobtype": kind}
            asked = {name: labels[name] for name in labels if name in split_by}
            known = value if kind == BLOB_TYPES[0] else 0
            series.append(Series(account.id, asked, partial(_points, known, last)))
    return series


def _by_tier(
    account: StorageAccount, metric: Metric, until: datetime | None
) -> Iterator[tuple[str, int, datetime | None]]:
    """Tier, value, and the last hour that it is known of."""
    for tier, value in account.emptied.items():
        yield tier, value, until and until - EMPTIED_AGO
    sizes = dict.fromkeys(TIERS, 0) | account.bytes_by_tier
    for number, (tier, value) in enumerate(sizes.items()):
        if tier not in account.emptied:
            blobs = 0 if number else account.blobs
            yield tier, value if metric is BYTES else blobs, until


def _points(
    value: int, until: datetime | None, begin: int, end: int
) -> Gathered | None:
    """The point of an hour, if it is known by now."""
    if until is None or begin > until.timestamp() or begin % HOUR:
        return None
    return Gathered(value, 1, value, value)
