"""A month as a Parquet file: written batch by batch, and read back the same way."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from archives.schemas import Row

ROWS_PER_BATCH = 20_000


def write(rows: Iterable[Row], schema: pa.Schema, path: Path) -> int:
    """Writes the rows and answers how many there were."""
    count = 0
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for batch in batches(rows):
            columns = [
                pa.array(values, kind)
                for values, kind in zip(
                    zip(*batch, strict=True), schema.types, strict=True
                )
            ]
            writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=schema))
            count += len(batch)
    return count


def read(path: Path) -> Iterator[list[Row]]:
    """Its rows, in the order in which they were written, a batch at a time."""
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(ROWS_PER_BATCH):
            columns = [column.to_pylist() for column in batch.columns]
            yield list(zip(*columns, strict=True))


def names(path: Path) -> Sequence[str]:
    """The names of its columns."""
    return [str(name) for name in pq.read_schema(path).names]


def batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    remaining = iter(rows)
    while batch := list(islice(remaining, ROWS_PER_BATCH)):
        yield batch


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
