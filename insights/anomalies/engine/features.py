"""The ways in which a row can differ from those before it: one number a row each.

Each feature looks back only: its number of a row depends on no later row. They are of
three kinds: how far from the level, how rough, and how unlike any earlier stretch.
Windows count rows, whatever their distance in time is.
"""

from collections import deque
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pandas as pd

from insights.arrays import FloatArray

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
# Of the features, those that look at one row alone: its distance from the level, and
# from any earlier row.
OF_ONE_ROW = (0, 1 + len(MEAN_ROWS))
# Differences this small beside the values are rounding, not change.
ROUNDING = 1e-6


def features(values: FloatArray) -> list[FloatArray]:
    """Return all of them, for finite values in the order in which they came."""
    scale = np.maximum.accumulate(np.abs(values))
    shifted = values - values[:1]
    before = level_before(shifted)
    found = [np.abs(shifted - before)]
    found += [mean_distance(shifted, before, rows) for rows in MEAN_ROWS]
    found += stretch_distances(shifted)
    found = [np.where(one < ROUNDING * scale, 0.0, one) for one in found]
    return [*found, roughness(shifted, scale)]


def distances(values: FloatArray) -> FloatArray:
    """Return how far each row is from the level before it, to which side."""
    return values - level_before(values)


def level_before(values: FloatArray) -> FloatArray:
    level = rolling_median(values, LEVEL_ROWS)
    return np.concatenate([values[:1], level[:-1]])


def rolling_median(values: FloatArray, rows: int) -> FloatArray:
    """Return the median of each row and those before it, `rows` in all."""
    return pd.Series(values).rolling(rows, min_periods=1).median().to_numpy()


def mean_distance(values: FloatArray, level: FloatArray, rows: int) -> FloatArray:
    """Return how far the mean of the latest rows is from the level before them."""
    distance = np.full(len(values), np.nan)
    if len(values) > rows:
        distance[rows:] = np.abs(trailing_mean(values, rows)[rows:] - level[:-rows])
    return distance


def trailing_mean(values: FloatArray, rows: int) -> FloatArray:
    """Return the mean of each row and those before it, `rows` in all."""
    total = np.cumsum(values)
    total[rows:] = total[rows:] - total[:-rows]
    return total / np.minimum(np.arange(len(values)) + 1, rows)


def roughness(values: FloatArray, scale: FloatArray) -> FloatArray:
    """Return by which factor, as a logarithm, steps grew or shrank.

    Steps are held to a twentieth of the usual one at least, so that a line that was
    flat all along does not multiply by the first grain of noise.
    """
    changed = np.full(len(values), np.nan)
    if len(values) <= 2 * ROUGH_ROWS:
        return changed
    steps = trailing_mean(np.abs(np.diff(values, prepend=values[:1])), ROUGH_ROWS)
    usual = rolling_median(steps[ROUGH_ROWS:], ROUGH_BACK - ROUGH_ROWS + 1)
    usual, now = usual[:-ROUGH_ROWS], steps[2 * ROUGH_ROWS :]
    least = 0.05 * usual + ROUNDING * scale[2 * ROUGH_ROWS :]
    # Of a flat line of zeros nothing can be said.
    above = np.where(least > 0, now + least, np.nan)
    changed[2 * ROUGH_ROWS :] = np.abs(np.log(above / (usual + least)))
    return changed


def stretch_distances(values: FloatArray) -> list[FloatArray]:
    """Return how far the latest rows are from the most similar earlier stretch.

    This is the left matrix profile of Yeh et al. (2016), "Matrix Profile I", without
    normalizing, because in load and cost a change of level is news. NaN while no
    earlier stretch is long enough.
    """
    found = [np.full(len(values), np.nan) for _ in STRETCH_ROWS]
    for at, sums in enumerate(squared_differences(values)):
        for feature, rows, summed in zip(found, STRETCH_ROWS, sums, strict=True):
            earlier = summed[:-rows]
            if len(earlier):
                feature[at] = np.sqrt(float(earlier.min()) / rows)
    return found


def squared_differences(values: FloatArray) -> Iterator[list[FloatArray]]:
    """Yield per row, for each length, the squared distance to each earlier stretch.

    A longer one is made of shorter ones that follow each other; nothing is ever
    subtracted again, so that no outlier leaves its rounding behind. All end together.
    """
    lengths = (1, *STRETCH_ROWS)
    recent = [deque[FloatArray](maxlen=rows) for rows in STRETCH_ROWS]
    for at in range(len(values)):
        summed = (values[max(0, at + 1 - COMPARED_ROWS) : at + 1] - values[at]) ** 2
        sums = []
        for latest, (shorter, rows) in zip(recent, pairwise(lengths), strict=True):
            latest.append(summed)
            summed = add_aligned(list(latest)[::-1][::shorter][: rows // shorter])
            sums.append(summed)
        yield sums


def add_aligned(pieces: list[FloatArray]) -> FloatArray:
    """Return their sum, from the end of each as far back as all of them reach."""
    reach = min(len(piece) for piece in pieces)
    total: FloatArray = np.sum(
        [piece[len(piece) - reach :] for piece in pieces], axis=0
    )
    return total
