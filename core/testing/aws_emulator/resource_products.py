"""What AWS's Price List has of a region beside instances, and what looks like it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from core.testing.aws_emulator.price_list import other_product

PREFIXES = {"us-east-1": "", "eu-west-1": "EU-", "eu-central-1": "EUC1-"}
# Usage type -> dollars; each is of EC2.
EBS_STORAGE = {
    "": "0.05",
    ".gp2": "0.10",
    ".gp3": "0.08",
    ".piops": "0.125",
    ".io2": "0.125",
    ".st1": "0.045",
    ".sc1": "0.015",
}
EBS_IOPS = {
    ".gp3": "0.005",
    ".piops": "0.065",
    ".io2": "0.065",
    ".io2.tier2": "0.0455",
    ".io2.tier3": "0.03185",
}
BALANCERS = {
    "": ("Load Balancer", "0.025"),
    ":Application": ("Load Balancer-Application", "0.0225"),
    ":Network": ("Load Balancer-Network", "0.0225"),
    ":Gateway": ("Load Balancer-Gateway", "0.0125"),
}
S3_STANDARD = {"0": "0.023", "51200": "0.022", "512000": "0.021"}
S3_STORAGE = {
    "RRS-ByteHrs": "0.024",
    "INT-IA-ByteHrs": "0.0125",
    "INT-AIA-ByteHrs": "0.004",
    "INT-AA-ByteHrs": "0.0036",
    "INT-DAA-ByteHrs": "0.00099",
    "SIA-ByteHrs": "0.0125",
    "SIA-SmObjects": "0.0125",
    "ZIA-ByteHrs": "0.01",
    "ZIA-SmObjects": "0.01",
    "GIR-ByteHrs": "0.004",
    "GIR-SmObjects": "0.004",
    "GlacierByteHrs": "0.0036",
    "GlacierStaging": "0.021",
    "GDA-Staging": "0.021",
}
S3_RETRIEVAL = {
    ("Retrieval-SIA", ""): "0.01",
    ("Retrieval-ZIA", ""): "0.01",
    ("Retrieval-GIR", ""): "0.03",
    ("Standard-Retrieval-Bytes", "RestoreObject"): "0.01",
    ("Standard-Retrieval-Bytes", "DeepArchiveRestoreObject"): "0.02",
    ("Bulk-Retrieval-Bytes", "DeepArchiveRestoreObject"): "0.0025",
}
# Engine -> dollars an hour of a vCPU and 4 GiB, in one zone.
ENGINES = {
    "PostgreSQL": 0.089,
    "MySQL": 0.0855,
    "MariaDB": 0.0855,
    "Aurora PostgreSQL": 0.145,
}
CLASSES = {"db.t3.medium": 0.8, "db.t3.large": 1.6, "db.m5.large": 2, "db.m5.xlarge": 4}
RDS_STORAGE = {
    "GP2-Storage": 0.115,
    "GP3-Storage": 0.115,
    "PIOPS-Storage": 0.125,
    "StorageUsage": 0.10,
}


def products_of_region(region: str) -> list[dict[str, Any]]:
    """All of them, in the words of AWS."""
    return [
        *_ebs(region),
        *_network(region),
        *_s3(region),
        *_databases(region),
    ]


def _ebs(region: str) -> Iterator[dict[str, Any]]:
    def one(family: str, usage: str, unit: str, usd: str, **values: str) -> Any:
        usage = PREFIXES[region] + usage
        return other_product("AmazonEC2", family, usage, region, unit, usd, **values)

    for suffix, usd in EBS_STORAGE.items():
        yield one("Storage", f"EBS:VolumeUsage{suffix}", "GB-Mo", usd)
    yield one(
        *("Storage", "EBS:VolumeUsage.gp3", "GB-Mo", "0.096"),
        locationType="AWS Local Zone",
    )
    for suffix, usd in EBS_IOPS.items():
        yield one("System Operation", f"EBS:VolumeP-IOPS{suffix}", "IOPS-Mo", usd)
    yield one("System Operation", "EBS:VolumeIOUsage", "IOs", "0.00000005")
    yield one(
        *("Provisioned Throughput", "EBS:VolumeP-Throughput.gp3"),
        *("GiBps-mo", "40.96"),
    )
    yield one("Storage Snapshot", "EBS:SnapshotUsage", "GB-Mo", "0.05")
    yield one("Storage Snapshot", "EBS:SnapshotUsage.outposts", "GB-Mo", "0.13")
    yield one("Storage Snapshot", "EBS:SnapshotArchiveStorage", "GB-Mo", "0.0125")
    yield one("NAT Gateway", "NatGateway-Hours", "Hrs", "0.045")
    yield one("NAT Gateway", "NatGateway-Bytes", "GB", "0.045")
    yield one("NAT Gateway", "RegionalNatGateway-Hours", "Hrs", "0.09")


def _network(region: str) -> Iterator[dict[str, Any]]:
    for usage in ("IdleAddress", "InUseAddress", "ContiguousBlock"):
        yield other_product(
            *("AmazonVPC", "", f"{PREFIXES[region]}PublicIPv4:{usage}"),
            *(region, "Hrs", "0.008" if usage == "ContiguousBlock" else "0.005"),
            group="VPCPublicIPv4Address",
        )
    for operation, (family, usd) in BALANCERS.items():
        values = {"operation": f"LoadBalancing{operation}"}
        for usage, amount in (("", usd), ("TS-", "0.0059")):
            usagetype = f"{PREFIXES[region]}{usage}LoadBalancerUsage"
            yield other_product(
                "AWSELB", family, usagetype, region, "Hrs", amount, **values
            )
        usagetype = f"{PREFIXES[region]}LCUUsage"
        yield other_product(
            "AWSELB", family, usagetype, region, "LCU-Hrs", "0.008", **values
        )


def _s3(region: str) -> Iterator[dict[str, Any]]:
    def one(family: str, usage: str, unit: str, usd: Any, **values: str) -> Any:
        of_archive = "GDA" in usage and "INT" not in usage
        service = "AmazonS3GlacierDeepArchive" if of_archive else "AmazonS3"
        usage = PREFIXES[region] + usage
        return other_product(service, family, usage, region, unit, usd, **values)

    for usage in ("TimedStorage-ByteHrs", "TimedStorage-INT-FA-ByteHrs"):
        yield one("Storage", usage, "GB-Mo", S3_STANDARD)
    for usage, usd in S3_STORAGE.items():
        yield one("Storage", f"TimedStorage-{usage}", "GB-Mo", usd)
    yield one("Storage", "TimedStorage-GDA-ByteHrs", "GB-Mo", "0.00099")
    for (usage, operation), usd in S3_RETRIEVAL.items():
        yield one("Fee", usage, "GB", usd, operation=operation)


def _databases(region: str) -> Iterator[dict[str, Any]]:
    def one(family: str, usage: str, unit: str, usd: float, **values: str) -> Any:
        usage = PREFIXES[region] + usage
        usd_text = f"{usd:.10f}"
        return other_product(
            "AmazonRDS", family, usage, region, unit, usd_text, **values
        )

    for engine, hourly in ENGINES.items():
        values = {"databaseEngine": engine, "licenseModel": "No license required"}
        for name, factor in CLASSES.items():
            values |= {"instanceType": name}
            for usage, zones in (
                *(("InstanceUsage", 1), ("Multi-AZUsage", 2)),
                *(("InstanceUsageIOOptimized", 1.3), ("Multi-AZClusterUsage", 3)),
            ):
                hours = hourly * factor * zones
                usage = f"{usage}:{name}"
                yield one("Database Instance", usage, "Hrs", hours, **values)
    for usage, usd in RDS_STORAGE.items():
        for prefix, zones in (("", 1), ("Multi-AZ-", 2)):
            for engine in ("Any", "PostgreSQL", "SQL Server"):
                yield one(
                    *("Database Storage", f"RDS:{prefix}{usage}", "GB-Mo"),
                    usd * zones * (1.1 if engine == "SQL Server" else 1),
                    databaseEngine=engine,
                )
