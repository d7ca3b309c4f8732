"""The levels of a bill: scopes that hold its finest parts, summed and judged apart."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from insights.anomalies.engine.baseline import Baseline
from insights.anomalies.engine.detector import Detector, Materiality
from insights.anomalies.engine.lasting import LastingChanges
from insights.anomalies.engine.limits import Limits
from insights.arrays import BoolArray, FloatArray
from insights.bill_records import Scope

# What larger parts hold, from finer to coarser.
LARGER: tuple[tuple[Callable[[Scope], Scope], ...], ...] = (
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
    lasting: LastingChanges

    def __post_init__(self) -> None:
        rows, self.parts = np.nonzero(self.holds)
        self.begins = np.searchsorted(rows, np.arange(len(self.scopes)))

    def sums(self, values: FloatArray) -> FloatArray:
        """Return the sum of the parts of each scope, a hundred times as fast as by a
        product of matrices."""
        return np.add.reduceat(values[self.parts], self.begins, axis=0)


def sum_levels(
    parts: Sequence[Scope], days: Sequence[date], limits: Limits
) -> Iterator[Level]:
    """Yield the levels above the parts: sums of two at least, each of them once."""
    # Noise that parts have in common shows in their sum alone: it is known later.
    later = replace(limits, young_days=limits.mature_days)
    seen: set[frozenset[int]] = set()
    for level in LARGER:
        held = {}
        for scope, columns in columns_of(parts, level).items():
            if len(columns) > 1 and frozenset(columns) not in seen:
                seen.add(frozenset(columns))
                held[scope] = columns
        if held:
            yield level_of(held, len(parts), days, sum_materiality(limits), later)


def columns_of(
    parts: Sequence[Scope], larger: Sequence[Callable[[Scope], Scope]]
) -> dict[Scope, list[int]]:
    """Return the columns of the parts that each larger scope holds, by scope."""
    held: dict[Scope, list[int]] = defaultdict(list)
    for larger_part in larger:
        for column, part in enumerate(parts):
            held[larger_part(part)].append(column)
    return dict(sorted(held.items()))


def level_of(
    held: Mapping[Scope, Sequence[int]],
    parts: int,
    days: Sequence[date],
    materiality: Materiality,
    limits: Limits,
) -> Level:
    scopes = list(held)
    holds = np.zeros((len(scopes), parts), dtype=bool)
    for row, columns in enumerate(held.values()):
        holds[row, columns] = True
    detector = Detector(len(scopes), days, materiality, limits)
    baseline = Baseline(len(scopes), len(days))
    lasting = LastingChanges(detector)
    return Level(scopes, holds, detector, baseline, lasting)


def sum_materiality(limits: Limits) -> Materiality:
    return Materiality(
        up=limits.least_sum,
        up_share=limits.least_sum_share,
        down=limits.least_sum + limits.least_saving,
        down_share=limits.least_saving_share,
        steadiest=limits.least_cost / limits.far,
        steadiest_share=limits.steadiest_share / 2,
        lasting_share=limits.least_sum_share,
    )
