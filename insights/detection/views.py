"""The ways in which a row can be unlike those before it: one number a row each.

Each view looks back only: its number of a row depends on no later row. They are of
three kinds: how far from the level, how rough, and how unlike any earlier stretch.
Windows count rows, whatever their distance in time is.
"""

from collections import deque
from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from insights.detection.tails import Numbers

# A day of five-minute rows: the level that single rows and short means are held to.
LEVEL_ROWS = 288
# An hour and four hours of them.
MEAN_ROWS = (12, 48)
# A change of variance needs more rows to be seen than a change of level.
ROUGH_ROWS = 72
# How far back roughness is compared: a week of five-minute rows.
ROUGH_BACK = 2016
# A row, half an hour and two hours; each a multiple of the one before.
STRETCH_ROWS = (1, 6, 24)
# How far back a similar stretch is looked for: ten weeks of five-minute rows.
COMPARED_ROWS = 20_000
# Differences this small beside the values are rounding, not change.
ROUNDING = 1e-6


def views(values: Numbers) -> list[Numbers]:
    """All of them, for finite values in the order in which they came."""
    scale = np.maximum.accumulate(np.abs(values))
    shifted = values - values[:1]
    level = levels(shifted)
    found = [np.abs(shifted - level)]
    found += [mean_distance(shifted, level, rows) for rows in MEAN_ROWS]
    found += stretch_distances(shifted)
    found = [np.where(view < ROUNDING * scale, 0.0, view) for view in found]
    return [*found, roughness(shifted, scale)]


def levels(values: Numbers) -> Numbers:
    """The median of the rows before each."""
    return np.array(
        [
            np.median(values[max(0, at - LEVEL_ROWS) : at]) if at else values[0]
            for at in range(len(values))
        ]
    )


def mean_distance(values: Numbers, level: Numbers, rows: int) -> Numbers:
    """How far the mean of the latest rows is from the level before them."""
    distance = np.full(len(values), np.nan)
    if len(values) > rows:
        distance[rows:] = np.abs(trailing_mean(values, rows)[rows:] - level[:-rows])
    return distance


def trailing_mean(values: Numbers, rows: int) -> Numbers:
    """The mean of each row and those before it, `rows` in all; fewer at first."""
    total = np.cumsum(values)
    total[rows:] = total[rows:] - total[:-rows]
    return total / np.minimum(np.arange(len(values)) + 1, rows)


def roughness(values: Numbers, scale: Numbers) -> Numbers:
    """By which factor, as a logarithm, steps grew or shrank: variance, or a flat line.

    Steps are held to a twentieth of the ordinary one at least, so that a line that
    was flat all along does not multiply by the first grain of noise.
    """
    steps = trailing_mean(np.abs(np.diff(values, prepend=values[:1])), ROUGH_ROWS)
    changed = np.full(len(values), np.nan)
    for at in range(2 * ROUGH_ROWS, len(values)):
        before = steps[max(ROUGH_ROWS, at - ROUGH_BACK) : at - ROUGH_ROWS + 1]
        usual = float(np.median(before))
        least = 0.05 * usual + ROUNDING * scale[at]
        if least > 0:
            changed[at] = abs(np.log((steps[at] + least) / (usual + least)))
    return changed


def stretch_distances(values: Numbers) -> list[Numbers]:
    """How far the latest rows are from the most similar earlier stretch of as many.

    This is the left matrix profile of Yeh et al. (2016), "Matrix Profile I", without
    normalizing, because in load and cost a change of level is news. NaN while no
    earlier stretch is long enough.
    """
    found = [np.full(len(values), np.nan) for _ in STRETCH_ROWS]
    for at, sums in enumerate(squared_differences(values)):
        for view, rows, summed in zip(found, STRETCH_ROWS, sums, strict=True):
            earlier = summed[:-rows]
            if len(earlier):
                view[at] = np.sqrt(float(earlier.min()) / rows)
    return found


def squared_differences(values: Numbers) -> Iterator[list[Numbers]]:
    """Per row, for each length: the squared distance to the stretch ending at each.

    A longer one is made of shorter ones that follow each other; nothing is ever
    subtracted again, so that no outlier leaves its rounding behind. All end together.
    """
    lengths = (1, *STRETCH_ROWS)
    kept = [deque[Numbers](maxlen=rows) for rows in STRETCH_ROWS]
    for at in range(len(values)):
        summed = (values[max(0, at + 1 - COMPARED_ROWS) : at + 1] - values[at]) ** 2
        sums = []
        for latest, (shorter, rows) in zip(kept, pairwise(lengths), strict=True):
            latest.append(summed)
            summed = follow(list(latest)[::-1][::shorter][: rows // shorter])
            sums.append(summed)
        yield sums


def follow(pieces: list[Numbers]) -> Numbers:
    """Their sum, from the end of each as far back as all of them reach."""
    reach = min(len(piece) for piece in pieces)
    total: Numbers = np.sum([piece[len(piece) - reach :] for piece in pieces], axis=0)
    return total
