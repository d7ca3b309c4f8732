"""What crosses from a cloud into Django of utilization: frozen, typed, per UTC day.

There are very many, so they are tuples, which are made fastest.

None is unknown, and 0 is measured.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from providers.errors import ProviderError


class CpuRecord(NamedTuple):
    """How hard one resource's CPU worked on one UTC day, in percent of its vCPUs."""

    resource_id: str
    day: date
    average_percent: float | None
    maximum_percent: float | None
    p99_percent: float | None
    samples: int | None


class MemoryRecord(NamedTuple):
    """How much of one resource's memory was used on one UTC day, in percent."""

    resource_id: str
    day: date
    average_percent: float | None
    maximum_percent: float | None


class NetworkRecord(NamedTuple):
    """How much one resource received and sent on one UTC day."""

    resource_id: str
    day: date
    in_bytes: int | None
    out_bytes: int | None


class MetricName(StrEnum):
    """What is counted of a resource's use, beside CPU, memory and network."""

    CONNECTIONS = "connections"
    """Clients of a database at the same time."""
    STORAGE_USED_BYTES = "storage_used_bytes"
    ACTIVE_CONNECTIONS = "active_connections"
    """Through a load balancer or a NAT gateway at the same time."""
    PROCESSED_BYTES = "processed_bytes"
    REQUESTS = "requests"
    TRANSACTIONS = "transactions"
    """Requests to a storage account."""
    OPERATIONS_PER_SECOND = "operations_per_second"
    """Reads and writes of a disk."""
    THROUGHPUT_BYTES = "throughput_bytes"
    """What a disk reads and writes in a second."""
    HEALTHY_PERCENT = "healthy_percent"
    """How many of a load balancer's probes are answered."""
    HEALTHY_TARGETS = "healthy_targets"


class UsageRecord(NamedTuple):
    """How much one resource was used on one UTC day, by one metric.

    What there is at a time has an average and a maximum, what is counted a total.
    """

    resource_id: str
    day: date
    metric: MetricName
    average: float | None = None
    maximum: float | None = None
    total: float | None = None


class ResourceRef(NamedTuple):
    """A stored resource, as its use is asked for."""

    kind: str
    """As inventory names it: database, load-balancer, nat-gateway, bucket."""
    resource_id: str
    created_at: datetime | None = None
    gone_since: datetime | None = None
    engine: str = ""
    """Of a database."""
    storage_gib: int | None = None
    """What a database has now, of which a cloud may tell only how much is free."""


@dataclass(frozen=True, slots=True)
class RegionMetrics:
    """The utilization of one region's resources, or the reason why it is unknown.

    A `warning` means that a detail is missing which `error` would call a failure.
    """

    region: str
    cpu: Sequence[CpuRecord] = ()
    network: Sequence[NetworkRecord] = ()
    memory: Sequence[MemoryRecord] = ()
    usage: Sequence[UsageRecord] = ()
    error: ProviderError | None = None
    warning: ProviderError | None = None
