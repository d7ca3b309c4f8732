"""The parts of a bill, and the larger parts that they add up to."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain

import numpy as np

from insights.anomalies.engine.anomaly_records import Measure, Scope
from insights.anomalies.engine.baseline import Baseline
from insights.anomalies.engine.daily import materiality_of
from insights.anomalies.engine.detector import Detector, Materiality
from insights.anomalies.engine.limits import Limits
from insights.arrays import BoolArray

Larger = Callable[[Scope], Scope]

# What larger parts hold, from finer to coarser.
LARGER: tuple[tuple[Larger, ...], ...] = (
    (lambda part: Scope(part.account, part.service),),
    (
        lambda part: Scope(account=part.account, region=part.region),
        lambda part: Scope(service=part.service),
        lambda part: Scope(region=part.region),
    ),
    (lambda part: Scope(account=part.account),),
    (lambda part: Scope(),),
)


@dataclass
class Level:
    """Scopes (rows), the parts that each of them holds (columns), their detector."""

    scopes: Sequence[Scope]
    holds: BoolArray
    detector: Detector
    baseline: Baseline


def finest_level(parts: Sequence[Scope], days: Sequence[date], limits: Limits) -> Level:
    """Return the level of the parts themselves."""
    each = np.eye(len(parts), dtype=bool)
    materiality = materiality_of(Measure.COST, limits)
    detector = Detector(len(parts), days, materiality, limits)
    return Level(parts, each, detector, Baseline(len(parts), len(days)))


def sum_levels(
    parts: Sequence[Scope], days: Sequence[date], limits: Limits
) -> Iterator[Level]:
    """Yield the levels above: sums of two parts at least, each of them once."""
    seen: set[frozenset[Scope]] = set()
    for level in LARGER:
        held: dict[Scope, list[Scope]] = {}
        for part, larger in chain.from_iterable(
            ((part, larger) for part in parts) for larger in level
        ):
            held.setdefault(larger(part), []).append(part)
        scopes = []
        for scope, members in sorted(held.items()):
            if len(members) > 1 and frozenset(members) not in seen:
                seen.add(frozenset(members))
                scopes.append(scope)
        if scopes:
            yield _level(parts, scopes, held, days, limits)


def _level(
    parts: Sequence[Scope],
    scopes: Sequence[Scope],
    held: dict[Scope, list[Scope]],
    days: Sequence[date],
    limits: Limits,
) -> Level:
    column = {part: at for at, part in enumerate(parts)}
    holds = np.zeros((len(scopes), len(parts)), dtype=bool)
    for row, scope in enumerate(scopes):
        holds[row, [column[part] for part in held[scope]]] = True
    # Noise that parts have in common shows in their sum alone: it is known later.
    later = replace(limits, young_days=limits.mature_days)
    detector = Detector(len(scopes), days, sum_materiality(limits), later)
    return Level(scopes, holds, detector, Baseline(len(scopes), len(days)))


def sum_materiality(limits: Limits) -> Materiality:
    """Return from where on what is left of a sum matters."""
    return Materiality(
        up=limits.least_sum,
        up_share=limits.least_sum_share,
        down=limits.least_sum + limits.least_saving,
        down_share=limits.least_saving_share,
        steadiest=limits.least_cost / limits.far,
        steadiest_share=limits.steadiest_share / 2,
    )
