"""What the sample company has beside machines: some of each is of no use."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING
from zlib import crc32

from core.testing.aws_emulator.resources import (
    EmulatedAddress,
    EmulatedBucket,
    EmulatedDatabase,
    EmulatedLoadBalancer,
    EmulatedNatGateway,
    EmulatedSnapshot,
    EmulatedVolume,
)

if TYPE_CHECKING:
    from core.testing.aws_emulator.world import EmulatedInstance, World

TEAMS = ("shop", "platform", "data")
# Buckets of an account: terabytes of each storage class in use.
BUCKETS = {
    "assets": {"StandardStorage": 0.4},
    "backups": {"StandardStorage": 6.5, "GlacierStorage": 20.0},
    "logs": {"StandardStorage": 2.1, "StandardIAStorage": 1.3},
    "scratch": {},
}
TERABYTE = 10**12
# Engine, version, class, GiB and state.
DATABASES = (
    ("orders", "postgres", "16.4", "db.m5.xlarge", 500, "available"),
    ("reports", "mysql", "8.0.39", "db.t3.large", 200, "available"),
    ("old-wiki", "mysql", "8.0.39", "db.t3.medium", 50, "stopped"),
)


def fill_resources(world: World, now: datetime) -> None:
    """Puts storage, databases and a network beside the account's instances."""
    for number, instance in enumerate(list(world.instances.values())):
        _add_volumes(world, instance, number)
        if number % 8 == 0:
            _add_address(world, instance, number)
        if number % 5 == 0:
            _add_snapshots(world, instance, number)
    born = now - timedelta(days=400)
    for number, region in enumerate(world.regions):
        for name, sizes in BUCKETS.items():
            world.add_bucket(
                EmulatedBucket(
                    *(f"{name}-{world.account_id}-{region}", region, born),
                    bytes_by_type={
                        tier: int(size * TERABYTE) for tier, size in sizes.items()
                    },
                    objects=int(sum(sizes.values()) * 250_000),
                    tags={"team": TEAMS[number]} if name != "scratch" else {},
                )
            )
        _add_network(world, region, born)
    region = world.regions[0]
    world.add_load_balancer(EmulatedLoadBalancer("ingest", region, born, "network"))
    for name, engine, version, size, storage, state in DATABASES:
        world.add_database(
            EmulatedDatabase(
                *(name, region, born, engine, version, size, state, storage),
                multi_az=name == "orders",
                tags={"team": "shop"},
            )
        )


def _add_network(world: World, region: str, born: datetime) -> None:
    """A gateway, a balancer in use and a classic one that nobody is behind."""
    digest = f"{crc32(f'{world.account_id}{region}'.encode()):017x}"
    world.add_nat_gateway(
        EmulatedNatGateway(
            *(f"nat-{digest}", region, born),
            addresses={f"eipalloc-{digest}": f"198.51.100.{len(world.nat_gateways)}"},
            tags={"Name": "out"},
        )
    )
    there = (one for one in world.instances.values() if one.region == region)
    behind = {one.instance_id: "healthy" for one in islice(there, 3)}
    world.add_load_balancer(
        EmulatedLoadBalancer(
            *("web", region, born),
            targets={f"web-{region}": behind},
            tags={"team": "shop"},
        )
    )
    world.add_load_balancer(EmulatedLoadBalancer("old-web", region, born, "classic"))


def _add_snapshots(world: World, instance: EmulatedInstance, number: int) -> None:
    """Of the machine's volume, and of one that it had before."""
    suffix = instance.instance_id.removeprefix("i-")[1:]
    for volume, months in (("0", 1), ("d", 14)):
        world.add_snapshot(
            EmulatedSnapshot(
                *(f"snap-{volume}{suffix}", instance.region, f"vol-{volume}{suffix}"),
                instance.launched_at - timedelta(days=30 * months),
                size_gib=(50, 100, 500)[number % 3],
                full_bytes=(20, 40, 200)[number % 3] * 2**30,
            )
        )


def _add_volumes(world: World, instance: EmulatedInstance, number: int) -> None:
    """One in use; for some of the instances one that an earlier machine left."""
    for suffix, holders in (("0", [instance.instance_id]), ("f", [])):
        if holders or number % 7 == 2:
            world.add_volume(
                EmulatedVolume(
                    f"vol-{suffix}{instance.instance_id.removeprefix('i-')[1:]}",
                    *(instance.region, instance.launched_at),
                    volume_type="gp2" if number % 3 else "gp3",
                    size_gib=(50, 100, 500)[number % 3],
                    throughput_mib=None if number % 3 else 125,
                    attached_to=holders,
                    tags=instance.tags if holders else {},
                )
            )


def _add_address(world: World, instance: EmulatedInstance, number: int) -> None:
    digest = crc32(f"{world.account_id}{number}".encode())
    world.add_address(
        EmulatedAddress(
            *(f"eipalloc-{digest:017x}", instance.region, f"203.0.113.{number % 256}"),
            instance_id=instance.instance_id if number % 16 else "",
        )
    )
