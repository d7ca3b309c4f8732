"""What an account holds beside instances, as AWS describes it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

CREATED = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class EmulatedVolume:
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


@dataclass
class EmulatedDatabase:
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
class EmulatedLoadBalancer:
    """One load balancer with target groups."""

    name: str
    region: str
    created_at: datetime = CREATED
    balancer_type: str = "application"
    state: str = "active"
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(kw_only=True)
class Resources:
    """All of them in one account, by what is unique in it."""

    volumes: dict[str, EmulatedVolume] = field(default_factory=dict)
    buckets: dict[str, EmulatedBucket] = field(default_factory=dict)
    databases: dict[tuple[str, str], EmulatedDatabase] = field(default_factory=dict)
    addresses: dict[str, EmulatedAddress] = field(default_factory=dict)
    load_balancers: dict[tuple[str, str], EmulatedLoadBalancer] = field(
        default_factory=dict
    )

    def add_volume(self, volume: EmulatedVolume) -> EmulatedVolume:
        """Creates it, or puts another in its place; so do the others."""
        self.volumes[volume.volume_id] = volume
        return volume

    def add_bucket(self, bucket: EmulatedBucket) -> EmulatedBucket:
        self.buckets[bucket.name] = bucket
        return bucket

    def add_database(self, database: EmulatedDatabase) -> EmulatedDatabase:
        self.databases[database.region, database.name] = database
        return database

    def add_address(self, address: EmulatedAddress) -> EmulatedAddress:
        self.addresses[address.allocation_id] = address
        return address

    def add_load_balancer(self, balancer: EmulatedLoadBalancer) -> EmulatedLoadBalancer:
        self.load_balancers[balancer.region, balancer.name] = balancer
        return balancer
