"""What the retail prices have beside machines, and what looks like it."""

from __future__ import annotations

from collections.abc import Iterator

from core.testing.azure_emulator.retail_prices import Item, meter

# Dollars a month of the smallest size; each next one costs twice as much.
DISKS = {
    "P": ("Premium SSD Managed Disks", 0.6),
    "E": ("Standard SSD Managed Disks", 0.3),
    "S": ("Standard HDD Managed Disks", 1.536),
}
NUMBERS = ("1", "2", "3", "4", "6", "10", "15", "20", "30", "40", "50", "60")
HDD_NUMBERS = NUMBERS[3:]
BLOBS = {  # tier -> dollars of a GB by LRS, and of one that is read back
    "Hot": (0.0184, None),
    "Cool": (0.01, 0.01),
    "Cold": (0.0036, 0.03),
    "Archive": (0.00099, 0.02),
}
REDUNDANCIES = {
    "LRS": 1.0,
    "GRS": 2.0,
    "RA-GRS": 2.5,
    "ZRS": 1.25,
    "GZRS": 2.25,
    "RA-GZRS": 2.8,
}
OF_ZONES = {"ZRS", "GZRS", "RA-GZRS"}
POSTGRESQL = "Azure Database for PostgreSQL"
MYSQL = "Azure Database for MySQL"
V2 = "Azure Premium SSD v2"
SQL, SQL_POOLS = "SQL Database", "SQL Database Single/Elastic Pool"
GENERAL, CRITICAL = "General Purpose", "Business Critical"
VCORE = ("vCore", "vCore")


def meters_of_region(region: str) -> list[Item]:
    """All that a region has a price of."""
    return [
        *_disks(region),
        *_blobs(region),
        *_network(region),
        *_flexible_servers(region),
        *_sql(region),
    ]


def meters_of_all_regions() -> list[Item]:
    """What costs the same everywhere."""
    nat, lb = ("NAT Gateway", "NAT Gateway"), ("Load Balancer", "Load Balancer")
    rules = "LB Rules and Outbound Rules"
    return [
        meter(names, "Global", dollars, unit)
        for names, dollars, unit in (
            ((*nat, "Standard", "Standard Gateway"), 0.045, "1 Hour"),
            ((*nat, "Standard", "Standard Data Processed"), 0.045, "1 GB"),
            ((*lb, "Standard", f"Standard Included {rules}"), 0.025, "1 Hour"),
            ((*lb, "Standard", f"Standard Overage {rules}"), 0.01, "1/Hour"),
            ((*lb, "Standard", "Standard Data Processed"), 0.005, "1 GB"),
            ((*lb, "Gateway", "Gateway"), 0.013, "1 Hour"),
            ((*lb, "Gateway", "Gateway Chain"), 0.01, "1 Hour"),
            ((*lb, "Gateway", "Gateway Data Processed"), 0.004, "1 GB"),
            ((SQL, f"{SQL_POOLS} {GENERAL} - SQL License", *VCORE), 0.1, "1 Hour"),
            ((SQL, f"{SQL_POOLS} {CRITICAL} - SQL License", *VCORE), 0.375, "1 Hour"),
        )
    ]


def _disks(region: str) -> Iterator[Item]:
    for letter, (product, dollars) in DISKS.items():
        numbers = HDD_NUMBERS if letter == "S" else NUMBERS
        for order, number in enumerate(numbers):
            for redundancy, factor in (("LRS", 1.0), ("ZRS", 1.5)):
                sku = f"{letter}{number} {redundancy}"
                price = dollars * 2**order * factor
                for name, amount, unit in (
                    ("Disk", price, "1/Month"),
                    ("Disk Mount", price / 20, "1/Month"),
                    ("Disk Operations", 0.0005, "10K"),
                ):
                    names = ("Storage", product, sku, f"{sku} {name}")
                    yield meter(names, region, amount, unit)
    for product, dollars in ((DISKS["S"][0], 0.05), (DISKS["P"][0], 0.132)):
        for redundancy in ("LRS", "ZRS"):
            sku, name = f"Snapshots {redundancy}", f"{redundancy} Snapshots"
            yield meter(("Storage", product, sku, name), region, dollars, "1 GB/Month")
    ultra = ("Storage", "Ultra Disks", "Ultra LRS")
    for name, dollars, unit in (
        ("Provisioned Capacity", 0.000164, "1 GiB/Hour"),
        ("Provisioned IOPS", 0.000068, "1/Hour"),
        ("Provisioned Throughput (MBps)", 0.000479, "1/Hour"),
        ("Reservation per vCPU Provisioned", 0.006, "1/Hour"),
    ):
        yield meter((*ultra, f"Ultra LRS {name}"), region, dollars, unit)
    for name, dollars, included, unit in (
        ("Provisioned Capacity", 0.00011, 0, "1 GiB/Hour"),
        ("Provisioned IOPS", 0.0000068, 3_000, "1/Hour"),
        ("Provisioned Throughput (MBps)", 0.000055, 125, "1/Hour"),
    ):
        bands = {0: 0.0, included: dollars}
        for begin, price in bands.items():
            yield meter(
                ("Storage", V2, "Premium LRS", f"Premium LRS {name}"),
                *(region, price, unit),
                tierMinimumUnits=float(begin),
            )


def _blobs(region: str) -> Iterator[Item]:
    stored = "1 GB/Month"
    for redundancy, factor in REDUNDANCIES.items():
        of_zones = redundancy in OF_ZONES
        product = "General Block Blob v2" if of_zones else "Blob Storage"
        for tier, (dollars, retrieval) in BLOBS.items():
            if tier == "Archive" and of_zones:
                continue
            names = ("Storage", product, f"{tier} {redundancy}")
            bands = {0: 1.0, 51_200: 0.96, 512_000: 0.92} if tier == "Hot" else {0: 1.0}
            for begin, share in bands.items():
                yield meter(
                    (*names, f"{tier} {redundancy} Data Stored"),
                    *(region, dollars * factor * share, stored),
                    tierMinimumUnits=float(begin),
                )
            yield meter((*names, f"{tier} Read Operations"), region, 0.005, "10K")
            if retrieval:
                name = f"{tier} Data Retrieval"
                yield meter((*names, name), region, retrieval, "1 GB")
    # The other product has some of these too, at prices of its own.
    names = ("Storage", "General Block Blob v2", "Hot LRS")
    yield meter((*names, "Hot LRS Data Stored"), region, 0.0196, stored)


def _network(region: str) -> Iterator[Item]:
    for names, dollars in (
        (("Standard", "Standard IPv4 Static Public IP"), 0.005),
        (("Basic", "Basic IPv4 Dynamic Public IP"), 0.004),
    ):
        yield meter(("Virtual Network", "IP Addresses", *names), region, dollars)
    service = "Application Gateway"
    for kind, dollars in (("Standard v2", 0.246), ("WAF v2", 0.443)):
        for name, price in (("Fixed Cost", dollars), ("Capacity Units", 0.008)):
            sku = ("Standard", f"Standard {name}")
            yield meter((service, f"{service} {kind}", *sku), region, price)


def _flexible_servers(region: str) -> Iterator[Item]:
    for service, storage in (
        (POSTGRESQL, "Az DB for PostgreSQL Flexible Server Storage"),
        (MYSQL, f"{MYSQL} Flexible Server Storage"),
    ):
        general = f"{service} Flexible Server General Purpose Ddsv5 Series Compute"
        older = general.replace("Ddsv5", "Ddsv4")
        burstable = f"{service} Flexible Server Burstable BS Series Compute"
        single = f"{service} Single Server General Purpose - Compute Gen5"
        for names, dollars in (
            ((general, *VCORE), 0.089),
            ((general, "1 vCore", "vCore"), 0.089),
            ((older, "4 vCore", "vCore"), 0.352),
            ((burstable, "B1MS", "B1MS"), 0.017),
            ((burstable, "B2S", "B2S"), 0.068),
            ((single, *VCORE), 0.0876),
        ):
            yield meter((service, *names), region, dollars)
        for product, sku, dollars in (
            (storage, "Storage", 0.115),
            (storage, "Premium SSD v2 Storage", 0.1),
            (f"{service} Flexible Server Backup Storage", "Backup Storage LRS", 0.095),
        ):
            names = (product, sku, f"{sku} Data Stored")
            yield meter((service, *names), region, dollars, "1 GB/Month")


def _sql(region: str) -> Iterator[Item]:
    stored = "1 GB/Month"
    for tier, dollars, storage in ((GENERAL, 0.1522, 0.115), (CRITICAL, 0.3044, 0.25)):
        for number in (2, 4, 8):
            names = (SQL, f"{SQL_POOLS} {tier} - Compute Gen5", f"{number} vCore")
            yield meter((*names, "vCore"), region, dollars * number)
            yield meter((*names, "vCore - Free"), region, 0.0)
        product = f"{SQL_POOLS} {tier} - Storage"
        yield meter(
            (SQL, product, tier, f"{tier} Data Stored"), region, storage, stored
        )
    sku = f"{GENERAL} Zone Redundancy"
    names = (SQL, f"{SQL_POOLS} {GENERAL} - Storage", sku)
    yield meter((*names, f"{sku} Data Stored"), region, 0.23, stored)
    serverless = "SQL Database General Purpose - Serverless - Compute Gen5"
    yield meter((SQL, serverless, "1 vCore", "vCore"), region, 0.5218)
    for sku, dollars in (("S0", 0.4839), ("S1", 0.968)):
        names = (SQL, "SQL Database Single Standard", sku)
        yield meter((*names, f"{sku} DTUs"), region, dollars, "1/Day")
