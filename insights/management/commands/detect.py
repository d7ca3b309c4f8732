"""manage.py detect: an anomaly score for each row of any series in a CSV file."""

import csv
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from insights.detection.records import DetectionError
from syncs.commands import bad_arguments

COLUMNS = ("timestamp", "value", "anomaly_score")
# How exact a score is printed.
DIGITS = 9


class Command(BaseCommand):
    help = (
        "Prints each row of a CSV file with its anomaly score, from 0 to 1; 0.5 and "
        "more is an alarm. A row's score depends on no later row. An empty value is "
        "unknown and scores 0. Rows are taken in the order of the file, at any "
        "distance in time."
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
        # Here, so that no other command waits for numpy.
        from insights.detection.stream import scores

        try:
            rows = list(
                read_rows(options["csv"], options["timestamp"], options["value"])
            )
            found = scores([value for _, _, value in rows])
        except OSError as error:
            raise CommandError(f"{options['csv']}: {error.strerror}.") from None
        except (DetectionError, UnicodeDecodeError, csv.Error) as error:
            raise CommandError(f"{options['csv']}: {error}") from None
        writer = csv.writer(self.stdout, lineterminator="\n")
        writer.writerow(COLUMNS)
        for (timestamp, text, _), score in zip(rows, found.tolist(), strict=True):
            writer.writerow([timestamp, text, f"{score:.{DIGITS}f}"])


def read_rows(
    path: Path, timestamp: str, value: str
) -> Iterator[tuple[str, str, float | None]]:
    """Per row its timestamp, and its value as text and as number (None: unknown)."""
    with path.open(newline="", encoding="utf-8-sig") as lines:
        rows = csv.DictReader(lines)
        require(path, rows.fieldnames or [], timestamp, value)
        for number, row in enumerate(rows, start=1):
            text = (row[value] or "").strip()
            yield row[timestamp] or "", text, number_of(number, text)


def require(path: Path, columns: Sequence[str], *wanted: str) -> None:
    for name in wanted:
        if name not in columns:
            raise bad_arguments(
                f"{path} has no column {name!r} but {', '.join(columns) or 'none'}: "
                "name its columns with --timestamp and --value."
            )


def number_of(row: int, text: str) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        raise DetectionError(
            f"Row {row}: {text!r} is no number. Correct it, or leave it empty."
        ) from None
