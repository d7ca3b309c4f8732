"""manage.py detect prints a score for each row of a CSV file, or what is wrong."""

import csv
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command


def detect(path: Path, *words: str) -> list[dict[str, str]]:
    printed = StringIO()
    call_command("detect", "--csv", str(path), *words, stdout=printed)
    return list(csv.DictReader(StringIO(printed.getvalue())))


def written(folder: Path, text: str) -> Path:
    path = folder / "series.csv"
    path.write_text(text)
    return path


def test_it_prints_each_row_with_its_score(tmp_path: Path) -> None:
    values = [str(10 + at % 3) for at in range(300)]
    values[200] = "400"
    lines = [f"2026-01-01 00:{at},{value}" for at, value in enumerate(values)]
    rows = detect(written(tmp_path, "\n".join(["timestamp,value", *lines])))
    assert list(rows[0]) == ["timestamp", "value", "anomaly_score"]
    assert [row["value"] for row in rows] == values
    assert [float(row["anomaly_score"]) >= 0.5 for row in rows].index(True) == 200


def test_columns_can_be_named_and_empty_values_are_unknown(tmp_path: Path) -> None:
    path = written(tmp_path, "when,cpu\n1,\n2,nan\n3,5\n")
    rows = detect(path, "--timestamp", "when", "--value", "cpu")
    assert [row["timestamp"] for row in rows] == ["1", "2", "3"]
    assert {float(row["anomaly_score"]) for row in rows} == {0.0}


def test_a_job_at_the_same_time_is_learned_from_timestamps(tmp_path: Path) -> None:
    lines, at = ["timestamp,value"], datetime(2026, 1, 1)
    for row in range(400):
        # Rows of the night are missing, more of them each day.
        if at.hour * 3 < row // 24 and at.hour != 12:
            at = at.replace(hour=row // 72 + 1)
        lines.append(f"{at:%Y-%m-%d %H:%M},{90 if at.hour == 12 else 10 + row % 2}")
        at += timedelta(hours=1)
    rows = detect(written(tmp_path, "\n".join(lines)))
    noon = [float(row["anomaly_score"]) for row in rows if row["value"] == "90"]
    assert max(noon[4:]) < 0.5


def test_rows_without_times_or_in_no_order_are_scored_all_the_same(
    tmp_path: Path,
) -> None:
    for stamp in ("row {}", "2026-01-01"):
        text = "\n".join(f"{stamp.format(at)},{at % 3}" for at in range(60))
        assert len(detect(written(tmp_path, f"timestamp,value\n{text}"))) == 60
    assert detect(written(tmp_path, "timestamp,value\n")) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("when,value\n1,2\n", "no column 'timestamp' but when, value"),
        ("", "no column 'timestamp' but none"),
        ("timestamp,value\n1,2\n2,inf\n", "Row 2: the value is infinite"),
        (
            "timestamp,value\n1,a lot\n",
            "Line 2, column 'value': 'a lot' is not a number",
        ),
    ],
)
def test_what_it_cannot_read_is_said(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(CommandError, match=said):
        detect(written(tmp_path, text))


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="none.csv: No such file"):
        detect(tmp_path / "none.csv")
