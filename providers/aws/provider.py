"""AWS as cloudintel reads it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from core.windows import Window, last_complete_days
from providers.access import checked
from providers.aws import (
    agent_memory,
    bucket_sizes,
    buckets,
    cloudwatch,
    commitment_coverage,
    commitments,
    cost_explorer,
    databases,
    ec2,
    load_balancers,
    network,
    organizations,
    price_list,
    regions,
    resource_prices,
    snapshots,
    usage,
    volumes,
)
from providers.aws.client import AwsAccount, AwsClients, AwsOptions
from providers.aws.resources import Kind, fetch_resources
from providers.base import Progress
from providers.bill_records import CommitmentUseRecord, CoverageRecord
from providers.errors import ErrorKind, ProviderError, by_cause
from providers.meter import Meter
from providers.metric_records import RegionMetrics, ResourceRef
from providers.records import (
    AccessCheck,
    CostReading,
    InstancePriceRecord,
    Market,
    MemberAccount,
    RegionResources,
    ResourceMarket,
    ResourcePriceRecord,
)
from providers.settings import priced_tags


class AwsProvider:
    """One AWS account. See providers.base for what each method promises."""

    def __init__(
        self,
        account: AwsAccount,
        options: AwsOptions | None = None,
        now: datetime | None = None,
    ) -> None:
        self.meter = Meter()
        self._now = now or datetime.now(UTC)
        self._clients = AwsClients(account, options or AwsOptions(), self.meter)

    def identity(self) -> str:
        return self._clients.identity

    def fetch_members(self) -> Sequence[MemberAccount]:
        return organizations.fetch_members(self._clients)

    def fetch_payer_id(self) -> str | None:
        """What it says of this account holds for the reads that follow."""
        payer_id = organizations.fetch_payer_id(self._clients)
        clients, is_payer = self._clients, payer_id == self.identity()
        clients.account = replace(clients.account, is_payer=is_payer)
        return payer_id

    def fetch_regions(self) -> Sequence[str]:
        return regions.fetch_regions(self._clients)

    def fetch_instances(self, progress: Progress) -> Iterator[RegionResources]:
        return ec2.fetch_instances(self._clients, progress)

    def fetch_storage(self, progress: Progress) -> Iterator[RegionResources]:
        fetch_buckets = partial(buckets.fetch_buckets, now=self._now)
        return fetch_resources(
            *(self._clients, progress),
            snapshots.fetch_volumes_and_snapshots,
            fetch_buckets,
        )

    def fetch_databases(self, progress: Progress) -> Iterator[RegionResources]:
        return fetch_resources(self._clients, progress, databases.fetch_databases)

    def fetch_network(self, progress: Progress) -> Iterator[RegionResources]:
        return fetch_resources(
            *(self._clients, progress),
            network.fetch_gateways_and_addresses,
            load_balancers.fetch_load_balancers,
            load_balancers.fetch_classic_load_balancers,
        )

    cost_window = staticmethod(cost_explorer.cost_window)

    def fetch_costs(self, window: Window, progress: Progress) -> Iterator[CostReading]:
        return cost_explorer.fetch_costs(self._clients, window, progress)

    def fetch_commitments(
        self, window: Window, progress: Progress
    ) -> Sequence[CommitmentUseRecord]:
        return commitments.fetch_commitments(self._clients, window, progress)

    def fetch_coverage(
        self, window: Window, progress: Progress
    ) -> Sequence[CoverageRecord]:
        return commitment_coverage.fetch_coverage(self._clients, window, progress)

    metric_window = usage_window = staticmethod(cloudwatch.metric_window)

    def fetch_metrics(
        self,
        window: Window,
        instance_ids: Mapping[str, Sequence[str]],
        progress: Progress,
    ) -> Iterator[RegionMetrics]:
        return cloudwatch.fetch_metrics(self._clients, window, instance_ids, progress)

    def fetch_usage(
        self,
        window: Window,
        resources: Mapping[str, Sequence[ResourceRef]],
        progress: Progress,
    ) -> Iterator[RegionMetrics]:
        return usage.fetch_usage(self._clients, window, resources, progress)

    def fetch_prices(
        self, market: Market, families: Sequence[str], currency: str
    ) -> Sequence[InstancePriceRecord]:
        return price_list.fetch_prices(self._clients, market, families)

    def fetch_resource_prices(
        self, market: ResourceMarket, currency: str
    ) -> Sequence[ResourcePriceRecord]:
        return resource_prices.fetch_resource_prices(self._clients, market)

    def check_access(self, now: datetime) -> Iterator[AccessCheck]:
        """Try each permission, the first of EC2 in every region. All are free but those
        of Cost Explorer, which cost $0.01 each."""
        clients, account = self._clients, self._clients.account
        yesterday = last_complete_days(1, now)
        identity = checked("sts:GetCallerIdentity", "everything", self.identity)
        yield identity
        if identity.error:
            return  # nothing else can be tried
        found: list[str] = []
        yield checked(
            "ec2:DescribeRegions",
            "sync_ec2",
            lambda: found.extend(self.fetch_regions()),
        )
        tried = found or [clients.partition.home]
        refused = ec2.try_instances(clients, tried)
        causes: list[ProviderError | None] = [*by_cause(refused)]
        for error in causes or [None]:
            yield AccessCheck("ec2:DescribeInstances", "sync_ec2", True, error)
        # What is denied there is denied for all services.
        denied = {error.region for error in refused}
        region = next((one for one in tried if one not in denied), tried[0])
        yield checked(
            "ec2:DescribeInstanceTypes",
            "sync_ec2, vCPUs and memory",
            lambda: ec2.try_instance_types(clients, region),
            is_required=False,
        )
        yield checked(
            "cloudwatch:GetMetricData",
            f"sync_cpu: {cloudwatch.price(clients.options)}"
            + (
                f"; sync_usage: {usage.price(clients.options)}"
                if clients.options.usage_metrics
                else ""
            ),
            lambda: cloudwatch.try_metrics(clients, yesterday, region),
        )
        yield checked(
            "pricing:GetProducts", "sync_prices", lambda: price_list.try_prices(clients)
        )
        yield from self._check_resources(region)
        if account.has_own_bill:
            yield from self._check_costs(now)
            if clients.options.commitments:
                asked = commitments.attempts(clients, now)
                covered = commitment_coverage.attempts(clients, now)
                for permission, attempt in (*asked, *covered):
                    purpose = f"sync_commitments: {commitments.PRICE}"
                    yield checked(permission, purpose, attempt, is_required=False)
            yield checked(
                "organizations:DescribeOrganization",
                "sync_cost, which account pays",
                self.fetch_payer_id,
                is_required=False,
            )
        if clients.account.is_payer:  # also where that was found out a moment ago
            yield checked(
                "organizations:ListAccounts",
                "sync_cost, accounts that join, leave or are closed",
                self.fetch_members,
                is_required=False,
            )

    def _check_resources(self, region: str) -> Iterator[AccessCheck]:
        """Ask for a page of each kind, which is left out where that is denied."""
        clients, check = self._clients, partial(checked, is_required=False)

        def first_page(fetch: Kind) -> Callable[[], object]:
            return lambda: next(fetch(clients, region), None)

        yield check(
            "ec2:DescribeVolumes", "sync_storage", first_page(volumes.fetch_volumes)
        )
        yield check(
            "ec2:DescribeSnapshots",
            "sync_storage",
            first_page(snapshots.fetch_snapshots),
        )
        found: list[tuple[str, str]] = []
        yield check(
            "s3:ListAllMyBuckets",
            "sync_storage",
            lambda: found.extend(buckets.find_bucket(clients, region)),
        )
        for home, name in found:
            yield check(
                "s3:GetBucketTagging",
                "sync_storage, tags of buckets",
                partial(buckets.fetch_tags, clients, home, name),
            )
        if purposes := _of_listed_metrics(clients.options):
            yield check(
                "cloudwatch:ListMetrics",
                purposes,
                lambda: agent_memory.try_memory(clients, region),
            )
        yield check(
            "rds:DescribeDBInstances",
            "sync_databases",
            first_page(databases.fetch_databases),
        )
        yield check(
            "ec2:DescribeNatGateways",
            "sync_network",
            first_page(network.fetch_nat_gateways),
        )
        yield check(
            "ec2:DescribeAddresses", "sync_network", first_page(network.fetch_addresses)
        )
        for permission, detail, attempt in load_balancers.attempts(clients, region):
            yield check(permission, f"sync_network{detail}", attempt)

    def _check_costs(self, now: datetime) -> Iterator[AccessCheck]:
        """Ask for all days that are kept, and where AWS has not prepared them yet, for
        those of this month."""

        tag_keys = self._clients.account.settings.tag_keys
        tags = priced_tags(tag_keys, cost_explorer.TAG_PRICE)

        def check(window: Window) -> AccessCheck:
            return checked(
                "ce:GetCostAndUsage",
                f"sync_cost{tags}",
                lambda: cost_explorer.fetch_totals(
                    self._clients, window, lambda _: None
                ),
            )

        whole = check(self.cost_window(now))
        if whole.error is None or whole.error.kind != ErrorKind.NOT_ENABLED:
            yield whole
            return
        newest = check(last_complete_days(1, now))
        yield newest
        if newest.error is None:
            needed_for = "sync_cost, the months before"
            yield replace(whole, needed_for=needed_for, is_required=False)


def _of_listed_metrics(options: AwsOptions) -> str:
    """Return what is read of metrics that are listed first, and its price."""
    sizes = f"sync_storage, sizes of buckets: {bucket_sizes.PRICE}"
    memory = f"sync_cpu, memory by agents: {agent_memory.PRICE}"
    parts = [(options.bucket_metrics, sizes), (options.memory_metrics, memory)]
    return "; ".join(text for is_read, text in parts if is_read)
