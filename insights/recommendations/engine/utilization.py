"""The CPU and network utilization of an instance in the observation window."""

from dataclasses import dataclass
from datetime import date

from insights.recommendations.engine.advice_records import CpuDay, Json, NetworkDay
from insights.recommendations.engine.observation_window import (
    MB,
    born_at,
    highest,
    mean,
    measured,
    moved,
    since_retyped,
)
from insights.recommendations.engine.rule_context import RuleContext


@dataclass(frozen=True, slots=True)
class Utilization:
    """Measured days in order, while the instance had its current type."""

    days: tuple[CpuDay, ...]
    network: tuple[NetworkDay, ...]

    @property
    def average(self) -> float:
        return mean(day.average_percent for day in self.days) or 0.0

    @property
    def highest_average(self) -> float:
        return highest(day.average_percent for day in self.days) or 0.0

    @property
    def highest(self) -> float:
        return highest(day.maximum_percent for day in self.days) or 0.0

    @property
    def highest_on(self) -> date:
        return max(self.days, key=lambda day: day.maximum_percent or 0.0).day

    @property
    def highest_p99(self) -> float | None:
        return highest(day.p99_percent for day in self.days)

    @property
    def most_network_mb(self) -> float | None:
        return highest(total_mb(day) for day in self.network)

    def evidence(self) -> Json:
        """Return the figures that all advice about utilization shows."""
        return {
            "days": len(self.days),
            "first_day": self.days[0].day.isoformat(),
            "last_day": self.days[-1].day.isoformat(),
            "average_percent": round(self.average, 2),
            "highest_p99_percent": _rounded(self.highest_p99),
            "highest_percent": round(self.highest, 2),
            "highest_on": self.highest_on.isoformat(),
            "network_days": len(self.network),
            "most_network_mb_a_day": _rounded(self.most_network_mb),
        }

    def summary(self) -> str:
        """Return "CPU 0.4% on average, maximum 2.9%"."""
        return f"CPU {self.average:.1f}% on average, maximum {self.highest:.1f}%"


def utilization_of(context: RuleContext) -> Utilization | str:
    """Return its utilization, or one sentence on what is missing."""
    machine, window, least = (
        context.machine,
        context.window,
        context.thresholds.least_days,
    )
    days = measured(machine, window)
    as_it_is = since_retyped(machine, days)
    if len(as_it_is) >= least:
        return Utilization(tuple(as_it_is), tuple(moved(machine, window)))
    if len(days) >= least:
        return (
            f"It was of type {machine.instance_type} on {len(as_it_is)} measured days; "
            f"{least} are needed."
        )
    measured_days = f"CPU is known for {len(days)} of the last {len(window)} days"
    born = born_at(machine)
    if born and born >= window.start_at:
        return (
            f"It exists since {born:%Y-%m-%d}: {measured_days}, and {least} are needed."
        )
    return f"{measured_days}, and {least} are needed."


def total_mb(day: NetworkDay) -> float:
    return ((day.in_bytes or 0) + (day.out_bytes or 0)) / MB


def _rounded(figure: float | None) -> float | None:
    return None if figure is None else round(figure, 2)
