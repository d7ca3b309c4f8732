"""Files hold what was written to the last digit, whoever wrote them."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archives import parquet
from archives.archived import MONEY

WRITTEN_BY_PYARROW = Path(__file__).parent / "data" / "cost-2024-03.parquet"
TYPES = {
    "text": "VARCHAR",
    "day": "DATE",
    "amount": MONEY,
    "float": "DOUBLE",
    "count": "BIGINT",
    "is": "BOOLEAN",
}
LARGEST = Decimal(10) ** 10
AMOUNTS = st.decimals(-LARGEST + 1, LARGEST - 1, places=10, allow_nan=False)
ROWS = st.tuples(
    st.text(st.characters(codec="utf-8", exclude_characters="\0")),
    st.dates(),
    AMOUNTS,
    st.none() | st.floats(allow_nan=False),
    st.none() | st.integers(-(2**63), 2**63 - 1),
    st.booleans(),
)


def read_back(rows: list[parquet.Row], types: dict[str, str]) -> list[parquet.Row]:
    with TemporaryFile() as file:
        parquet.write(rows, types, file)
        assert file.tell() > 0
        return [row for batch in parquet.read(file) for row in batch]


@settings(max_examples=25, deadline=None)
@given(st.lists(ROWS, max_size=5))
def test_rows_come_back_as_they_were(rows: list[parquet.Row]) -> None:
    assert read_back(rows, TYPES) == rows


def test_more_than_a_batch_comes_back_in_its_order() -> None:
    rows: list[parquet.Row] = [(number,) for number in range(45_000, 0, -1)]
    assert read_back(rows, {"count": "BIGINT"}) == rows


def test_a_file_that_pyarrow_wrote_is_read() -> None:
    with WRITTEN_BY_PYARROW.open("rb") as file:
        rows = [row for batch in parquet.read(file) for row in batch]
    amounts = [row[9:11] for row in rows]
    assert amounts == [
        (Decimal("1.2345678901"), Decimal("1.0000000001")),
        (Decimal("-0.5"), Decimal("-0.5")),
        (Decimal("9999999999.9999999999"), Decimal(0)),
    ]
    owner, day = ("aws", "000000000001"), date(2024, 3, 30)
    assert rows[1][:5] == (*owner, day, "", 'Übertragung, "S3"')
    assert [row[11] for row in rows] == [False, True, False]


def test_what_duckdb_cannot_write_or_read_is_an_error_of_the_disk(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with TemporaryFile() as file:
        with pytest.raises(OSError, match="too small to be a Parquet|No magic bytes"):
            list(parquet.read(file))
        monkeypatch.setattr(parquet, "_path", lambda file: "/dev/full")
        with pytest.raises(OSError, match="No space left on device"):
            parquet.write([(1,)], {"count": "BIGINT"}, file)
