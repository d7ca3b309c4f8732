"""Of the same files a question about lines is answered once, with the same values."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from costs.lines.answer_cache import MOST_ROWS, cached
from costs.lines.engine import Row

ROWS: list[Row] = [
    (Decimal("0.000000000000000003"), "a", 7, None, {"team": "shop"}),
    (date(2026, 10, 1), datetime(2026, 10, 1, 5), True, 0.5, ""),
]


@pytest.mark.parametrize("more", [{}, {"files": ["a 2"]}, {"sql": "SELECT 2"}])
def test_the_same_question_of_the_same_files_is_answered_once(
    more: dict[str, object],
) -> None:
    asked = []

    def answer() -> list[Row]:
        asked.append(1)
        return ROWS

    first = {"files": ["a 1"], "sql": "SELECT 1", "answer": answer}
    assert cached(**first) == ROWS  # type: ignore[arg-type]
    assert cached(**first) == ROWS  # type: ignore[arg-type]
    assert len(asked) == 1
    assert cached(**first | more) == ROWS  # type: ignore[arg-type]
    assert len(asked) == (2 if more else 1)


def test_a_long_answer_is_not_cached() -> None:
    asked = []

    def answer() -> list[Row]:
        asked.append(1)
        return [(1,)] * (MOST_ROWS + 1)

    for _ in range(2):
        cached(["a"], "SELECT", answer)
    assert len(asked) == 2
