"""manage.py detect: an anomaly score for each row of any series in a CSV file."""

import csv
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from core.commands import bad_arguments

if TYPE_CHECKING:
    from insights.arrays import FloatArray
    from insights.csv_reader import CsvFile

COLUMNS = ("timestamp", "value", "anomaly_score")
# How exact a score is printed.
DIGITS = 9


class Command(BaseCommand):
    help = (
        "Prints each row of a CSV file with its anomaly score, from 0 to 1; 0.5 and "
        "more is an alarm. A row's score depends on no later row. An empty value is "
        "unknown and scores 0. Rows are taken in the order of the file, at any "
        "distance in time; where their timestamps are times in ascending order, a job "
        "that comes again at the same distance is learned from them, missing rows or "
        "not."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--csv", type=Path, required=True, metavar="FILE")
        for name in COLUMNS[:2]:
            parser.add_argument(
                f"--{name}",
                default=name,
                metavar="COLUMN",
                help=f"The column to read. Default: {name}.",
            )

    def handle(self, *args: Any, **options: Any) -> None:
        # Here, so that no other command waits for numpy and pandas.
        from insights.anomalies.engine.anomaly_records import DetectionError
        from insights.anomalies.engine.tail_score import scores
        from insights.csv_reader import InvalidFile, read_csv

        path, timestamp, value = (options[name] for name in ("csv", *COLUMNS[:2]))
        try:
            file = read_csv(path).with_header()
            require(path, file.names, timestamp, value)
            times = ascending_times(file, timestamp)
            found = scores(file.numbers(value).tolist(), times)
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}.") from None
        except (DetectionError, InvalidFile) as error:
            raise CommandError(f"{path}: {error}") from None
        writer = csv.writer(self.stdout, lineterminator="\n")
        writer.writerow(COLUMNS)
        rows = zip(file.cells[timestamp], file.cells[value], found, strict=True)
        for at, text, score in rows:
            writer.writerow([at, text, f"{score:.{DIGITS}f}"])


def ascending_times(file: "CsvFile", column: str) -> "FloatArray | None":
    """Return the seconds of each row; None where the column has no ascending times."""
    from insights.csv_reader import InvalidFile

    try:
        instants = file.instants(column)
    except InvalidFile:
        return None
    if not instants.is_monotonic_increasing or not instants.is_unique:
        return None
    seconds: FloatArray = (instants - instants.min()).dt.total_seconds().to_numpy()
    return seconds


def require(path: Path, columns: Sequence[str], *wanted: str) -> None:
    for name in wanted:
        if name not in columns:
            raise bad_arguments(
                f"{path} has no column {name!r} but {', '.join(columns) or 'none'}: "
                "name its columns with --timestamp and --value."
            )
