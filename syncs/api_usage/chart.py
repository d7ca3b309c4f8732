"""The small chart of what reading costs per day, which templates draw as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from providers.meter import Usage

# A chart is so high; a day with anything at all can be seen.
HEIGHT = 40
LOWEST = 1.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One day; `y` and `height` are numbers as SVG writes them."""

    day: date
    usage: Usage
    y: str
    height: str


@dataclass(frozen=True, slots=True)
class Bars:
    """Of dollars, or of requests where all of them are free."""

    of_dollars: bool
    highest: Usage
    bars: Sequence[Bar]


def day_bars(days: Sequence[tuple[date, Usage]]) -> Bars:
    of_dollars = any(usage.usd for _, usage in days)

    def value(usage: Usage) -> Decimal:
        return usage.usd if of_dollars else Decimal(usage.requests)

    highest = max((usage for _, usage in days), key=value, default=Usage())
    top = value(highest)
    bars = []
    for day, usage in days:
        share = float(value(usage) / top) if top else 0.0
        height = max(share * HEIGHT, LOWEST) if share else 0.0
        bars.append(Bar(day, usage, f"{HEIGHT - height:.1f}", f"{height:.1f}"))
    return Bars(of_dollars, highest, bars)
