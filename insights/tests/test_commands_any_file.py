"""Whatever a file holds, each command that reads one answers, or says what is wrong."""

from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import example, given, settings
from hypothesis import strategies as some

FIRST = date(2026, 1, 1)
NUMBERS = ["0", "5", "-3", "0.001", "1e9", "1e300", "101"]
GAPS = ["", "nan", "inf", "-Infinity", "many", "1,5", "$3"]
CELLS = some.sampled_from([*NUMBERS, *GAPS])
# Few cells, each said many times: series with constant stretches, spikes and gaps.
COLUMNS = some.lists(some.tuples(CELLS, some.integers(1, 60)), max_size=5)
HEADS = some.sampled_from(["timestamp,value", "day,cpu", "timestamp,cpu %,value", ""])
ANYTHING = some.text(alphabet='0123456789-:,;"\n\t ax\x00é', max_size=60)
QUICKLY = settings(max_examples=60, deadline=None, derandomize=True)


def file_of(head: str, column: list[tuple[str, int]], skipped: int) -> str:
    """A row a day, but for a day in `skipped`, with that cell in each column."""
    cells = [cell for cell, times in column for _ in range(times)]
    columns = max(1, head.count(","))
    rows = [
        ",".join([str(FIRST + timedelta(days=at)), *[f'"{cell}"'] * columns])
        for at, cell in enumerate(cells)
        if at % skipped != 1
    ]
    return "\n".join([head, *rows] if head else rows)


FILES = some.builds(file_of, HEADS, COLUMNS, some.integers(2, 9)) | ANYTHING


@pytest.mark.parametrize("command", ["backtest", "detect", "advise"])
def test_it_answers_or_says_in_a_sentence_what_is_wrong(
    command: str, tmp_path: Path
) -> None:
    path, ends = tmp_path / "any.csv", set()

    @QUICKLY
    @example(file_of("timestamp,cpu", [("0", 60)], 9))
    @given(FILES)
    def holds(text: str) -> None:
        path.write_text(text, encoding="utf-8")
        printed = StringIO()
        try:
            call_command(command, "--csv", str(path), stdout=printed)
        except CommandError as error:
            assert str(error).startswith(str(path))
            assert "Traceback" not in str(error)
            ends.add("refused")
        else:
            assert printed.getvalue()
            ends.add("answered")

    holds()
    assert ends == {"refused", "answered"}
