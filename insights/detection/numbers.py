"""Series as a matrix, checked."""

from collections.abc import Sequence
from decimal import Decimal

import numpy as np

from insights.detection.records import DetectionError
from insights.detection.tails import Numbers

Values = Sequence[float | Decimal | None]
# Beyond it no amount is meant, and squares would overflow.
LARGEST = 1e100


def matrix(series: Sequence[tuple[str, Values]]) -> Numbers:
    """A row for each (key, values), all equally long; None becomes NaN.

    Raises DetectionError that names the series for what is infinite or beyond LARGEST,
    no number, or longer than the others.
    """
    rows = [row(key, values) for key, values in series]
    for (key, _), numbers in zip(series, rows, strict=True):
        if len(numbers) != len(rows[0]):
            raise DetectionError(
                f"{key}: {len(numbers)} days, but {series[0][0]} has {len(rows[0])}. "
                "Give all of them the same days, None where nothing is known."
            )
    return np.array(rows) if rows else np.zeros((0, 0))


def row(key: str, values: Values) -> Numbers:
    try:
        numbers = np.array(values, dtype=float)
    except (TypeError, ValueError):
        raise DetectionError(
            f"{key}: a value is no number. Give None for unknown."
        ) from None
    endless = np.flatnonzero(np.abs(numbers) > LARGEST)
    if len(endless):
        raise DetectionError(
            f"{key}: the value of day {endless[0] + 1} is {size(numbers[endless[0]])}, "
            "which no amount is. Correct it, or give None for unknown."
        )
    return numbers


def size(value: float) -> str:
    """What is wrong with a value beyond LARGEST."""
    return "infinite" if np.isinf(value) else f"{value:.0e}"
