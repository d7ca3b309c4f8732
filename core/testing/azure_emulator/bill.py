"""Charges: Azure's doubles, billed and amortized, with what they are asked by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from core.testing.azure_emulator.machines import ALLOCATED
from core.testing.azure_emulator.sizes import DISK_A_DAY, hourly_dollars

if TYPE_CHECKING:
    from core.testing.azure_emulator.machines import EmulatedVm

# Only the bill has them: a sum over subscriptions is less than it.
ONLY_ON_THE_BILL = ("Purchase", "Refund")


@dataclass(frozen=True)
class Charge:
    """One day's charge in the currency of its bill."""

    day: date
    service: str
    actual: float | None  # None: not in actual costs, as an unused reservation
    # What it is after purchases are spread; "same": as the actual; None: not there.
    amortized: float | str | None = "same"
    subscription_id: str = ""
    resource_id: str = ""
    resource_group: str = ""
    location: str = ""
    charge_type: str = "Usage"
    meter_category: str = ""  # "" is the service
    meter: str = ""
    publisher_type: str = "Azure"
    pricing_model: str = "OnDemand"
    currency: str = "USD"
    tags: dict[str, str] = field(default_factory=dict)

    def of(self, question_type: str) -> float | None:
        """Its amount in a question's type of costs; None: no part of them."""
        if question_type == "AmortizedCost":
            return self.actual if self.amortized == "same" else _number(self.amortized)
        if question_type == "Usage" and self.charge_type != "Usage":
            return None
        return self.actual

    def times(self, factor: float) -> Charge:
        """The same, rated again."""
        if self.charge_type != "Usage":
            return self
        amortized = self.amortized
        return replace(
            self,
            actual=None if self.actual is None else self.actual * factor,
            amortized=amortized * factor if isinstance(amortized, float) else amortized,
        )


def _number(amount: float | str | None) -> float | None:
    return None if amount is None else float(amount)


def charges_of_a_day(vm: EmulatedVm, day: date) -> Iterator[dict[str, Any]]:
    """What a machine costs, in dollars: the hours it is held, and its disk."""
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    end = start + timedelta(days=1)
    hours = 0.0
    for ran, stopped in _held(vm):
        held = min(end, stopped or end) - max(start, ran)
        hours += max(0.0, held.total_seconds() / 3_600)
    if hours:
        dollars = hourly_dollars(vm.size, windows=vm.is_windows and not vm.license_type)
        spot = vm.priority == "Spot"
        yield {
            "service": "Virtual Machines",
            "dollars": hours * dollars * (0.2 if spot else 1),
            "pricing_model": "Spot" if spot else "OnDemand",
            "meter": f"{vm.size.removeprefix('Standard_')} Spot" if spot else vm.size,
        }
    if vm.created_at < end:
        yield {"service": "Storage", "dollars": DISK_A_DAY, "meter": "P4 LRS Disk"}


def _held(vm: EmulatedVm) -> list[tuple[datetime, datetime | None]]:
    if vm.power in ALLOCATED and vm.runs is None:
        return [(vm.created_at, None)]
    return vm.running_periods()
