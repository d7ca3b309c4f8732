"""What a cloud can offer cloudintel: small protocols, one a capability.

A provider is one account of one cloud and has the capabilities that its cloud has.
Every method reads; what writes is in providers.acting. A method raises ProviderError
when a read fails and never answers with less than it was asked for; where regions can
fail one by one, each region's answer carries its own error.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Protocol, runtime_checkable

from core.windows import Window
from providers.bill_records import (
    Bill,
    BillMonth,
    CommitmentUseRecord,
    CoverageRecord,
)
from providers.meter import Meter
from providers.metric_records import RegionMetrics, ResourceRef
from providers.records import (
    AccessCheck,
    AdviceRecord,
    CostReading,
    CostRecord,
    InstancePriceRecord,
    Market,
    MemberAccount,
    RegionResources,
    ResourceMarket,
    ResourcePriceRecord,
)

Progress = Callable[[str], None]
"""Called with a short sentence whenever a page has been read."""


class Provider(Protocol):
    """One account of one cloud. Making one sends no request."""

    meter: Meter


@runtime_checkable
class InventorySource(Protocol):
    def fetch_instances(self, progress: Progress) -> Iterator[RegionResources]:
        """Return every region that is enabled, as soon as it is read."""


@runtime_checkable
class StorageSource(Protocol):
    def fetch_storage(self, progress: Progress) -> Iterator[RegionResources]:
        """Return volumes, snapshots and buckets of every enabled region, as read."""


@runtime_checkable
class DatabaseSource(Protocol):
    def fetch_databases(self, progress: Progress) -> Iterator[RegionResources]:
        """Managed databases of every enabled region, as soon as it is read."""


@runtime_checkable
class NetworkSource(Protocol):
    def fetch_network(self, progress: Progress) -> Iterator[RegionResources]:
        """Return addresses, NAT gateways and load balancers of every enabled region."""


@runtime_checkable
class CostSource(Protocol):
    """What a cloud costs, in one of the two ways that follow."""

    @staticmethod
    def cost_window(now: datetime) -> Window:
        """The days for which this cloud keeps daily costs, without the running day."""


@runtime_checkable
class DailyCostSource(CostSource, Protocol):
    """Answers for any days."""

    def fetch_costs(self, window: Window, progress: Progress) -> Iterator[CostReading]:
        """Every day of the window in order, a few at a time. Raises ProviderError.

        It raises on the way too: only what was answered to the end is the window.
        """


@runtime_checkable
class SlowCostSource(DailyCostSource, Protocol):
    """One that answers so few questions a minute that a first read takes long."""

    @staticmethod
    def cost_parts(window: Window) -> Sequence[Window]:
        """Return the parts to store one after the other, the newest first."""


@runtime_checkable
class BillSource(CostSource, Protocol):
    """Has whole months of a bill, line by line, each replaced by a newer run."""

    def list_months(
        self, known: Mapping[date, str], progress: Progress
    ) -> Sequence[BillMonth]:
        """Return the months that are there, by month; of what is `known` by its version
        at least those that differ. Raise ProviderError."""

    def read_month(self, month: BillMonth, lines: Path, progress: Progress) -> Bill:
        """Write the month's lines to that file, and return their sums and days.

        Raise ProviderError; the file may then be anything.
        """


@runtime_checkable
class LineItemSource(Protocol):
    """Tells the lines behind costs that it told by day."""

    def write_lines(
        self,
        month: date,
        costs: Iterable[CostRecord],
        lines: Path,
        progress: Progress,
    ) -> Bill:
        """Write the lines of a month's stored costs, which come in the order of their
        days, to that file; return their sums, which are those of the costs.

        Raise ProviderError; the file may then be anything.
        """


@runtime_checkable
class RegionSource(Protocol):
    def fetch_regions(self) -> Sequence[str]:
        """Return the regions that are read, which are enabled. Raise ProviderError."""


@runtime_checkable
class MetricSource(RegionSource, Protocol):
    @staticmethod
    def metric_window(now: datetime) -> Window:
        """The days for which this cloud keeps metrics, without the running day."""

    def fetch_metrics(
        self,
        window: Window,
        instance_ids: Mapping[str, Sequence[str]],
        progress: Progress,
    ) -> Iterator[RegionMetrics]:
        """CPU, memory and network per day of these instances, keyed by region.

        A region may be answered in several parts, so that memory stays bounded; an
        instance and day without data is not in the answer.
        """


@runtime_checkable
class UsageSource(RegionSource, Protocol):
    @staticmethod
    def usage_window(now: datetime) -> Window:
        """The days for which this cloud keeps metrics, without the running day."""

    def fetch_usage(
        self,
        window: Window,
        resources: Mapping[str, Sequence[ResourceRef]],
        progress: Progress,
    ) -> Iterator[RegionMetrics]:
        """CPU, memory and use per day of these databases, load balancers, gateways and
        buckets, keyed by region; as fetch_metrics answers.

        A kind of which the cloud has no metrics is not in the answer.
        """


@runtime_checkable
class PriceSource(Protocol):
    """What is on a list in several currencies is answered in the one asked for."""

    def fetch_prices(
        self, market: Market, families: Sequence[str], currency: str
    ) -> Sequence[InstancePriceRecord]:
        """On-demand prices of every type of these families there, such as "m5".

        A family or type that the market does not offer is not in the answer; one whose
        price can't be read raises ProviderError, as any failed read does.
        """

    def fetch_resource_prices(
        self, market: ResourceMarket, currency: str
    ) -> Sequence[ResourcePriceRecord]:
        """Prices of every size and variety of one kind. Raises ProviderError.

        What has no clear price is not in the answer, and so unknown.
        """


@runtime_checkable
class AdviceSource(Protocol):
    def fetch_advice(self, progress: Progress) -> Sequence[AdviceRecord]:
        """Return what the cloud's own adviser says of costs now, without what was
        dismissed there. Raise ProviderError."""


@runtime_checkable
class CommitmentSource(Protocol):
    def fetch_commitments(
        self, window: Window, progress: Progress
    ) -> Sequence[CommitmentUseRecord]:
        """Return the utilization in the window of every commitment of the bill. Raise
        ProviderError."""

    def fetch_coverage(
        self, window: Window, progress: Progress
    ) -> Sequence[CoverageRecord]:
        """Return what of the usage in the window commitments cover, each service and
        region once for a kind. Raise ProviderError."""


@runtime_checkable
class OrganizationSource(Protocol):
    """Who pays for whom. A denied answer is an error, not "nobody"."""

    def fetch_payer_id(self) -> str | None:
        """Return the account that pays for this one, which may be itself.

        None outside an organization. Raise ProviderError.
        """

    def fetch_members(self) -> Sequence[MemberAccount]:
        """Every account of the organization; for its payer. Raises ProviderError."""


@runtime_checkable
class AccessChecker(Protocol):
    def check_access(self, now: datetime) -> Iterator[AccessCheck]:
        """Try each permission once."""
