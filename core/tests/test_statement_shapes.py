"""A statement's shape is its text without what differs from one call to the next."""

import pytest

from core.testing.statement_shapes import TestFile, shape_of, superfluous


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SELECT a FROM t WHERE b = 'x'", "SELECT a FROM t WHERE b = 'it''s'"),
        ("SELECT a FROM t LIMIT 21", "SELECT a FROM t LIMIT 1"),
        ("SELECT a FROM t WHERE b IN (%s)", "SELECT a FROM t WHERE b IN (%s, %s, %s)"),
        ("INSERT INTO t VALUES (%s, %s)", "INSERT INTO t VALUES (%s, %s), (%s, %s)"),
        ('SAVEPOINT "s123_x4"', 'SAVEPOINT "s99_x5"'),
    ],
)
def test_values_and_their_number_are_no_part_of_it(one: str, other: str) -> None:
    assert shape_of(one) == shape_of(other)


def test_columns_and_operators_are() -> None:
    texts = ["SELECT a FROM t WHERE b < %s", "SELECT a FROM t WHERE b > %s"]
    assert len({shape_of(text) for text in [*texts, "SELECT b FROM t"]}) == 3


def test_a_file_is_superfluous_whose_statements_others_run_that_cost_less() -> None:
    dear = TestFile("dear", 9, frozenset("ab"))
    both = [TestFile("one", 1, frozenset("a")), TestFile("two", 1, frozenset("bc"))]
    assert superfluous([*both, dear]) == [dear]
    assert superfluous([both[0], dear]) == [both[0]]
