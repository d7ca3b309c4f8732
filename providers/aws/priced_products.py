"""Which products of AWS's Price List are the prices of which resources.

A product is known by its usage type, whose words are those of the bill:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/aws-usage-report-understand.html
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/billing-info-fields.html
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from providers.aws.products import ANY_OF, Filters
from providers.records import IDLE, IN_USE, MULTI_ZONE, PriceUnit, ResourceMarket

# Local zones and outposts have the code of their region, and prices of their own.
IN_REGION = {"locationType": "AWS Region"}
HOUR, GIB, GIB_MONTH = PriceUnit.HOUR, PriceUnit.GIB, PriceUnit.GIB_MONTH
IOPS, MIBPS = PriceUnit.IOPS_MONTH, PriceUnit.MIBPS_MONTH


class Line(NamedTuple):
    """What a usage type is the price of. What begins above 0 is included before."""

    sku: str
    unit: PriceUnit
    from_quantity: int = 0
    minimum_days: int = 0
    redundancy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked for the prices of one kind."""

    service: str
    filters: Filters
    lines: Mapping[str, tuple[Line, ...]] = field(default_factory=dict)
    """Usage type, or it and the operation, without the region -> its lines."""


def _ec2(family: str, lines: Mapping[str, tuple[Line, ...]]) -> Asked:
    filters = {"productFamily": family, **IN_REGION}
    return Asked(service="AmazonEC2", filters=filters, lines=lines)


VOLUMES = [
    _ec2(
        "Storage",
        {
            f"EBS:VolumeUsage{suffix}": (Line(name, GIB_MONTH),)
            for suffix, name in {
                "": "standard",
                ".gp2": "gp2",
                ".gp3": "gp3",
                ".piops": "io1",
                ".io2": "io2",
                ".st1": "st1",
                ".sc1": "sc1",
            }.items()
        },
    ),
    _ec2(
        "System Operation",
        {
            "EBS:VolumeP-IOPS.gp3": (Line("gp3", IOPS, 3000),),
            "EBS:VolumeP-IOPS.piops": (Line("io1", IOPS),),
            "EBS:VolumeP-IOPS.io2": (Line("io2", IOPS),),
            "EBS:VolumeP-IOPS.io2.tier2": (Line("io2", IOPS, 32_000),),
            "EBS:VolumeP-IOPS.io2.tier3": (Line("io2", IOPS, 64_000),),
        },
    ),
    _ec2(
        "Provisioned Throughput",
        {"EBS:VolumeP-Throughput.gp3": (Line("gp3", MIBPS, 125),)},
    ),
]
# Without these its price would be too low.
PARTS = {"volume": {"gp3": {IOPS, MIBPS}, "io1": {IOPS}, "io2": {IOPS}}}
SNAPSHOTS = [
    _ec2(
        "Storage Snapshot",
        {
            "EBS:SnapshotUsage": (Line("standard", GIB_MONTH),),
            "EBS:SnapshotArchiveStorage": (Line("archive", GIB_MONTH, 0, 90),),
        },
    )
]
ADDRESSES = [
    Asked(
        service="AmazonVPC",
        filters={"group": "VPCPublicIPv4Address"},
        lines={
            "PublicIPv4:IdleAddress": (Line(IDLE, HOUR),),
            "PublicIPv4:InUseAddress": (Line(IN_USE, HOUR),),
        },
    )
]
NAT_GATEWAYS = [
    _ec2(
        "NAT Gateway",
        {
            "NatGateway-Hours": (Line("public", HOUR), Line("private", HOUR)),
            "NatGateway-Bytes": (Line("public", GIB), Line("private", GIB)),
        },
    )
]
LOAD_BALANCERS = [
    Asked(
        service="AWSELB",
        filters=IN_REGION,
        lines={
            "LoadBalancerUsage LoadBalancing": (Line("classic", HOUR),),
            "LoadBalancerUsage LoadBalancing:Application": (Line("application", HOUR),),
            "LoadBalancerUsage LoadBalancing:Network": (Line("network", HOUR),),
            "LoadBalancerUsage LoadBalancing:Gateway": (Line("gateway", HOUR),),
        },
    )
]
# S3's storage types, of which each object of a colder one has some bytes of others:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-dimensions.html
S3_STORAGE = {
    "ByteHrs": (
        *("StandardStorage", "GlacierS3ObjectOverhead"),
        "DeepArchiveS3ObjectOverhead",
    ),
    "RRS-ByteHrs": ("ReducedRedundancyStorage",),
    "INT-FA-ByteHrs": ("IntelligentTieringFAStorage",),
    "INT-IA-ByteHrs": ("IntelligentTieringIAStorage",),
    "INT-AIA-ByteHrs": ("IntelligentTieringAIAStorage",),
    "INT-AA-ByteHrs": ("IntelligentTieringAAStorage",),
    "INT-DAA-ByteHrs": ("IntelligentTieringDAAStorage",),
    "SIA-ByteHrs": ("StandardIAStorage",),
    "SIA-SmObjects": ("StandardIASizeOverhead",),
    "ZIA-ByteHrs": ("OneZoneIAStorage",),
    "ZIA-SmObjects": ("OneZoneIASizeOverhead",),
    "GIR-ByteHrs": ("GlacierInstantRetrievalStorage",),
    "GIR-SmObjects": ("GlacierIRSizeOverhead", "GlacierInstantRetrievalSizeOverhead"),
    "GlacierByteHrs": ("GlacierStorage", "GlacierObjectOverhead"),
    "GlacierStaging": ("GlacierStagingStorage",),
    "GDA-ByteHrs": ("DeepArchiveStorage", "DeepArchiveObjectOverhead"),
    "GDA-Staging": ("DeepArchiveStagingStorage",),
}
S3_MINIMUM_DAYS = {
    **dict.fromkeys(("SIA-ByteHrs", "SIA-SmObjects"), 30),
    **dict.fromkeys(("ZIA-ByteHrs", "ZIA-SmObjects"), 30),
    **dict.fromkeys(("GIR-ByteHrs", "GIR-SmObjects", "GlacierByteHrs"), 90),
    "GDA-ByteHrs": 180,
}
# Of the standard speed; each has what is restored for a while beside it.
S3_RETRIEVAL = {
    "Retrieval-SIA": "StandardIAStorage",
    "Retrieval-ZIA": "OneZoneIAStorage",
    "Retrieval-GIR": "GlacierInstantRetrievalStorage",
    "Standard-Retrieval-Bytes RestoreObject": "GlacierStorage",
    "Standard-Retrieval-Bytes DeepArchiveRestoreObject": "DeepArchiveStorage",
}
S3_LINES = {
    **{
        f"TimedStorage-{usage}": tuple(
            Line(tier, GIB_MONTH, 0, S3_MINIMUM_DAYS.get(usage, 0)) for tier in tiers
        )
        for usage, tiers in S3_STORAGE.items()
    },
    **{usage: (Line(tier, GIB),) for usage, tier in S3_RETRIEVAL.items()},
}
BUCKETS = [
    Asked(service=service, filters={"productFamily": family}, lines=S3_LINES)
    # Deep Archive's storage has a list of its own.
    for service in ("AmazonS3", "AmazonS3GlacierDeepArchive")
    for family in ("Storage", "Fee")
]
KINDS = {
    "volume": VOLUMES,
    "snapshot": SNAPSHOTS,
    "address": ADDRESSES,
    "nat-gateway": NAT_GATEWAYS,
    "load-balancer": LOAD_BALANCERS,
    "bucket": BUCKETS,
}
FREE, INCLUDED = "No license required", "License included"
OWN_LICENSE = "Bring your own license"
# RDS's engine -> engine, edition and license of the list. What can be had with either
# license has no price: an inventory does not tell which.
ENGINES = {
    "aurora": ("Aurora MySQL", "", FREE),
    "aurora-mysql": ("Aurora MySQL", "", FREE),
    "aurora-postgresql": ("Aurora PostgreSQL", "", FREE),
    "mariadb": ("MariaDB", "", FREE),
    "mysql": ("MySQL", "", FREE),
    "postgres": ("PostgreSQL", "", FREE),
    "oracle-ee": ("Oracle", "Enterprise", OWN_LICENSE),
    "sqlserver-ee": ("SQL Server", "Enterprise", INCLUDED),
    "sqlserver-ex": ("SQL Server", "Express", INCLUDED),
    "sqlserver-se": ("SQL Server", "Standard", INCLUDED),
    "sqlserver-web": ("SQL Server", "Web", INCLUDED),
}
# Provisioned IOPS cost beside their storage and are not in the inventory, so a
# database with them has no price.
RDS_STORAGE = {
    f"RDS:{zones}{usage}": (Line(name, GIB_MONTH, redundancy=redundancy),)
    for zones, redundancy in (("", ""), ("Multi-AZ-", MULTI_ZONE))
    for usage, name in (
        *(("GP2-Storage", "gp2"), ("GP3-Storage", "gp3")),
        ("StorageUsage", "standard"),
    )
}
DATABASE_HOURS = {"InstanceUsage": "", "Multi-AZUsage": MULTI_ZONE}


def products_of(market: ResourceMarket) -> list[Asked]:
    """Return what is asked for the prices of a market; nothing where it has none."""
    if market.kind != "database":
        return KINDS.get(market.kind, [])
    if market.engine not in ENGINES:
        return []
    engine, edition, license_model = ENGINES[market.engine]
    of_edition: Filters = {"databaseEdition": edition} if edition else {}
    hours: Filters = {
        "productFamily": "Database Instance",
        "databaseEngine": engine,
        "licenseModel": license_model,
    }
    storage: Filters = {
        "productFamily": "Database Storage",
        "databaseEngine": (ANY_OF, f"{engine},Any"),
    }
    return [
        Asked(service="AmazonRDS", filters={**hours, **of_edition, **IN_REGION}),
        Asked(service="AmazonRDS", filters={**storage, **IN_REGION}, lines=RDS_STORAGE),
    ]
