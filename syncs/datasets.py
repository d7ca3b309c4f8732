"""What is read from an account: one table, from which everything else follows.

Nothing else branches on a dataset's key. Another dataset is another row here, a
`sync.py` with its task, and a provider that has the capability.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models

from clouds.registry import CLOUDS, offers
from core.windows import Window
from providers.base import (
    AdviceSource,
    CommitmentSource,
    CostSource,
    DatabaseSource,
    InventorySource,
    MetricSource,
    NetworkSource,
    PriceSource,
    StorageSource,
    UsageSource,
)

if TYPE_CHECKING:
    from clouds.models import CloudAccount


class Scope(StrEnum):
    ACCOUNT = "account"
    BILL = "bill"
    """Only from accounts whose bill is their own; a member's is its payer's."""


class Dataset(models.TextChoices):
    """What is read from an account, in the order in which it is read."""

    INSTANCES = "instances", "Instances"
    STORAGE = "storage", "Volumes, snapshots and buckets"
    DATABASES = "databases", "Databases"
    NETWORK = "network", "Addresses, NAT gateways and load balancers"
    COST = "cost", "Cost"
    CPU = "cpu", "CPU and network"
    USAGE = "usage", "Use of databases, network and storage"
    PRICES = "prices", "List prices"
    ADVICE = "advice", "Advice of the cloud itself"
    COMMITMENTS = "commitments", "Utilization of commitments"

    @property
    def traits(self) -> "Traits":
        return TABLE[self]

    @property
    def alias(self) -> str:
        return self.traits.alias or self.value

    @property
    def names(self) -> list[str]:
        """Return its keys in routes: its alias too."""
        return list(dict.fromkeys([self.value, self.alias]))

    @property
    def command(self) -> str:
        return f"sync_{self.alias}"

    @property
    def has_window(self) -> bool:
        """Return whether it has days; else it is read as it is now."""
        return bool(self.traits.window)

    @property
    def first_days(self) -> int:
        return int(getattr(settings, self.traits.first_days))

    @property
    def restatement_days(self) -> int:
        """Return how many of the last days are read again each time."""
        name = self.traits.restatement_days
        return int(getattr(settings, name)) if name else 0

    @property
    def after(self) -> "tuple[Dataset, ...]":
        return self.traits.after

    def kept_window(self, account: "CloudAccount", now: datetime) -> Window:
        """Return the days that the account's cloud still has."""
        provider = CLOUDS[account.provider].provider
        window: Window = getattr(provider, self.traits.window)(now)
        return window


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    capability: type
    """What a provider must have; without it the dataset is not offered."""
    task: str
    """The Celery task that reads a queued run; its room imports this one."""
    alias: str = ""
    """What command, routes and task call it, where that is not its key."""
    window: str = ""
    """The provider's method that returns which days it still has; none: no days."""
    first_days: str = ""
    """The setting of how many days a first sync reads."""
    restatement_days: str = ""
    """The setting of how many days may still change."""
    after: tuple[Dataset, ...] = ()
    """What is read before it, as it is asked of the rows of these."""
    scope: Scope = Scope.ACCOUNT


TABLE = {
    Dataset.INSTANCES: Traits(
        capability=InventorySource, task="inventory.tasks.sync_ec2", alias="ec2"
    ),
    Dataset.STORAGE: Traits(
        capability=StorageSource, task="inventory.tasks.sync_storage"
    ),
    Dataset.DATABASES: Traits(
        capability=DatabaseSource, task="inventory.tasks.sync_databases"
    ),
    Dataset.NETWORK: Traits(
        capability=NetworkSource, task="inventory.tasks.sync_network"
    ),
    Dataset.COST: Traits(
        capability=CostSource,
        task="costs.tasks.sync_cost",
        window="cost_window",
        first_days="COST_FIRST_SYNC_DAYS",
        scope=Scope.BILL,
    ),
    Dataset.CPU: Traits(
        capability=MetricSource,
        task="metrics.tasks.sync_cpu",
        window="metric_window",
        first_days="CPU_FIRST_SYNC_DAYS",
        restatement_days="CPU_RESTATEMENT_DAYS",
        after=(Dataset.INSTANCES,),
    ),
    Dataset.USAGE: Traits(
        capability=UsageSource,
        task="metrics.tasks.sync_usage",
        window="usage_window",
        first_days="CPU_FIRST_SYNC_DAYS",
        restatement_days="CPU_RESTATEMENT_DAYS",
        after=(Dataset.STORAGE, Dataset.DATABASES, Dataset.NETWORK),
    ),
    Dataset.PRICES: Traits(
        capability=PriceSource,
        task="pricing.tasks.sync_prices",
        after=(
            *(Dataset.INSTANCES, Dataset.STORAGE),
            *(Dataset.DATABASES, Dataset.NETWORK),
        ),
    ),
    Dataset.ADVICE: Traits(capability=AdviceSource, task="insights.tasks.sync_advice"),
    Dataset.COMMITMENTS: Traits(
        capability=CommitmentSource,
        task="costs.tasks.sync_commitments",
        scope=Scope.BILL,
    ),
}


def followers(dataset: Dataset) -> list[Dataset]:
    """Return what is read of that dataset's rows, and so after it."""
    return [one for one in Dataset if dataset in one.after]


def datasets_of(account: "CloudAccount") -> list[Dataset]:
    return [dataset for dataset in Dataset if is_read_from(account, dataset)]


def datasets_of_each(
    accounts: Iterable["CloudAccount"],
) -> Iterator[tuple["CloudAccount", list[Dataset]]]:
    """Yield the same of many accounts, looked up once for those that are alike."""
    found: dict[tuple[object, ...], list[Dataset]] = {}
    for account in accounts:
        is_bill = CLOUDS[account.provider].pays_for_others(account.account_id)
        alike = account.provider, is_bill, account.payer_id is None
        if alike not in found:
            found[alike] = datasets_of(account)
        yield account, found[alike]


def is_read_from(account: "CloudAccount", dataset: Dataset) -> bool:
    """Return whether its cloud offers it, and this account is the one to ask."""
    has_own = dataset.traits.scope != Scope.BILL or account.payer_id is None
    return has_own and offers(account, dataset.traits.capability)


def not_offered(account: "CloudAccount", dataset: Dataset) -> str:
    """Return that the account's cloud does not have it; "" where it has."""
    if offers(account, dataset.traits.capability):
        return ""
    cloud = CLOUDS[account.provider]
    if setting := cloud.turned_off().get(dataset.traits.capability):
        return f"turned off by {setting}=false"
    if cloud.pays_for_others(account.account_id):
        return "not offered for a bill over other accounts"
    return f"not offered by {account.get_provider_display()}"


def why_not(account: "CloudAccount", dataset: Dataset) -> str:
    """Return why it is not read from this account and what to do; "" where it is."""
    if is_read_from(account, dataset):
        return ""
    if absence := not_offered(account, dataset):
        return f"{dataset.label}: {absence}."
    return (
        f"The costs of {account} are on the bill of {account.payer}: sync that account "
        "instead."
    )
