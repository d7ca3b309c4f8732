"""What an account holds beside instances, as AWS describes it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

CREATED = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Modification:
    """The newest change of a volume's type."""

    target: str
    original: str
    began_at: datetime
    state: str = "modifying"


@dataclass(kw_only=True)
class Measured:
    """What CloudWatch has of it, by metric, instead of the emulator's own figures."""

    figures: dict[str, float] = field(default_factory=dict)
    # Those of days on which they were others.
    figures_on: dict[date, dict[str, float]] = field(default_factory=dict)


@dataclass
class EmulatedVolume(Measured):
    """One EBS volume, in use while it is attached."""

    volume_id: str
    region: str
    created_at: datetime = CREATED
    volume_type: str = "gp3"
    size_gib: int = 100
    iops: int | None = 3_000
    throughput_mib: int | None = 125
    attached_to: list[str] = field(default_factory=list)
    # "creating", "error", ...; None follows the attachment.
    state: str | None = None
    # A point a minute; of instances that are not of the Nitro system one an operation.
    points_a_day: int = 1440
    tags: dict[str, str] = field(default_factory=dict)
    modification: Modification | None = None


@dataclass
class EmulatedSnapshot:
    """One EBS snapshot, which stays when its volume goes."""

    snapshot_id: str
    region: str
    volume_id: str
    created_at: datetime = CREATED
    size_gib: int = 100
    full_bytes: int | None = 40 * 2**30
    tier: str = "standard"
    state: str = "completed"
    description: str = ""
    tags: dict[str, str] = field(default_factory=dict)


@dataclass
class EmulatedBucket:
    """One S3 bucket, whose sizes CloudWatch has once a day."""

    name: str
    region: str
    created_at: datetime = CREATED
    # Bytes by storage type (StandardStorage, ...) of each day; {}: an empty bucket,
    # which has no points.
    bytes_by_type: dict[str, int] = field(default_factory=dict)
    # Those of days on which they were others.
    bytes_on: dict[date, dict[str, int]] = field(default_factory=dict)
    objects: int = 1_000
    # How many days ago its newest sizes are.
    days_late: int = 1
    tags: dict[str, str] = field(default_factory=dict)
    # The rules of its lifecycle, as the API has them; they move nothing here.
    lifecycle: list[dict[str, Any]] = field(default_factory=list)
    # Which small objects the rules move; S3 has a default for who does not say it.
    least_size_moved: str = "all_storage_classes_128K"
    # Of another account, which lets this one in; "": of the account that it is in.
    owner_id: str = ""


@dataclass
class EmulatedDatabase(Measured):
    """One database instance of RDS, Neptune or DocumentDB."""

    name: str
    region: str
    created_at: datetime = CREATED
    engine: str = "postgres"
    engine_version: str = "16.4"
    database_class: str = "db.m5.large"
    state: str = "available"
    storage_gib: int = 100
    storage_type: str = "gp3"
    multi_az: bool = False
    cluster: str = ""
    tags: dict[str, str] = field(default_factory=dict)


@dataclass
class EmulatedAddress:
    """One Elastic IP, of an instance, of a network interface or of nothing."""

    allocation_id: str
    region: str
    ip: str = "203.0.113.10"
    instance_id: str = ""
    interface_id: str = ""
    tags: dict[str, str] = field(default_factory=dict)


@dataclass
class EmulatedNatGateway(Measured):
    """One NAT gateway, which is answered for an hour after it was deleted."""

    gateway_id: str
    region: str
    created_at: datetime = CREATED
    state: str = "available"
    connectivity: str = "public"
    # Allocation ids of its Elastic IPs and their addresses.
    addresses: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)


@dataclass
class EmulatedLoadBalancer(Measured):
    """One load balancer: with target groups, or a classic one with instances."""

    name: str
    region: str
    created_at: datetime = CREATED
    balancer_type: str = "application"  # network, gateway, classic
    state: str = "active"  # a classic one has none
    # The state of each target by group; a classic one has one group, whose name is of
    # no matter, and its states are InService and OutOfService.
    targets: dict[str, dict[str, str]] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(kw_only=True)
class Resources:
    """All of them in one account, by what is unique in it."""

    volumes: dict[str, EmulatedVolume] = field(default_factory=dict)
    snapshots: dict[str, EmulatedSnapshot] = field(default_factory=dict)
    buckets: dict[str, EmulatedBucket] = field(default_factory=dict)
    databases: dict[tuple[str, str], EmulatedDatabase] = field(default_factory=dict)
    addresses: dict[str, EmulatedAddress] = field(default_factory=dict)
    nat_gateways: dict[str, EmulatedNatGateway] = field(default_factory=dict)
    load_balancers: dict[tuple[str, str], EmulatedLoadBalancer] = field(
        default_factory=dict
    )

    def add_volume(self, volume: EmulatedVolume) -> EmulatedVolume:
        """Creates it, or puts another in its place; so do the others."""
        self.volumes[volume.volume_id] = volume
        return volume

    def add_snapshot(self, snapshot: EmulatedSnapshot) -> EmulatedSnapshot:
        self.snapshots[snapshot.snapshot_id] = snapshot
        return snapshot

    def add_bucket(self, bucket: EmulatedBucket) -> EmulatedBucket:
        self.buckets[bucket.name] = bucket
        return bucket

    def add_database(self, database: EmulatedDatabase) -> EmulatedDatabase:
        self.databases[database.region, database.name] = database
        return database

    def add_address(self, address: EmulatedAddress) -> EmulatedAddress:
        self.addresses[address.allocation_id] = address
        return address

    def add_nat_gateway(self, gateway: EmulatedNatGateway) -> EmulatedNatGateway:
        """Its Elastic IPs are the account's, held by its network interface."""
        self.nat_gateways[gateway.gateway_id] = gateway
        for allocation_id, ip in gateway.addresses.items():
            held = EmulatedAddress(
                *(allocation_id, gateway.region, ip),
                interface_id=f"eni-{allocation_id.removeprefix('eipalloc-')}",
            )
            self.add_address(held)
        return gateway

    def add_load_balancer(self, balancer: EmulatedLoadBalancer) -> EmulatedLoadBalancer:
        self.load_balancers[balancer.region, balancer.name] = balancer
        return balancer
