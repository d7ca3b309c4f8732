"""The parts of a bill, and the larger parts that they add up to."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain

import numpy as np

from insights.detection.baseline import Baseline
from insights.detection.daily import lines_of
from insights.detection.limits import Limits
from insights.detection.records import Measure, Scope
from insights.detection.watch import Flags, Lines, Watch

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
    """Some scopes (rows), the parts that each of them holds (columns), their watch."""

    scopes: Sequence[Scope]
    holds: Flags
    watch: Watch
    memory: Baseline


def finest(parts: Sequence[Scope], days: Sequence[date], limits: Limits) -> Level:
    """The parts themselves."""
    each = np.eye(len(parts), dtype=bool)
    lines = lines_of(Measure.COST, limits)
    watch = Watch(len(parts), days, lines, limits)
    return Level(parts, each, watch, Baseline(len(parts), len(days)))


def sums(
    parts: Sequence[Scope], days: Sequence[date], limits: Limits
) -> Iterator[Level]:
    """The levels above them: sums of two parts at least, each of them once."""
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
    watch = Watch(len(scopes), days, sum_lines(limits), later)
    return Level(scopes, holds, watch, Baseline(len(scopes), len(days)))


def sum_lines(limits: Limits) -> Lines:
    """From where on what is left of a sum matters."""
    return Lines(
        up=limits.least_sum,
        up_share=limits.least_sum_share,
        down=limits.least_sum + limits.least_saving,
        down_share=limits.least_saving_share,
        steadiest=limits.least_cost / limits.far,
        steadiest_share=limits.steadiest_share / 2,
    )
