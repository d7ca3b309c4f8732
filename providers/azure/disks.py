"""Managed disks, attached or not, as both cost the same."""

from collections.abc import Iterator, Mapping
from typing import Any

from providers.azure.client import AzureClient
from providers.azure.resources import described, instant, list_kind
from providers.records import VolumeRecord

# https://learn.microsoft.com/rest/api/compute/disks/list
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


def _mebibytes(megabytes: int | None) -> int | None:
    if megabytes is None:
        return None
    return round(megabytes * BYTES_PER_MB / BYTES_PER_MIB)


def _holders(raw: Mapping[str, Any]) -> list[str]:
    """A disk that is shared has a list of them."""
    holders = {raw.get("managedBy") or "", *(raw.get("managedByExtended") or ())}
    return sorted(one.lower() for one in holders if one)
