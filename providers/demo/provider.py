"""The demo as a provider: the same questions a real cloud is asked."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from core.money import ZERO
from core.windows import Window, last_complete_days, utc_day
from providers.base import Progress
from providers.bill_records import Bill
from providers.demo.bill import arrived_by, cost_rows, is_estimated
from providers.demo.bill_lines import LinesOf, write_lines
from providers.demo.company import (
    ACCOUNTS,
    CLOUD_OF,
    COMPANY_NAME,
    CURRENCY,
    HISTORY_DAYS,
    REGIONS,
    Cloud,
    prices_of,
)
from providers.demo.estate import (
    Describe,
    addresses,
    balancers,
    buckets,
    databases,
    estate_change_days,
    gateways,
    snapshots,
    volumes,
)
from providers.demo.events import DemoEvent, is_down, is_repeated, known
from providers.demo.fleet import change_days, describe, hours_since
from providers.demo.lives import lives
from providers.demo.load import cpu_on, memory_on, network_on
from providers.demo.resource_prices import resource_prices
from providers.demo.tagged_bill import tag_costs
from providers.demo.things import things
from providers.demo.use import use_of
from providers.errors import ErrorKind, ProviderError
from providers.meter import Meter
from providers.metric_records import RegionMetrics, ResourceRef
from providers.records import (
    AccessCheck,
    CostReading,
    CostRecord,
    CostTotalRecord,
    InstancePriceRecord,
    Market,
    RegionResources,
    ResourceMarket,
    ResourcePriceRecord,
    ResourceRecord,
)
from providers.settings import InvalidSetting

# What a real account needs, so that the demo shows the same list.
PERMISSIONS: Mapping[Cloud, Mapping[str, str]] = {
    Cloud.AWS: {
        "ec2:DescribeRegions": "which regions there are",
        "ec2:DescribeInstances": "what runs",
        "ec2:DescribeInstanceTypes": "how large it is",
        "ec2:DescribeVolumes": "which disks there are",
        "ec2:DescribeSnapshots": "which snapshots there are",
        "s3:ListAllMyBuckets": "which buckets there are",
        "rds:DescribeDBInstances": "which databases there are",
        "ec2:DescribeAddresses": "which addresses are reserved",
        "ec2:DescribeNatGateways": "which NAT gateways there are",
        "elasticloadbalancing:DescribeLoadBalancers": "which load balancers there are",
        "cloudwatch:GetMetricData": "how hard it works",
        "pricing:GetProducts": "what other sizes would cost",
        "ce:GetCostAndUsage": "what it costs",
    },
    Cloud.AZURE: {
        "Reader": "what there is",
        "Monitoring Reader": "how hard it works",
        "Cost Management Reader": "what it costs",
    },
}


def check_aws_account_id(account_id: str) -> None:
    """Raise InvalidSetting for an account that the company does not have in AWS."""
    _check(account_id, Cloud.AWS)


def check_azure_account_id(account_id: str) -> None:
    """Raise InvalidSetting for a subscription that the company does not have."""
    _check(account_id, Cloud.AZURE)


def _check(account_id: str, cloud: Cloud) -> None:
    if CLOUD_OF.get(account_id) is not cloud:
        known = [one for one in ACCOUNTS if one.cloud is cloud]
        named = ", ".join(f"{one.account_id} ({one.name})" for one in known)
        raise InvalidSetting(
            "account_id", f"{COMPANY_NAME} has no such account. Use one of {named}."
        )


class DemoProvider:
    """One account of the invented company as it looks at `now`.

    `anchor` is the day the demo was built, from which all its dates count, and `events`
    are what happened to it since. Nothing is random: two providers with the same
    arguments give the same answers, and a later `now` changes only the days Cost
    Explorer would still correct. `store` keeps an event that is recorded. With
    `is_hourly` the bill of the latest day arrives during the day after it. Raises
    ProviderError for an account the company does not have.
    """

    def __init__(
        self,
        account_id: str,
        anchor: date,
        now: datetime,
        tag_keys: Sequence[str] = (),
        events: Iterable[DemoEvent] = (),
        store: Callable[[DemoEvent], None] = lambda _: None,
        *,
        is_hourly: bool = False,
    ) -> None:
        if account_id not in CLOUD_OF:
            there = ", ".join(f"{one.account_id} ({one.name})" for one in ACCOUNTS)
            raise ProviderError(
                ErrorKind.INVALID,
                f"demo account {account_id!r}",
                f"{COMPANY_NAME} has no such account",
                f"Use one of {there}.",
            )
        self.account_id = account_id
        self.cloud = CLOUD_OF[account_id]
        self.anchor = anchor
        self.tag_keys = tag_keys
        self.now = now
        self.today = utc_day(now)
        self.meter = Meter()
        self.hour = hours_since(anchor, now)
        self.events = known(events, self.hour)
        self._store = store
        self._arrived = arrived_by(now.hour) if is_hourly else Decimal(1)

    def record(self, event: DemoEvent) -> None:
        """Let it happen, unless it has: what is stopped is not stopped again."""
        if not is_repeated(event, self.events):
            self._store(event)
            self.events = known((*self.events, event), self.hour)

    def has_named(self, name: str) -> bool:
        """Return whether a machine ever has this name, which makes its id."""
        every = lives(self.account_id, self.events)
        return any(life.machine.name == name for life in every)

    def instance_id(self, name: str) -> str:
        """Return the id of the machine of this name or id now; "" without one."""
        for life in lives(self.account_id, self.events):
            is_there = life.launched <= self.hour < life.terminated
            if is_there and name in (life.machine.name, life.instance_id):
                return life.instance_id
        return ""

    def resource_id(self, name: str) -> str:
        """Return the id of what has this name or id now; "" without one."""
        if found := self.instance_id(name):
            return found
        for thing in things(self.account_id, self.events):
            is_there = thing.created <= self.hour < thing.deleted
            if is_there and name in (thing.name, thing.id):
                return thing.id
        return ""

    def check_access(self, now: datetime) -> Iterator[AccessCheck]:
        for permission, needed_for in PERMISSIONS[self.cloud].items():
            self.meter.count("demo:CheckAccess")
            yield AccessCheck(permission, needed_for, is_required=True)

    def fetch_regions(self) -> Sequence[str]:
        return REGIONS[self.cloud]

    def fetch_instances(self, progress: Progress) -> Iterator[RegionResources]:
        instances = describe(self.account_id, self.anchor, self.now, self.events)
        for region in REGIONS[self.cloud]:
            self.meter.count("demo:DescribeInstances")
            found = [i for i in instances if i.region == region]
            progress(f"{region}: {len(found)} instances")
            yield self._answer(region, found)

    def fetch_storage(self, progress: Progress) -> Iterator[RegionResources]:
        self.meter.count("demo:DescribeVolumes")
        kinds = (volumes, snapshots, buckets)
        return self._by_region(self._of(*kinds), progress)

    def fetch_databases(self, progress: Progress) -> Iterator[RegionResources]:
        self.meter.count("demo:DescribeDBInstances")
        return self._by_region(self._of(databases), progress)

    def fetch_network(self, progress: Progress) -> Iterator[RegionResources]:
        self.meter.count("demo:DescribeAddresses")
        kinds = (addresses, gateways, balancers)
        return self._by_region(self._of(*kinds), progress)

    def _of(self, *kinds: Describe) -> Iterator[ResourceRecord]:
        for kind in kinds:
            yield from kind(self.account_id, self.anchor, self.now, self.events)

    def _by_region(
        self, resources: Iterable[ResourceRecord], progress: Progress
    ) -> Iterator[RegionResources]:
        found = list(resources)
        for region in REGIONS[self.cloud]:
            there = [one for one in found if one.region == region]
            progress(f"{region}: {len(there)} resources")
            yield self._answer(region, there)

    def _answer(self, region: str, found: Sequence[ResourceRecord]) -> RegionResources:
        if not is_down(self.events, region, self.hour):
            return RegionResources(region, found)
        error = ProviderError(
            ErrorKind.UNAVAILABLE,
            f"resources in {region}",
            "the region does not answer",
            "Its resources are kept as they were and read again with the next sync.",
            region,
        )
        return RegionResources(region, error=error)

    def estate_change_days(self) -> Sequence[date]:
        """The days of the history on which a sync of anything else finds a change."""
        start = self.cost_window(self.now).start
        return estate_change_days(
            self.account_id, self.anchor, start, self.now, self.events
        )

    def state_change_days(self) -> Sequence[date]:
        """The days of the history on which a sync of the inventory finds a change."""
        start = self.cost_window(self.now).start
        return change_days(self.account_id, self.anchor, start, self.now, self.events)

    @staticmethod
    def cost_window(now: datetime) -> Window:
        return last_complete_days(HISTORY_DAYS, now)

    metric_window = usage_window = cost_window

    def fetch_costs(self, window: Window, progress: Progress) -> Iterator[CostReading]:
        """Raise ProviderError for days that are not kept, or not over yet."""
        stored = self.cost_window(self.now)
        if window.start < stored.start or window.end > stored.end:
            raise ProviderError(
                ErrorKind.INVALID,
                f"demo costs of {self.account_id} for {window}",
                f"only the days {stored} are stored (the end is exclusive)",
                "Ask for days among these.",
            )
        for day in window.days():
            rows = cost_rows(
                *(self.account_id, self.anchor, day, self.today, self.events),
                arrived=self._arrived,
            )
            total = CostTotalRecord(
                day=day,
                currency=CURRENCY,
                billed=sum((row.billed for row in rows), ZERO),
                effective=sum((row.effective for row in rows), ZERO),
                is_estimated=is_estimated(day, self.today),
            )
            tags = tag_costs(
                self.account_id, self.anchor, rows, self.tag_keys, self.events
            )
            yield CostReading([total], rows, list(tags))
            if day.day == 1 or day == window.start:
                self.meter.count("demo:GetCostAndUsage")
                progress(f"costs of {day:%B %Y}")

    def write_lines(
        self,
        month: date,
        costs: Iterable[CostRecord],
        lines: Path,
        progress: Progress,
    ) -> Bill:
        of = LinesOf(self.account_id, self.anchor, self.events)
        return write_lines(of, month, costs, lines, progress)

    def fetch_metrics(
        self,
        window: Window,
        instance_ids: Mapping[str, Sequence[str]],
        progress: Progress,
    ) -> Iterator[RegionMetrics]:
        stored = self.metric_window(self.now)
        days = [day for day in window.days() if day in stored]
        for region, wanted in instance_ids.items():
            self.meter.count("demo:GetMetricData")
            ids = set(wanted)
            machines = [
                life
                for life in lives(self.account_id, self.events)
                if life.machine.region == region and life.instance_id in ids
            ]
            asked = [
                (life, day, self.anchor, self.events)
                for life in machines
                for day in days
            ]
            progress(f"{region}: {len(machines)} instances, {len(days)} days")
            yield RegionMetrics(
                region,
                [cpu for each in asked if (cpu := cpu_on(*each))],
                [network for each in asked if (network := network_on(*each))],
                [memory for each in asked if (memory := memory_on(*each))],
            )

    def fetch_usage(
        self,
        window: Window,
        resources: Mapping[str, Sequence[ResourceRef]],
        progress: Progress,
    ) -> Iterator[RegionMetrics]:
        for region, refs in resources.items():
            self.meter.count("demo:GetMetricData")
            progress(f"{region}: {len(refs)} resources, {len(window)} days")
            yield use_of(region, refs, window, self.anchor)

    def fetch_prices(
        self, market: Market, families: Sequence[str], currency: str
    ) -> Sequence[InstancePriceRecord]:
        self.meter.count("demo:GetProducts")
        return list(prices_of(market, families))

    def fetch_resource_prices(
        self, market: ResourceMarket, currency: str
    ) -> Sequence[ResourcePriceRecord]:
        self.meter.count("demo:GetProducts")
        return resource_prices(market)
