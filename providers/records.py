"""What crosses from a cloud into Django: frozen, typed, without a cloud's own shapes.

Money is Decimal with its currency, an instant is aware and in UTC, None is unknown
and 0 is measured. Billing names follow FOCUS (https://focus.finops.org).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from providers.errors import ProviderError

UNALLOCATED = "Unallocated"
# What is left below 10^-6 of the currency where a cloud sums its amounts as doubles.
ROUNDING = "Rounding"
# The lifecycle of an instance that is billed at list price.
ON_DEMAND = "on-demand"
# Monitoring with a sample of CPU every minute, and not every five.
DETAILED = "detailed"


class ChargeCategory(StrEnum):
    """FOCUS ChargeCategory: what kind of charge a row is."""

    USAGE = "Usage"
    PURCHASE = "Purchase"
    TAX = "Tax"
    CREDIT = "Credit"
    ADJUSTMENT = "Adjustment"


@dataclass(frozen=True, slots=True)
class MemberAccount:
    """An account of the organization."""

    account_id: str
    name: str
    is_closed: bool
    """Or being closed; a state that is not known says nothing of it."""
    joined_at: datetime | None = None
    partition: str = "aws"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceRecord:
    """One resource as the cloud described it; what only its kind has is in a child."""

    resource_id: str
    region: str
    state: str
    name: str = ""
    resource_group: str = ""
    created_at: datetime | None = None
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceRecord(ResourceRecord):
    """A virtual machine."""

    instance_type: str = ""
    platform: str = ""
    operating_system: str = ""
    """As a price list names it, with its license and what is installed: "Linux",
    "Windows", "Windows with SQL Server Standard"."""
    tenancy: str = ""
    """Shared, Dedicated or Host."""
    paid_anyway: str = ""
    """What costs the same until it is released, whether the instance runs or not."""
    monitoring: str = ""
    """basic or detailed."""
    lifecycle: str = ON_DEMAND
    availability_zone: str = ""
    image_id: str = ""
    vpc_id: str = ""
    private_ip: str | None = None
    public_ip: str | None = None
    launched_at: datetime | None = None
    vcpus: int | None = None
    memory_mib: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeRecord(ResourceRecord):
    """A disk: an EBS volume, an Azure managed disk."""

    volume_type: str = ""
    size_gib: int | None = None
    iops: int | None = None
    throughput_mib: int | None = None
    """A second."""
    attached_to: str = ""
    """The id of the instance; several are joined by a comma. Empty: unattached."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotRecord(ResourceRecord):
    """A copy of a disk as it was: an EBS snapshot, a snapshot of a managed disk."""

    size_gib: int | None = None
    """Of the disk, and the most that can be stored."""
    full_bytes: int | None = None
    """Of all its blocks; those that other snapshots share are stored once."""
    storage_tier: str = ""
    """standard or archive; of Azure its redundancy, such as Standard_ZRS."""
    is_incremental: bool | None = None
    """Whether it stores only what an earlier one lacks."""
    source_id: str = ""
    """Of the disk. Empty: it is of none that is known, as a copy from elsewhere."""
    source_exists: bool | None = None
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketRecord(ResourceRecord):
    """Where objects are stored: an S3 bucket, an Azure storage account."""

    bucket_kind: str = ""
    """Of a storage account, such as StorageV2."""
    redundancy: str = ""
    """Of a storage account, such as Standard_LRS."""
    access_tier: str = ""
    """Where objects go that name no tier."""
    bytes_by_tier: Mapping[str, int] | None = None
    """The newest sizes that were measured; None: not known, which is not empty."""
    object_count: int | None = None

    @property
    def total_bytes(self) -> int | None:
        tiers = self.bytes_by_tier
        return None if tiers is None else sum(tiers.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseRecord(ResourceRecord):
    """A managed database server: an RDS instance, an Azure flexible server."""

    engine: str = ""
    engine_version: str = ""
    database_class: str = ""
    """Its size, as it is priced: db.m5.large, GP_Gen5_2."""
    storage_gib: int | None = None
    storage_type: str = ""
    is_multi_zone: bool | None = None
    cluster: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressRecord(ResourceRecord):
    """A public IP address that is reserved, and costs while it is."""

    ip: str | None = None
    attached_to: str = ""
    """The id of what answers there. Empty: unattached."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadBalancerRecord(ResourceRecord):
    """`balancer_type` is the cloud's: application, network, gateway, classic;
    Standard."""

    balancer_type: str = ""
    targets: int | None = None
    """Behind it, where the cloud tells; each is counted once."""
    healthy_targets: int | None = None
    """Those that answer its checks. None: not known, or they are not checked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NatGatewayRecord(ResourceRecord):
    """A NAT gateway, which costs by the hour and by what it sends."""

    gateway_type: str = ""
    """The cloud's: public, private; Standard."""
    public_ips: str = ""
    """Those it sends from, joined by commas."""
    vpc_id: str = ""
    """Of its network."""
    subnets: int | None = None
    """That send through it, where the cloud tells. 0: it does nothing."""


@dataclass(frozen=True, slots=True)
class RegionResources:
    """All resources of one dataset in one region, or why they are not known.

    With an `error` the region was not read and `resources` says nothing. A `warning`
    means the resources are complete but a detail of them is missing.
    """

    region: str
    resources: Sequence[ResourceRecord] = ()
    error: ProviderError | None = None
    warning: ProviderError | None = None


@dataclass(frozen=True, slots=True)
class CostRecord:
    """What one group cost on one day. `billed` is unblended, `effective` amortized."""

    day: date
    sub_account_id: str
    service: str
    region: str
    charge_category: ChargeCategory
    currency: str
    billed: Decimal
    effective: Decimal
    is_estimated: bool
    resource_group: str = ""


@dataclass(frozen=True, slots=True)
class CostTotalRecord:
    """The ungrouped truth of one day: what the cloud says it cost in all."""

    day: date
    currency: str
    billed: Decimal
    effective: Decimal
    is_estimated: bool


@dataclass(frozen=True, slots=True)
class TagCostRecord:
    """What one value of a tag cost on one day; an empty `tag_value` is untagged.

    `service` or `sub_account_id` is empty where the bill does not tell it by tag.
    """

    day: date
    tag_key: str
    tag_value: str
    sub_account_id: str
    service: str
    currency: str
    billed: Decimal
    effective: Decimal
    is_estimated: bool


@dataclass(frozen=True, slots=True)
class CostReading:
    """Some whole days: the total of each, and rows that sum to it exactly.

    So do those in `tags` of each tag key that is read.
    """

    totals: Sequence[CostTotalRecord]
    rows: Sequence[CostRecord]
    tags: Sequence[TagCostRecord] = field(default_factory=list)


class Market(NamedTuple):
    """What a price is of, beside the type: an instance has the same three fields."""

    region: str
    operating_system: str
    tenancy: str = "Shared"


@dataclass(frozen=True, slots=True)
class InstancePriceRecord:
    """What a running hour of a type costs on demand in a region, before discounts.

    `architecture` is "x86_64" or "arm64". `committed_hourly` is what each hour of a
    year costs, used or not, with nothing upfront: of AWS as a standard reserved
    instance, of Azure by a savings plan for compute. None: not sold so, or not known.
    """

    region: str
    instance_type: str
    operating_system: str
    hourly: Decimal
    currency: str
    vcpus: int
    memory_mib: int
    architecture: str
    is_current_generation: bool
    tenancy: str = "Shared"
    committed_hourly: Decimal | None = None


def in_words(kind: str) -> str:
    """Return how a kind is called within a sentence, such as "NAT gateway"."""
    return kind.replace("-", " ").replace("nat ", "NAT ")


class ResourceMarket(NamedTuple):
    """What prices of resources are asked for together. Only databases have engines."""

    region: str
    kind: str
    engine: str = ""

    def __str__(self) -> str:
        kind = f"{self.engine} {self.kind}" if self.engine else self.kind
        return f"{in_words(kind)} in {self.region}"


class PriceUnit(StrEnum):
    """What a price is for one of."""

    HOUR = "hour"
    GIB = "GiB"
    GIB_MONTH = "GiB-month"
    IOPS_MONTH = "IOPS-month"
    MIBPS_MONTH = "MiB/s-month"
    MONTH = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourcePriceRecord:
    """What one unit of a kind of resource costs in a region, before discounts."""

    region: str
    kind: str
    """That of the inventory, such as volume."""
    engine: str = ""
    sku: str
    """Its size or variety, as the inventory has it: gp3, Premium_LRS, db.m5.large,
    StandardStorage, application; of an address "idle" or "in-use"."""
    redundancy: str = ""
    """As the inventory has it; of a database MULTI_ZONE or ""."""
    unit: PriceUnit
    from_quantity: Decimal = Decimal(0)
    """Each unit above it costs this, until the next such price begins; those below the
    first are included. Where the unit is a month, it is the whole price of a size above
    it."""
    amount: Decimal
    currency: str
    minimum_days: int = 0
    """For as long it is charged, also where it is deleted before."""


MULTI_ZONE = "multi-zone"
IDLE, IN_USE = "idle", "in-use"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdviceRecord:
    """What a cloud's own adviser recommends, in its words.

    Several may be of the same saving, such as a commitment of one year and of three.
    """

    advice_id: str
    type_id: str
    """Of what is advised, whatever the resource."""
    impact: str
    """high, medium or low."""
    problem: str
    solution: str
    resource_id: str
    """What it is about; of a commitment the subscription."""
    resource_type: str = ""
    resource_name: str = ""
    region: str = ""
    term: str = ""
    """Of a commitment, such as P3Y."""
    monthly_savings: Decimal | None = None
    currency: str = ""
    details: Mapping[str, str] = field(default_factory=dict)
    """Whatever else it says, such as the size to change to."""
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AccessCheck:
    """Whether one permission is there. `error` says what is missing and what to do."""

    permission: str
    needed_for: str
    is_required: bool
    error: ProviderError | None = None
