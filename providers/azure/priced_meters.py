"""Which meters of Azure's retail prices are the prices of which resources.

A meter is known by its names: those of its product, SKU and meter.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple

from core.windows import HOURS_PER_MONTH
from providers.azure.retail_meters import Meter
from providers.records import IDLE, IN_USE, MULTI_ZONE, PriceUnit, ResourceMarket

HOUR, MONTH, GIB = PriceUnit.HOUR, PriceUnit.MONTH, PriceUnit.GIB
GIB_MONTH, IOPS = PriceUnit.GIB_MONTH, PriceUnit.IOPS_MONTH
MIBPS = PriceUnit.MIBPS_MONTH
# Azure counts a second's bytes in powers of ten.
MIB_PER_MB = Decimal(10**6) / 2**20


@dataclass(frozen=True, slots=True)
class Line:
    """What a meter is the price of; `times` of its units are one of ours."""

    sku: str
    unit: PriceUnit
    redundancy: str = ""
    from_quantity: Decimal = Decimal(0)
    times: Decimal = Decimal(1)
    bands: Decimal = Decimal(1)
    """How many of ours one of the quantities is at which its price changes."""
    minimum_days: int = 0
    part: str = ""
    """What has several parts costs their sum."""


Normalize = Callable[[Meter], Iterator[Line]]


class Asked(NamedTuple):
    """One question for meters, and what each of them is the price of."""

    service: str
    normalize: Normalize
    product: str = ""
    is_global: bool = False
    """Whether it costs the same in every region, and is listed in none."""


# Sizes of managed disks: the number in a size's name -> GiB, and that before.
# https://learn.microsoft.com/azure/virtual-machines/disks-types
DISK_SIZES = {
    **{"1": 4, "2": 8, "3": 16, "4": 32, "6": 64, "10": 128, "15": 256, "20": 512},
    **{"30": 1024, "40": 2048, "50": 4096, "60": 8192, "70": 16384, "80": 32767},
}
SMALLER = dict(zip(DISK_SIZES, [0, *DISK_SIZES.values()], strict=False))
DISK_TYPES = {"P": "Premium", "E": "StandardSSD", "S": "Standard"}
SMALLEST_HDD = "S4"
DISK = re.compile(r"([PES])(\d+) (LRS|ZRS)")


def _disk(raw: Meter) -> Iterator[Line]:
    """A size of a managed disk, as "P10 LRS", beside its mounts and operations."""
    found = DISK.fullmatch(raw["skuName"])
    if not found or not raw["meterName"].endswith((" Disk", " Disks")):
        return
    kind, number, redundancy = found.groups()
    if raw["unitOfMeasure"] == "1/Month" and number in SMALLER:
        smaller = 0 if kind + number == SMALLEST_HDD else SMALLER[number]
        sku = f"{DISK_TYPES[kind]}_{redundancy}"
        yield Line(sku=sku, unit=MONTH, from_quantity=Decimal(smaller))


OF_ORDERED_SPEED = re.compile(r"(Premium|Ultra) (LRS|ZRS)")
TYPE_OF = {"Premium": "PremiumV2", "Ultra": "UltraSSD"}
ORDERED_METERS = {
    "Provisioned Capacity": (GIB_MONTH, Decimal(1)),
    "Provisioned IOPS": (IOPS, Decimal(1)),
    "Provisioned Throughput (MBps)": (MIBPS, MIB_PER_MB),
}


def _disk_of_ordered_speed(raw: Meter) -> Iterator[Line]:
    """What a Premium SSD v2, some of it included, or an Ultra Disk has by the hour."""
    found = OF_ORDERED_SPEED.fullmatch(raw["skuName"])
    for name, (unit, size) in ORDERED_METERS.items():
        if found and raw["meterName"].endswith(name):
            yield Line(
                sku=f"{TYPE_OF[found[1]]}_{found[2]}",
                unit=unit,
                times=HOURS_PER_MONTH / size,
                bands=size,
            )


def _snapshot(raw: Meter) -> Iterator[Line]:
    kind = "Premium" if raw["productName"].startswith("Premium") else "Standard"
    for redundancy in ("LRS", "ZRS"):
        if raw["meterName"] == f"{redundancy} Snapshots":
            yield Line(sku=f"{kind}_{redundancy}", unit=GIB_MONTH)


# Each product has some redundancies; both have others' meters too.
BLOB = re.compile(r"(Hot|Cool|Cold|Archive|Premium) ((?:RA-)?G?[LZ]?RS)")
BLOB_PRODUCTS = {
    "Blob Storage": {"LRS", "GRS", "RA-GRS"},
    "General Block Blob v2": {"ZRS", "GZRS", "RA-GZRS"},
    "Premium Block Blob": {"LRS", "ZRS"},
}
BLOB_DAYS = {"Cool": 30, "Cold": 90, "Archive": 180}


def _blobs(raw: Meter) -> Iterator[Line]:
    """What is stored in a tier, and what is read back from a colder one."""
    found = BLOB.fullmatch(raw["skuName"])
    if not found or found[2] not in BLOB_PRODUCTS[raw["productName"]]:
        return
    tier, redundancy = found.groups()
    performance = "Premium" if tier == "Premium" else "Standard"
    line = Line(
        sku=tier,
        unit=GIB_MONTH,
        redundancy=f"{performance}_{redundancy.replace('-', '')}",
    )
    if raw["meterName"] == f"{raw['skuName']} Data Stored":
        yield replace(line, minimum_days=BLOB_DAYS.get(tier, 0))
    elif raw["meterName"] in (
        f"{tier} Data Retrieval",
        f"{raw['skuName']} Data Retrieval",
    ):
        yield replace(line, unit=GIB)


def _meters(lines: Mapping[str, tuple[Line, ...]]) -> Normalize:
    """Return what knows meters by their name alone."""

    def normalize(raw: Meter) -> Iterator[Line]:
        yield from lines.get(raw["meterName"], ())

    return normalize


_address = _meters(
    {
        "Standard IPv4 Static Public IP": (
            Line(sku=IDLE, unit=HOUR),
            Line(sku=IN_USE, unit=HOUR),
        )
    }
)
_nat_gateway = _meters(
    {
        meter: (Line("Standard", unit), Line("StandardV2", unit))
        for meter, unit in (
            ("Standard Gateway", HOUR),
            ("Standard Data Processed", GIB),
        )
    }
)
# With up to five rules; the number of them is not in the inventory.
_load_balancer = _meters(
    {
        "Standard Included LB Rules and Outbound Rules": (
            Line(sku="Standard", unit=HOUR),
        ),
        "Standard Data Processed": (Line(sku="Standard", unit=GIB),),
        "Gateway": (Line(sku="Gateway", unit=HOUR),),
        "Gateway Data Processed": (Line(sku="Gateway", unit=GIB),),
    }
)
GATEWAYS = {
    "Application Gateway Basic v2": "Application Gateway Basic",
    "Application Gateway Standard v2": "Application Gateway Standard_v2",
    "Application Gateway WAF v2": "Application Gateway WAF_v2",
}


def _gateway(raw: Meter) -> Iterator[Line]:
    """The fixed part of an application gateway; its capacity units are its use."""
    if raw["meterName"].endswith("Fixed Cost") and raw["productName"] in GATEWAYS:
        yield Line(sku=GATEWAYS[raw["productName"]], unit=HOUR)


NUMBER_OF_VCORES = re.compile(r"(?:(\d+) )?vCore")
VCORES = (2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 24, 32, 40, 48, 64, 80, 96, 128)
SERIES = re.compile(
    r" (?P<letter>[A-Z]+)(?P<features>[a-z]*)v(?P<v>\d) Series Compute$"
)
BURSTABLE = re.compile(r"(?:Standard_)?(B\d+m?s)( vCore)?", re.IGNORECASE)
ENGINE_STORAGE = {
    "Storage Data Stored": "Premium_LRS",
    "Premium SSD v2 Storage Data Stored": "PremiumV2_LRS",
}


def _in_both(line: Line) -> Iterator[Line]:
    """A server with a standby in another zone pays for two."""
    yield line
    yield replace(line, redundancy=MULTI_ZONE, times=line.times * 2)


def _flexible_server(raw: Meter) -> Iterator[Line]:
    """The hours of a size, of any size by its vCores, or the storage."""
    product, unit = raw["productName"], raw["unitOfMeasure"]
    if "Flexible Server" not in product:
        return
    if product.endswith("Storage") and (sku := ENGINE_STORAGE.get(raw["meterName"])):
        yield from _in_both(Line(sku=sku, unit=GIB_MONTH))
    elif unit != "1 Hour":
        return
    elif "Burstable" in product and (size := BURSTABLE.fullmatch(raw["meterName"])):
        sku = f"Standard_{size[1][0].upper()}{size[1][1:].lower()}"
        yield from _in_both(Line(sku=sku, unit=HOUR))
    elif series := SERIES.search(product):
        cores = NUMBER_OF_VCORES.fullmatch(raw["skuName"])
        # Of most there is the price of one, of some also that of each size.
        one = int(cores[1] or 1) if cores else 0
        for number in VCORES if one == 1 else (one,) if one else ():
            sku = "Standard_{letter}{number}{features}_v{v}".format(
                number=number, **series.groupdict()
            )
            times = Decimal(number if one == 1 else 1)
            yield from _in_both(Line(sku=sku, unit=HOUR, times=times))


SQL_POOLS = "SQL Database Single/Elastic Pool "
SQL_TIERS = {
    # Tier -> first letters of its classes, its storage, and where both cost the same.
    "General Purpose": ("GP", "GeneralPurpose", ("",)),
    "Business Critical": ("BC", "BusinessCritical", ("", MULTI_ZONE)),
}
# What a class costs is the sum of both.
COMPUTE, LICENSE = "compute", "license"
DTU = re.compile(r"SQL Database Single (Basic|Standard|Premium)")
DTU_SKU = re.compile(r"B|[SP]\d+")
HOURS_PER_DAY = 24


def _sql_database(raw: Meter) -> Iterator[Line]:
    """The hours of a class with SQL Server's license, and its storage."""
    for name, (short, storage, zones) in SQL_TIERS.items():
        if raw["productName"].startswith(SQL_POOLS + name):
            for line in _vcores(raw, name, short, storage):
                yield from (replace(line, redundancy=zone) for zone in zones)
    if (tier_of_dtu := DTU.fullmatch(raw["productName"])) and (
        raw["unitOfMeasure"] == "1/Day" and DTU_SKU.fullmatch(raw["skuName"])
    ):
        sku = "Basic" if raw["skuName"] == "B" else raw["skuName"]
        yield Line(sku=sku, unit=HOUR, times=Decimal(1) / HOURS_PER_DAY)
        # Its storage is within its price.
        yield Line(sku=tier_of_dtu[1], unit=MONTH, times=Decimal(0))


def _vcores(raw: Meter, tier: str, short: str, storage: str) -> Iterator[Line]:
    product, meter = raw["productName"], raw["meterName"]
    sku = NUMBER_OF_VCORES.fullmatch(raw["skuName"])
    cores = sku and sku[1]
    if product.endswith(" - Storage") and meter == f"{tier} Data Stored":
        yield Line(sku=storage, unit=GIB_MONTH)
    elif product.endswith(" - SQL License") and meter == "vCore":
        for number in VCORES:
            times = Decimal(number)
            yield Line(f"{short}_Gen5_{number}", HOUR, part=LICENSE, times=times)
    elif product.endswith(" - Compute Gen5") and meter == "vCore" and cores:
        yield Line(f"{short}_Gen5_{cores}", HOUR, part=COMPUTE)


PREMIUM, SSD, HDD = (
    f"{name} Managed Disks" for name in ("Premium SSD", "Standard SSD", "Standard HDD")
)
KINDS = {
    "volume": [
        *(Asked("Storage", _disk, product) for product in (PREMIUM, SSD, HDD)),
        *(
            Asked("Storage", _disk_of_ordered_speed, product)
            for product in ("Azure Premium SSD v2", "Ultra Disks")
        ),
    ],
    "snapshot": [Asked("Storage", _snapshot, product) for product in (PREMIUM, HDD)],
    "bucket": [Asked("Storage", _blobs, product) for product in BLOB_PRODUCTS],
    "address": [Asked("Virtual Network", _address, "IP Addresses")],
    "nat-gateway": [Asked("NAT Gateway", _nat_gateway, is_global=True)],
    "load-balancer": [
        Asked("Load Balancer", _load_balancer, is_global=True),
        Asked("Application Gateway", _gateway),
    ],
}
ENGINES = {
    "mysql": [Asked("Azure Database for MySQL", _flexible_server)],
    "postgres": [Asked("Azure Database for PostgreSQL", _flexible_server)],
    "sqlserver": [
        Asked("SQL Database", _sql_database),
        *(
            Asked(
                *("SQL Database", _sql_database),
                f"{SQL_POOLS}{name} - SQL License",
                is_global=True,
            )
            for name in SQL_TIERS
        ),
    ],
}
# Without these a price would be too low.
PARTS = {
    "volume": dict.fromkeys(
        ("PremiumV2_LRS", "PremiumV2_ZRS", "UltraSSD_LRS"), {GIB_MONTH, IOPS, MIBPS}
    )
}


def meters_of(market: ResourceMarket) -> list[Asked]:
    """Return what is asked for the prices of a market; nothing where it has none."""
    if market.kind == "database":
        return ENGINES.get(market.engine, [])
    return KINDS.get(market.kind, [])
