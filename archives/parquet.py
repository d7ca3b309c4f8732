"""A month as a Parquet file: written batch by batch, and read back the same way."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from itertools import islice
from typing import Any, BinaryIO

import duckdb

from core.columnar import engine

Row = tuple[Any, ...]
ROWS_PER_BATCH = 20_000


def write(rows: Iterable[Row], types: Mapping[str, str], file: BinaryIO) -> None:
    """Write them in this order; `types` are DuckDB's, of each column by its name.

    Raises OSError.
    """
    columns = ", ".join(f'"{name}" {kind}' for name, kind in types.items())
    values = ", ".join(f"unnest(?::{kind}[])" for kind in types.values())
    with _engine() as connection:
        connection.execute(f"CREATE TEMP TABLE month ({columns})")
        for batch in batches(rows):
            of_columns = [_exact(each) for each in zip(*batch, strict=True)]
            connection.execute(f"INSERT INTO month SELECT {values}", of_columns)
        connection.execute(
            f"COPY (FROM month ORDER BY rowid) TO '{_path(file)}' "
            "(FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)"
        )
    file.seek(0, 2)


def read(file: BinaryIO) -> Iterator[list[Row]]:
    """Its rows, in the order in which they were written, a batch at a time.

    Raises OSError.
    """
    with _engine() as connection:
        found = connection.execute(f"FROM read_parquet('{_path(file)}')")
        while batch := found.fetchmany(ROWS_PER_BATCH):
            yield batch


@contextmanager
def _engine() -> Iterator[duckdb.DuckDBPyConnection]:
    """Raise OSError for what DuckDB can't write or read, such as on a full disk."""
    try:
        with engine() as connection:
            yield connection
    except duckdb.Error as error:
        raise OSError(str(error).strip().partition("\n")[0]) from error


def _exact(values: tuple[Any, ...]) -> list[Any]:
    """Amounts as text, which is cast to the column's type and never to a double."""
    return [str(one) if isinstance(one, Decimal) else one for one in values]


def _path(file: BinaryIO) -> str:
    """The open file, which may have no name."""
    return f"/dev/fd/{file.fileno()}"


def batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    remaining = iter(rows)
    while batch := list(islice(remaining, ROWS_PER_BATCH)):
        yield batch
