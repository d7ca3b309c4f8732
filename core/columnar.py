"""DuckDB, which reads and writes Parquet: within bounds, and alone with its files."""

from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory

import duckdb


@contextmanager
def engine(
    *, threads: int = 1, memory: str = "256MB"
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that holds no more memory, and puts what is more beside it on disk.

    It never downloads an extension, and takes moments for UTC.
    """
    with TemporaryDirectory(prefix="duckdb-") as spill:
        bounds: dict[str, str | bool | int | float | list[str]] = {
            "threads": threads,
            "memory_limit": memory,
            "temp_directory": spill,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        with duckdb.connect(config=bounds) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            yield connection
