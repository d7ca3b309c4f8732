"""Monthly list prices of instances.

Only a running on-demand instance has one, and only where the price of its type is
stored: a bill names services, not instances.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from core.windows import HOURS_PER_MONTH
from inventory.models import Instance
from pricing.families import operating_system
from pricing.models import InstancePrice

# What an instance has unless it was launched on dedicated hardware.
TENANCY = "Shared"
Key = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class MonthlyPrice:
    """A month of running hours on demand."""

    amount: Decimal
    currency: str


def list_prices(instances: Iterable[Instance]) -> Mapping[int, MonthlyPrice]:
    """Return the price of each instance that has one, by its key. One query."""
    keys = {
        one.pk: _price_key(one)
        for one in instances
        if one.is_running and one.lifecycle == "on-demand"
    }
    rows = InstancePrice.objects.filter(
        tenancy=TENANCY,
        instance_type__in={key[3] for key in keys.values()},
        region__in={key[1] for key in keys.values()},
    )
    prices = {
        (row.provider, row.region, row.operating_system, row.instance_type): row
        for row in rows
    }
    return {
        pk: MonthlyPrice(prices[key].hourly * HOURS_PER_MONTH, prices[key].currency)
        for pk, key in keys.items()
        if key in prices
    }


def _price_key(instance: Instance) -> Key:
    return (
        instance.account.provider,
        instance.region,
        operating_system(instance.platform),
        instance.instance_type,
    )
