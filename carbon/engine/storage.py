"""On which disks a resource's bytes lie, and how many copies there are of them.

The factors are Cloud Carbon Footprint's. AWS keeps two copies of a volume and six of an
object; Azure's name says it: three copies locally or over zones, six over regions.
"""

from collections.abc import Mapping

from carbon.engine.estimate import Stored
from carbon.engine.figures import AWS

GIB = 2**30
AWS_HDD = {"st1", "sc1", "standard"}
S3_COPIES = 6
# Tiers with two copies.
S3_SINGLE = ("OneZone", "ReducedRedundancy")
AZURE_SSD = ("premium", "standardssd", "ultrassd")


def volume(cloud: str, volume_type: str, size_gib: float | None) -> Stored | None:
    if size_gib is None or not volume_type:
        return None
    if cloud == AWS:
        return Stored(size_gib * GIB, 2, volume_type not in AWS_HDD)
    is_ssd = volume_type.lower().startswith(AZURE_SSD)
    return Stored(size_gib * GIB, _azure_copies(volume_type), is_ssd)


def bucket(
    cloud: str, redundancy: str, total_bytes: float | None, tiers: Mapping[str, float]
) -> Stored | None:
    if total_bytes is None:
        return None
    if cloud == AWS:
        single = sum(tiers[tier] for tier in tiers if tier.startswith(S3_SINGLE))
        spared = single * (S3_COPIES - 2) / S3_COPIES
        return Stored(total_bytes - spared, S3_COPIES, is_ssd=False)
    is_ssd = redundancy.lower().startswith(AZURE_SSD)
    return Stored(total_bytes, _azure_copies(redundancy), is_ssd)


def database(
    cloud: str, engine: str, storage_type: str, gib: float | None, zones: int
) -> Stored | None:
    if gib is None:
        return None
    if cloud == AWS:
        copies = 6 if engine.startswith("aurora") else zones
        return Stored(gib * GIB, copies, storage_type not in AWS_HDD)
    return Stored(gib * GIB, 3, is_ssd=True)


def _azure_copies(redundancy: str) -> int:
    return 6 if redundancy.upper().endswith(("GRS", "GZRS")) else 3
