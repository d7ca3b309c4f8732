"""Intervals that are no narrower than what measured misses say.

A backtest tries a method on the history that also chose it, and one level shift after
the last fold is in none of its errors. What earlier forecasts missed once their days
had come is the better witness: where it says more, the intervals follow it.
"""

from collections.abc import Sequence
from dataclasses import replace
from math import ceil, inf

from insights.forecasts.engine.forecast_records import Forecast


def least_reach(errors: Sequence[float], share: float) -> float:
    """Return the error that at least that share of these stay within; 0 without any."""
    return sorted(errors)[ceil(share * len(errors)) - 1] if errors else 0.0


def widened(made: Forecast, reach_80: float, reach_95: float) -> Forecast:
    """Return it with each side of its intervals at least so far from the mean.

    Both are shares of what an average day is forecast to cost. A bound that is not
    below 0 does not fall below it, nor does one of credits rise above it.
    """
    level = sum(map(abs, made.mean)) / len(made.mean)
    near, far = reach_80 * level, max(reach_80, reach_95) * level
    floor = 0.0 if min(made.low_95) >= 0 else -inf
    ceiling = 0.0 if max(made.high_95) <= 0 > floor else inf

    def lower(path: Sequence[float], by: float) -> tuple[float, ...]:
        both = zip(path, made.mean, strict=True)
        return tuple(min(low, max(mean - by, floor)) for low, mean in both)

    def upper(path: Sequence[float], by: float) -> tuple[float, ...]:
        both = zip(path, made.mean, strict=True)
        return tuple(max(high, min(mean + by, ceiling)) for high, mean in both)

    return replace(
        made,
        low_80=lower(made.low_80, near),
        high_80=upper(made.high_80, near),
        low_95=lower(made.low_95, far),
        high_95=upper(made.high_95, far),
    )


def half_width(made: Forecast) -> float:
    """Return how far the 80% interval reaches from the mean, in all and both sides."""
    return (sum(made.high_80) - sum(made.low_80)) / 2
