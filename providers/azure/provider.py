"""Azure as cloudintel reads it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from core.windows import Window, last_complete_days
from providers.access import checked
from providers.azure import (
    advisor,
    compute,
    cost_management,
    databases,
    metric_batches,
    monitor,
    network,
    resources,
    retail_prices,
    storage_accounts,
    usage,
)
from providers.azure.client import AzureAccount, AzureClient, AzureOptions
from providers.azure.resource_prices import fetch_resource_prices
from providers.azure.retail_prices import RetailPrices
from providers.azure.subscriptions import try_subscription
from providers.base import Progress
from providers.meter import Meter
from providers.metric_records import RegionMetrics, ResourceRef
from providers.records import (
    AccessCheck,
    AdviceRecord,
    CostReading,
    InstancePriceRecord,
    InstanceRecord,
    Market,
    RegionResources,
    ResourceMarket,
    ResourcePriceRecord,
)
from providers.settings import priced_tags


class AzureProvider:
    """One subscription, or one scope whose bill covers many, which has costs only.

    See providers.base for what each method promises.
    """

    def __init__(
        self,
        account: AzureAccount,
        options: AzureOptions | None = None,
        now: datetime | None = None,
    ) -> None:
        self.meter = Meter()
        self._client = AzureClient(
            account, options or AzureOptions(), self.meter, now or datetime.now(UTC)
        )
        self._prices = RetailPrices(self._client)

    def fetch_regions(self) -> Sequence[str]:
        return resources.fetch_regions(self._client)

    def fetch_instances(self, progress: Progress) -> Iterator[RegionResources]:
        return compute.fetch_instances(self._client, progress)

    def fetch_storage(self, progress: Progress) -> Iterator[RegionResources]:
        return storage_accounts.fetch_storage(self._client, progress)

    def fetch_databases(self, progress: Progress) -> Iterator[RegionResources]:
        return databases.fetch_databases(self._client, progress)

    def fetch_network(self, progress: Progress) -> Iterator[RegionResources]:
        return network.fetch_network(self._client, progress)

    @staticmethod
    def cost_window(now: datetime) -> Window:
        return cost_management.cost_window(now)

    @staticmethod
    def cost_parts(window: Window) -> Sequence[Window]:
        return [*cost_management.months_of(window)][::-1]

    def fetch_costs(self, window: Window, progress: Progress) -> Iterator[CostReading]:
        return cost_management.fetch_costs(self._client, window, progress)

    @staticmethod
    def metric_window(now: datetime) -> Window:
        return metric_batches.metric_window(now)

    def fetch_metrics(
        self,
        window: Window,
        instance_ids: Mapping[str, Sequence[str]],
        progress: Progress,
    ) -> Iterator[RegionMetrics]:
        return monitor.fetch_metrics(self._client, window, instance_ids, progress)

    @staticmethod
    def usage_window(now: datetime) -> Window:
        return metric_batches.metric_window(now)

    def fetch_usage(
        self,
        window: Window,
        resources: Mapping[str, Sequence[ResourceRef]],
        progress: Progress,
    ) -> Iterator[RegionMetrics]:
        return usage.fetch_usage(self._client, window, resources, progress)

    def fetch_prices(
        self, market: Market, families: Sequence[str], currency: str
    ) -> Sequence[InstancePriceRecord]:
        return self._prices.fetch_prices(market, families, currency)

    def fetch_resource_prices(
        self, market: ResourceMarket, currency: str
    ) -> Sequence[ResourcePriceRecord]:
        return fetch_resource_prices(self._client, market, currency)

    def fetch_advice(self, progress: Progress) -> Sequence[AdviceRecord]:
        return advisor.fetch_advice(self._client, progress)

    def check_access(self, now: datetime) -> Iterator[AccessCheck]:
        """Try each right once. All are free but that of metrics."""
        client, yesterday = self._client, last_complete_days(1, now)
        sign_in = checked("Sign-in", "everything", client.sign_in)
        yield sign_in
        if sign_in.error:
            return  # nothing else can be tried
        if client.account.is_subscription:
            yield from self._check_resources(yesterday)
        tag_keys = client.account.settings.tag_keys
        yield checked(
            f"{cost_management.role_of(client)} (Microsoft.CostManagement/query)",
            f"sync_cost{priced_tags(tag_keys, cost_management.TAG_PRICE)}",
            lambda: cost_management.try_costs(client, yesterday),
        )

    def _check_resources(self, yesterday: Window) -> Iterator[AccessCheck]:
        """Try what only a subscription has."""
        client, regions, machines = self._client, list[str](), list[InstanceRecord]()
        yield checked(
            "Reader (Microsoft.Resources/subscriptions/read)",
            "everything",
            lambda: try_subscription(client),
        )
        yield checked(
            "Reader (Microsoft.Resources/subscriptions/locations/read)",
            "sync_ec2, sync_cpu, sync_storage, sync_databases, sync_network",
            lambda: regions.extend(resources.fetch_regions(client)),
        )
        yield checked(
            "Reader (Microsoft.Compute/virtualMachines/read)",
            "sync_ec2",
            lambda: machines.extend(compute.try_machines(client)),
        )
        region, machine = monitor.example(client, regions, machines)
        yield checked(
            "Reader (Microsoft.Compute/virtualMachineScaleSets/read)",
            "sync_ec2",
            lambda: compute.try_scale_sets(client),
        )
        yield checked(
            "Reader (Microsoft.Compute/skus/read)",
            "sync_ec2, vCPUs and memory",
            lambda: compute.fetch_sizes(client, region),
            is_required=False,
        )
        yield checked(
            "Monitoring Reader (Microsoft.Insights/metrics/read)",
            "sync_cpu, sync_usage, sync_storage (bytes in storage accounts): "
            + metric_batches.price(client.options),
            lambda: monitor.try_metrics(client, yesterday, region, machine),
        )
        yield checked(
            "Reader (Microsoft.Advisor/recommendations/read)",
            "sync_advice",
            lambda: advisor.try_advice(client),
            is_required=False,
        )
        yield checked(
            "prices.azure.com, which needs no right",
            "sync_prices",
            lambda: retail_prices.try_prices(client, region),
            is_required=False,
        )
