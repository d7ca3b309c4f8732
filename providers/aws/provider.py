"""AWS as cloudintel reads it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from core.windows import Window
from providers.aws import (
    access,
    cloudwatch,
    cost_explorer,
    ec2,
    organizations,
    price_list,
)
from providers.aws.client import AwsAccount, AwsClients, AwsOptions
from providers.base import Progress
from providers.meter import Meter
from providers.records import (
    AccessCheck,
    CostReading,
    Identity,
    InstancePriceRecord,
    MemberAccount,
    RegionInstances,
    RegionMetrics,
)


class AwsProvider:
    """One AWS account. See providers.base for what each method promises."""

    def __init__(self, account: AwsAccount, options: AwsOptions | None = None) -> None:
        self.meter = Meter()
        self._clients = AwsClients(account, options or AwsOptions(), self.meter)

    def identity(self) -> Identity:
        return self._clients.identity

    def fetch_members(self) -> Sequence[MemberAccount]:
        return organizations.fetch_members(self._clients)

    def fetch_payer_id(self) -> str | None:
        return organizations.fetch_payer_id(self._clients)

    def fetch_regions(self) -> Sequence[str]:
        return ec2.fetch_regions(self._clients)

    def fetch_instances(self, progress: Progress) -> Iterator[RegionInstances]:
        return ec2.fetch_instances(self._clients, progress)

    @staticmethod
    def cost_window(now: datetime) -> Window:
        return cost_explorer.cost_window(now)

    def fetch_costs(self, window: Window, progress: Progress) -> Iterator[CostReading]:
        return cost_explorer.fetch_costs(self._clients, window, progress)

    @staticmethod
    def metric_window(now: datetime) -> Window:
        return cloudwatch.metric_window(now)

    def fetch_metrics(
        self,
        window: Window,
        instance_ids: Mapping[str, Sequence[str]],
        progress: Progress,
    ) -> Iterator[RegionMetrics]:
        return cloudwatch.fetch_metrics(self._clients, window, instance_ids, progress)

    def fetch_prices(
        self, region: str, operating_system: str, families: Sequence[str]
    ) -> Sequence[InstancePriceRecord]:
        return price_list.fetch_prices(
            self._clients, region, operating_system, families
        )

    def check_access(self, now: datetime) -> Iterator[AccessCheck]:
        return access.check_access(self._clients, now)
