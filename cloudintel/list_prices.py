"""What machines cost a month by the price list, where that is known.

A bill names services, not machines. Insights keep the list prices of the types there
are; a machine whose price is not kept, or that the list does not price (spot, stopped,
gone), is left out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from insights.advice.prices import HOURS_PER_MONTH
from inventory.models import Instance
from pricing.families import operating_system
from pricing.models import InstancePrice

# What a machine has unless it was launched on hardware of its own.
TENANCY = "Shared"
Key = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class MonthlyPrice:
    """A month of running hours on demand."""

    amount: Decimal
    currency: str


def list_prices(machines: Iterable[Instance]) -> Mapping[int, MonthlyPrice]:
    """By the key of each machine that has one. One query."""
    keys = {one.pk: _key(one) for one in machines if _is_priced(one)}
    rows = InstancePrice.objects.filter(
        tenancy=TENANCY,
        instance_type__in={key[3] for key in keys.values()},
        region__in={key[1] for key in keys.values()},
    )
    known = {
        (row.provider, row.region, row.operating_system, row.instance_type): row
        for row in rows
    }
    return {
        pk: MonthlyPrice(known[key].hourly * HOURS_PER_MONTH, known[key].currency)
        for pk, key in keys.items()
        if key in known
    }


def _is_priced(machine: Instance) -> bool:
    is_running = machine.state == "running" and not machine.is_gone
    return is_running and machine.lifecycle == "on-demand"


def _key(machine: Instance) -> Key:
    system = operating_system(machine.platform)
    return (
        machine.account.provider,
        machine.region,
        system,
        machine.instance_type,
    )
