"""The CPU and network utilization of an instance in the observation window."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from math import fsum

from core.windows import utc_day
from insights.recommendations.engine.advice import CpuDay, Json, NetworkDay
from insights.recommendations.engine.observation_window import exists_since, measured
from insights.recommendations.engine.rule_context import RuleContext

MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Utilization:
    """Measured days in order, while the instance had its current type."""

    days: list[CpuDay]
    network: list[NetworkDay]

    @property
    def average(self) -> float:
        return fsum(day.average_percent or 0.0 for day in self.days) / len(self.days)

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

    @property
    def evidence(self) -> Json:
        """The figures that all advice about utilization shows."""
        p99, network = self.highest_p99, self.most_network_mb
        return {
            "days": len(self.days),
            "first_day": self.days[0].day.isoformat(),
            "last_day": self.days[-1].day.isoformat(),
            "average_percent": round(self.average, 2),
            "highest_p99_percent": None if p99 is None else round(p99, 2),
            "highest_percent": round(self.highest, 2),
            "highest_on": self.highest_on.isoformat(),
            "network_days": len(self.network),
            "most_network_mb_a_day": None if network is None else round(network, 2),
        }

    @property
    def summary(self) -> str:
        """Such as "CPU 0.4% on average, maximum 2.9%"."""
        return f"CPU {self.average:.1f}% on average, maximum {self.highest:.1f}%"


def utilization_of(context: RuleContext) -> Utilization | str:
    """Return its utilization, or one sentence on what is missing."""
    machine, window = context.machine, context.window
    least = context.thresholds.least_days
    days = measured(machine, window)
    retyped = [
        c.at for c in machine.changes if c.field == "instance_type" and c.old_value
    ]
    # Percentages are of a type.
    of_type = [day for day in days if not retyped or day.day > utc_day(max(retyped))]
    if len(of_type) >= least:
        network = [
            day
            for day in machine.network
            if day.day in window
            and day.in_bytes is not None
            and day.out_bytes is not None
        ]
        return Utilization(of_type, network)
    if len(days) >= least:
        return (
            f"It was of type {machine.instance_type} on {len(of_type)} measured days; "
            f"{least} are needed."
        )
    measured_days = f"CPU is known for {len(days)} of the last {len(window)} days"
    since = exists_since(machine)
    if since and since >= window.start_at:
        return (
            f"It exists since {since:%Y-%m-%d}: {measured_days}, and {least} are "
            "needed."
        )
    return f"{measured_days}, and {least} are needed."


def highest(figures: Iterable[float | None]) -> float | None:
    """Return the highest known figure; None without any."""
    return max((figure for figure in figures if figure is not None), default=None)


def total_mb(day: NetworkDay) -> float:
    return ((day.in_bytes or 0) + (day.out_bytes or 0)) / MB
