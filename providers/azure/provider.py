"""Azure as cloudintel reads it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from core.windows import Window
from providers.azure.client import AzureAccount, AzureOptions
from providers.base import Progress
from providers.meter import Meter
from providers.records import (
    AccessCheck,
    CostReading,
    InstancePriceRecord,
    Market,
    RegionInstances,
    RegionMetrics,
)


class AzureProvider:
    """One Azure account. See providers.base for what each method promises."""

    def __init__(self, account: AzureAccount, options: AzureOptions) -> None:
        self.meter = Meter()
        self.account = account
        self.options = options

    def fetch_regions(self) -> Sequence[str]:
        raise NotImplementedError

    def fetch_instances(self, progress: Progress) -> Iterator[RegionInstances]:
        raise NotImplementedError

    @staticmethod
    def cost_window(now: datetime) -> Window:
        raise NotImplementedError

    def fetch_costs(self, window: Window, progress: Progress) -> Iterator[CostReading]:
        raise NotImplementedError

    @staticmethod
    def metric_window(now: datetime) -> Window:
        raise NotImplementedError

    def fetch_metrics(
        self,
        window: Window,
        instance_ids: Mapping[str, Sequence[str]],
        progress: Progress,
    ) -> Iterator[RegionMetrics]:
        raise NotImplementedError

    def fetch_prices(
        self, market: Market, families: Sequence[str]
    ) -> Sequence[InstancePriceRecord]:
        raise NotImplementedError

    def check_access(self, now: datetime) -> Iterator[AccessCheck]:
        raise NotImplementedError
