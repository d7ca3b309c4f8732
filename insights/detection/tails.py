"""How surprising a number is beside those before it."""

from bisect import bisect_left, insort
from collections import deque

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

# Fewer numbers than this have no tail worth speaking of.
WARM_UP = 50
# The tail is the largest 2 %, where Siffer et al. (2017), "Anomaly detection in
# streams with extreme value theory", begin theirs too; at least ten numbers.
TAIL_SHARE, TAIL_LEAST = 0.02, 10
# A tail is not believed to end sooner than this index says: a few equal numbers would
# make anything a little larger impossible.
THINNEST = 0.1
# The earliest numbers are of rows that had little to be compared with.
FORGOTTEN_SHARE = 0.1
# What came about as large before is no news, however rare its size is in theory.
SEEN = 0.8
# Beyond this nothing is told apart.
MOST = 30.0


class Tail:
    """The numbers so far, in order of size, without the earliest."""

    def __init__(self) -> None:
        self.numbers: list[float] = []
        self.in_turn: deque[float] = deque()
        self.added = 0

    def surprise(self, number: float) -> float:
        """-log10 of the chance of a number this large, 0 while too few are known.

        The chance is the Pareto tail's by Hill (1975) and Weissman (1978), and never
        less than the share of earlier numbers that were about as large.
        """
        known = len(self.numbers)
        if known < WARM_UP:
            return 0.0
        size = max(TAIL_LEAST, int(known * TAIL_SHARE))
        edge = self.numbers[known - size]
        if number <= edge:
            return 0.0
        chance = 1 / known
        if edge > 0:
            top = np.array(self.numbers[known - size :])
            index = max(float(np.log(top / edge).mean()), THINNEST)
            chance = size / known * (number / edge) ** (-1 / index)
        as_large = known - bisect_left(self.numbers, number * SEEN)
        chance = max(chance, as_large / known, 10**-MOST)
        return float(-np.log10(chance))

    def add(self, number: float) -> None:
        insort(self.numbers, number)
        self.in_turn.append(number)
        self.added += 1
        if len(self.in_turn) > self.added * (1 - FORGOTTEN_SHARE):
            del self.numbers[bisect_left(self.numbers, self.in_turn.popleft())]


def surprises(numbers: Numbers) -> Numbers:
    """The surprise of each beside those before it; NaN is passed over."""
    tail = Tail()
    found = np.zeros(len(numbers))
    for at, number in enumerate(numbers.tolist()):
        if number == number:
            found[at] = tail.surprise(number)
            tail.add(number)
    return found
