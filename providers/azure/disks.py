"""Managed disks, attached or not, as both cost the same, and their snapshots."""

from collections.abc import Collection, Iterator, Mapping
from functools import partial
from typing import Any

from providers.azure.client import AzureClient
from providers.azure.resources import described, instant, list_kind
from providers.records import SnapshotRecord, VolumeRecord

# https://learn.microsoft.com/rest/api/compute/disks/list, and that of snapshots
API_VERSION = "2024-03-02"
# Azure counts a second's bytes in powers of ten, and sizes in powers of two.
BYTES_PER_MB, BYTES_PER_MIB = 10**6, 2**20


def list_disks(client: AzureClient) -> Iterator[VolumeRecord]:
    """Return the subscription's managed disks. Raise ProviderError."""
    return list_kind(
        client, "Disks", "Microsoft.Compute/disks", API_VERSION, normalize_disk
    )


def normalize_disk(raw: Mapping[str, Any]) -> VolumeRecord:
    properties = raw["properties"]
    return VolumeRecord(
        **described(raw),
        state=properties.get("diskState", "").lower(),
        created_at=instant(properties.get("timeCreated")),
        volume_type=raw.get("sku", {}).get("name", ""),
        size_gib=properties.get("diskSizeGB"),
        iops=properties.get("diskIOPSReadWrite"),
        throughput_mib=_mebibytes(properties.get("diskMBpsReadWrite")),
        attached_to=",".join(_holders(raw)),
    )


def list_snapshots(
    client: AzureClient, disk_ids: Collection[str]
) -> Iterator[SnapshotRecord]:
    """Return the subscription's snapshots. Raise ProviderError.

    `disk_ids` are all of the subscription's.
    """
    return list_kind(
        client,
        "Snapshots",
        "Microsoft.Compute/snapshots",
        API_VERSION,
        partial(normalize_snapshot, disk_ids=disk_ids, scope=client.account.scope),
    )


def normalize_snapshot(
    raw: Mapping[str, Any], disk_ids: Collection[str], scope: str
) -> SnapshotRecord:
    """One snapshot. Whether a disk of another subscription exists is not known, and
    one of another snapshot, or of a blob, is of no disk."""
    properties = raw["properties"]
    source = (properties.get("creationData") or {}).get("sourceResourceId") or ""
    source = source.lower() if "/disks/" in source.lower() else ""
    is_ours = source.startswith(f"{scope}/")
    return SnapshotRecord(
        **described(raw),
        state=properties.get("provisioningState", "").lower(),
        created_at=instant(properties.get("timeCreated")),
        size_gib=properties.get("diskSizeGB"),
        storage_tier=raw.get("sku", {}).get("name", ""),
        is_incremental=properties.get("incremental"),
        source_id=source,
        source_exists=source in disk_ids if is_ours else None,
    )


def _mebibytes(megabytes: int | None) -> int | None:
    if megabytes is None:
        return None
    return round(megabytes * BYTES_PER_MB / BYTES_PER_MIB)


def _holders(raw: Mapping[str, Any]) -> list[str]:
    """A disk that is shared has a list of them."""
    holders = {raw.get("managedBy") or "", *(raw.get("managedByExtended") or ())}
    return sorted(one.lower() for one in holders if one)
