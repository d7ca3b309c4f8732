"""Parts of an answer put together, for tests that look at the whole."""

from collections.abc import Iterable

from providers.records import CostReading


def whole(parts: Iterable[CostReading]) -> CostReading:
    parts = list(parts)
    return CostReading(
        [total for part in parts for total in part.totals],
        [row for part in parts for row in part.rows],
        [row for part in parts for row in part.tags],
    )
