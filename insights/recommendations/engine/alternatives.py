"""What a resource could be instead: target -> the fields that would be other ones.

What each would cost is asked of the price list as if it were so.
"""

import re
from collections.abc import Mapping
from typing import Any

from providers.records import (
    BucketRecord,
    DatabaseRecord,
    ResourceRecord,
    VolumeRecord,
)

Alternatives = Mapping[str, Mapping[str, Any]]
# https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html
GP2_IOPS_PER_GIB, GP2_LEAST_IOPS = 3, 3000  # a small one bursts to these
GP2_SMALL_GIB, GP2_SMALL_MIB, GP2_MIB = 170, 125, 250
GP3_MOST_IOPS, GP3_LEAST_IOPS, GP3_LEAST_MIB = 16_000, 3000, 125
# https://docs.aws.amazon.com/ebs/latest/userguide/provisioned-iops.html
IO1_MOST_MIB, IO1_MIB_PER_IOPS = 500, 0.25
# Half of the vCPUs of each size.
HALVES = {
    **{"xlarge": "large", "2xlarge": "xlarge", "4xlarge": "2xlarge"},
    **{"8xlarge": "4xlarge", "16xlarge": "8xlarge", "24xlarge": "12xlarge"},
}
# "Standard_D4ds_v5", "GP_Gen5_4": the number of vCPUs stands inside.
AZURE_CLASS = re.compile(r"(Standard_[A-Z]+|[A-Z]+_Gen5_)(\d+)(.*)")
# The halves that are sold: there is no Standard_E10ds_v5, half of Standard_E20ds_v5.
AZURE_VCPUS = {2, 4, 8, 16, 32, 40, 48}
# Hot tier -> the one that is colder, by the names that metrics have.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-class-intro.html
# https://learn.microsoft.com/azure/storage/blobs/access-tiers-overview
COLDER = {"StandardStorage": "StandardIAStorage", "Hot": "Cool"}


def alternatives_of(record: ResourceRecord) -> Alternatives:
    """Return its alternatives; none where it has none, or too little is known."""
    match record:
        case VolumeRecord(volume_type="gp2"):
            return _of_gp2(record)
        case VolumeRecord(volume_type="io1"):
            return _of_io1(record)
        case DatabaseRecord():
            smaller = half_of(record.database_class)
            return {smaller: {"database_class": smaller}} if smaller else {}
        case BucketRecord():
            return _of_bucket(record)
    return {}


def half_of(database_class: str) -> str:
    """Return the class with half of the vCPUs; "" where there is none."""
    if azure := AZURE_CLASS.fullmatch(database_class):
        half, odd = divmod(int(azure[2]), 2)
        is_sold = half in AZURE_VCPUS and not odd
        return f"{azure[1]}{half}{azure[3]}" if is_sold else ""
    family, _, size = database_class.rpartition(".")
    return f"{family}.{HALVES[size]}" if size in HALVES and family else ""


def _of_gp2(record: VolumeRecord) -> Alternatives:
    """As fast as gp2 at its best: a small one bursts to 3,000 IOPS."""
    if record.size_gib is None:
        return {}
    iops = max(GP2_LEAST_IOPS, GP2_IOPS_PER_GIB * record.size_gib)
    is_small = record.size_gib <= GP2_SMALL_GIB
    return {
        "gp3": {
            "volume_type": "gp3",
            "iops": min(iops, GP3_MOST_IOPS),
            "throughput_mib": GP2_SMALL_MIB if is_small else GP2_MIB,
        }
    }


def _of_io1(record: VolumeRecord) -> Alternatives:
    if record.size_gib is None or record.iops is None:
        return {}
    throughput = min(IO1_MOST_MIB, round(record.iops * IO1_MIB_PER_IOPS))
    same = {"iops": record.iops, "throughput_mib": throughput}
    found: dict[str, Mapping[str, Any]] = {"io2": {**same, "volume_type": "io2"}}
    if record.iops <= GP3_MOST_IOPS:
        found["gp3"] = {
            "volume_type": "gp3",
            "iops": max(record.iops, GP3_LEAST_IOPS),
            "throughput_mib": max(throughput, GP3_LEAST_MIB),
        }
    return found


def _of_bucket(record: BucketRecord) -> Alternatives:
    """All of the hot tier's bytes in the colder one."""
    tiers = record.bytes_by_tier or {}
    return {
        COLDER[hot]: {
            "bytes_by_tier": {
                **{tier: size for tier, size in tiers.items() if tier != hot},
                COLDER[hot]: size + tiers.get(COLDER[hot], 0),
            }
        }
        for hot, size in tiers.items()
        if hot in COLDER and size
    }
