"""What the sample company has beside machines, some of it for nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

from core.testing.azure_emulator.advisor import Recommendation
from core.testing.azure_emulator.disks import Disk, Snapshot
from core.testing.azure_emulator.flexible_servers import MySqlServer, PostgreSqlServer
from core.testing.azure_emulator.network import (
    ApplicationGateway,
    LoadBalancer,
    NatGateway,
    NetworkInterface,
    PublicIp,
)
from core.testing.azure_emulator.sql import SqlServer
from core.testing.azure_emulator.storage_accounts import StorageAccount
from core.testing.azure_emulator.world import EmulatedSubscription

GIB = 2**30
DISKS = (
    ("Premium_LRS", 30, 120, 25),
    ("StandardSSD_LRS", 128, 500, 60),
    ("Premium_LRS", 512, 2_300, 150),
)
LEFT_DAYS_AGO = (12, 45, 140)  # disks of machines that are gone
MACHINES_WITH_ADDRESS = 4
SERVER_USE = {
    "cpu_percent": 22.0,
    "memory_percent": 61.0,
    "active_connections": 38.0,
    "storage_used": 54.0 * GIB,
}


def add_resources(owner: EmulatedSubscription, now: datetime) -> None:
    """Adds disks, storage, databases, network and advice to one with machines."""
    _add_disks(owner, now)
    _add_storage(owner)
    _add_databases(owner)
    _add_network(owner)
    _add_advice(owner)


def _add_disks(owner: EmulatedSubscription, now: datetime) -> None:
    for number, vm in enumerate(owner.vms.values()):
        sku, size, iops, mbps = DISKS[number % len(DISKS)]
        place = {"group": vm.group, "location": vm.location}
        fields = {"created_at": vm.created_at, "tags": dict(vm.tags), **place}
        shape = {"sku": sku, "size_gb": size, "iops": iops, "mbps": mbps}
        owner.add(Disk, f"{vm.name}_OsDisk_1", vms=[vm], **shape, **fields)
    for number, days in enumerate(LEFT_DAYS_AGO):
        sku, size, iops, mbps = DISKS[number]
        shape = {"sku": sku, "size_gb": size, "iops": iops, "mbps": mbps}
        created_at = now - timedelta(days=days)
        old = owner.add(Disk, f"old-{number + 1}_data", created_at=created_at, **shape)
        for name, source in (
            (f"old-{number}", old.id),
            (f"gone-{number}", f"{old.id}x"),
        ):
            owner.add(
                Snapshot, name, source=source, size_gb=size, created_at=created_at
            )


def _add_storage(owner: EmulatedSubscription) -> None:
    owner.add(
        StorageAccount,
        f"{owner.name}media",
        sku="Standard_RAGRS",
        bytes_by_tier={"Hot": 2_600 * GIB, "Cool": 340 * GIB},
        blobs=1_840_000,
        tags={"team": "shop"},
        use={"Transactions": 420.0},
    )
    owner.add(
        StorageAccount,
        f"{owner.name}logs",
        group="data-Platform",
        location="northeurope",
        bytes_by_tier={"Hot": 5_100 * GIB},
        other_bytes=12 * GIB,
        blobs=96_000,
    )
    owner.add(
        StorageAccount,
        f"{owner.name}files",
        kind="FileStorage",
        sku="Premium_LRS",
        access_tier="",
        other_bytes=800 * GIB,
    )


def _add_databases(owner: EmulatedSubscription) -> None:
    is_production = owner.name == "production"
    owner.add(
        PostgreSqlServer,
        f"{owner.name}-shop",
        sku="Standard_D4ds_v5" if is_production else "Standard_B1ms",
        tier="GeneralPurpose" if is_production else "Burstable",
        standby="ZoneRedundant" if is_production else "Disabled",
        tags={"team": "shop"},
        use=SERVER_USE,
    )
    state = "Ready" if is_production else "Stopped"
    owner.add(MySqlServer, f"{owner.name}-blog", sku="Standard_B2s", state=state)
    server = owner.add(SqlServer, f"{owner.name}-sql", group="data-Platform")
    orders = server.add_database("orders", objective="GP_Gen5_4", size_gb=250)
    orders.use = {"cpu_percent": 6.0, "sessions_count": 4.0, "storage": 90.0 * GIB}
    server.add_database("reports", objective="GP_S_Gen5_2", status="Paused")
    server.add_database("tenants", pool="small")


def _add_network(owner: EmulatedSubscription) -> None:
    interfaces = [
        owner.add(NetworkInterface, f"{vm.name}-nic", vm=vm, location=vm.location)
        for vm in owner.vms.values()
    ]
    for number, interface in enumerate(interfaces[:MACHINES_WITH_ADDRESS]):
        owner.add(
            PublicIp,
            f"{interface.name}-ip",
            ip=f"20.50.1.{number + 4}",
            configuration=interface.configuration,
            location=interface.location,
        )
    members = [each.configuration for each in interfaces[:3]]
    front = owner.add(LoadBalancer, "front", members=members, group="NETWORK")
    front.use = {"ByteCount": 2.4e8}
    configuration = f"{front.id}/frontendIPConfigurations/public"
    owner.add(PublicIp, "front-ip", ip="20.50.2.4", configuration=configuration)
    owner.add(LoadBalancer, "old-front", group="NETWORK")
    owner.add(PublicIp, "old-ip", ip="20.50.2.5")
    out = owner.add(PublicIp, "out-ip", ip="20.50.2.6")
    gateway = owner.add(NatGateway, "out", addresses=[out], subnets=["web", "data"])
    gateway.use = {"ByteCount": 5.0e7}
    out.nat_gateway = gateway.id
    owner.add(NatGateway, "old-out")
    hosts = ["shop.example.com", "blog.example.com"]
    owner.add(ApplicationGateway, "shop-waf", sku="WAF_v2", hosts=hosts)


def _add_advice(owner: EmulatedSubscription) -> None:
    """Of a machine, and two variants of one commitment."""
    saving = {"savingsAmount": "61.32", "savingsCurrency": "EUR"}
    for vm in list(owner.vms.values())[:1]:
        extended = {**saving, "targetSku": "Standard_B2s", "region": vm.location}
        owner.add(Recommendation, f"resize-{vm.name}", about=vm.id, extended=extended)
    for term, amount in (("P1Y", "212.40"), ("P3Y", "318.75")):
        owner.add(
            Recommendation,
            f"reserve-{term}",
            problem="Consider virtual machine reserved instance to save over "
            "pay-as-you-go costs",
            extended={"savingsAmount": amount, "savingsCurrency": "EUR", "term": term},
        )
