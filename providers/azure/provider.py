"""Azure as cloudintel reads it."""

from collections.abc import Iterator
from datetime import UTC, datetime

from core.windows import Window
from providers.azure import cost_management
from providers.azure.client import AzureAccount, AzureClient, AzureOptions
from providers.base import Progress
from providers.meter import Meter
from providers.records import CostReading


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

    @staticmethod
    def cost_window(now: datetime) -> Window:
        return cost_management.cost_window(now)

    def fetch_costs(self, window: Window, progress: Progress) -> Iterator[CostReading]:
        return cost_management.fetch_costs(self._client, window, progress)
