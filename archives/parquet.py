"""A month as a Parquet file: written batch by batch, and read back the same way."""

import hashlib
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from archives.schemas import Row

ROWS_PER_BATCH = 20_000


def write(rows: Iterable[Row], schema: pa.Schema, file: BinaryIO) -> None:
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for batch in batches(rows):
            columns = [
                pa.array(values, kind)
                for values, kind in zip(
                    zip(*batch, strict=True), schema.types, strict=True
                )
            ]
            writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=schema))


def read(file: BinaryIO) -> Iterator[list[Row]]:
    """Its rows, in the order in which they were written, a batch at a time."""
    for batch in pq.ParquetFile(file).iter_batches(ROWS_PER_BATCH):
        columns = [column.to_pylist() for column in batch.columns]
        yield list(zip(*columns, strict=True))


def batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    remaining = iter(rows)
    while batch := list(islice(remaining, ROWS_PER_BATCH)):
        yield batch


def sha256(file: BinaryIO) -> str:
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
