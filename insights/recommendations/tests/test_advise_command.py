"""manage.py advise --csv judges traces of anybody's making."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

START = datetime(2026, 3, 2, tzinfo=UTC)
STEP = timedelta(minutes=5)
A_DAY = 288
BITBRAINS = (
    "Timestamp [ms];\tCPU cores;\tCPU capacity provisioned [MHZ];\tCPU usage [MHZ];\t"
    "CPU usage [%];\tMemory capacity provisioned [KB];\tMemory usage [KB];\t"
    "Disk read throughput [KB/s];\tDisk write throughput [KB/s];\t"
    "Network received throughput [KB/s];\tNetwork transmitted throughput [KB/s]"
)


def moments(days: int) -> list[datetime]:
    return [START + STEP * number for number in range(days * A_DAY)]


def judged(path: Path, *options: str) -> dict[str, Any]:
    out = StringIO()
    call_command("advise", "--csv", str(path), "--json", *options, stdout=out)
    answer: dict[str, Any] = json.loads(out.getvalue())
    return answer


def verdicts(path: Path, *options: str) -> dict[str, str]:
    rules = judged(path, *options)["rules"]
    return {rule: each["verdict"] for rule, each in rules.items()}


def write(path: Path, lines: list[str]) -> Path:
    path.write_text("\n".join(lines) + "\n")
    return path


def plain(path: Path, figures: list[float]) -> Path:
    stamped = zip(moments(len(figures) // A_DAY), figures, strict=True)
    return write(path, ["timestamp,cpu", *(f"{at:%F %T},{cpu}" for at, cpu in stamped)])


def test_a_quiet_trace_is_idle_and_a_busy_one_is_not(tmp_path: Path) -> None:
    quiet = plain(tmp_path / "quiet.csv", [0.4] * (20 * A_DAY))
    busy = plain(tmp_path / "busy.csv", [70.0, 90.0] * (10 * A_DAY))
    assert verdicts(quiet)["idle"] == "yes"
    assert verdicts(busy) == {"idle": "no", "oversized": "no", "schedule": "no"}


def test_a_low_mean_with_a_high_peak_is_neither_idle_nor_oversized(
    tmp_path: Path,
) -> None:
    figures = [3.9] * (20 * A_DAY)
    figures[1234] = 85.0
    spiky = plain(tmp_path / "spiky.csv", figures)
    assert verdicts(spiky, "--vcpus", "8")["idle"] == "no"
    assert verdicts(spiky, "--vcpus", "8")["oversized"] == "no"


def test_a_low_trace_is_oversized_unless_it_has_one_vcpu(tmp_path: Path) -> None:
    low = plain(tmp_path / "low.csv", [8.0, 20.0] * (10 * A_DAY))
    found = judged(low, "--vcpus", "8")["rules"]["oversized"]
    assert found["verdict"] == "yes"
    assert "2 of its 8 vCPUs would do" in found["why"]
    assert found["evidence"]["needed_percent"] == 24.0
    assert verdicts(low, "--vcpus", "1")["oversized"] == "no"
    assert verdicts(low)["oversized"] == "yes"


def test_a_machine_that_is_off_at_the_end_has_the_vcpus_it_had(tmp_path: Path) -> None:
    rows = [f"{at.isoformat()},1,8" for at in moments(20)]
    rows[-1] = rows[-1].replace(",1,8", ",0,0")
    trace = write(tmp_path / "vm.csv", ["time,CPU cores,CPU usage [%]", *rows])
    assert verdicts(trace)["oversized"] == "no"


def test_office_hours_are_seen_where_samples_are(tmp_path: Path) -> None:
    figures = [
        45.0 if at.weekday() < 5 and 7 <= at.hour < 18 else 0.5 for at in moments(28)
    ]
    found = judged(plain(tmp_path / "office.csv", figures))["rules"]["schedule"]
    assert found["verdict"] == "yes"
    assert found["evidence"]["hours_off_a_week"] == 48 + 5 * 11
    assert found["evidence"]["off_from_hour_utc"] == 19


def test_a_short_trace_is_not_enough(tmp_path: Path) -> None:
    short = plain(tmp_path / "short.csv", [0.4] * (10 * A_DAY))
    assert set(verdicts(short).values()) == {"not enough data"}


@pytest.mark.parametrize("per_second", [1, 1000, 1_000_000])
def test_it_takes_seconds_for_milliseconds_whatever_the_header_says(
    tmp_path: Path, per_second: int
) -> None:
    rows = [
        f"{int(at.timestamp() * per_second)};\t4;\t10400;\t41.6;\t0.4;\t2097152.0;\t"
        "524288.0;\t0.0;\t1.4;\t0.05;\t0.01"
        for at in moments(20)
    ]
    found = judged(write(tmp_path / "vm.csv", [BITBRAINS, *rows]))
    evidence = found["rules"]["idle"]["evidence"]
    assert (evidence["first_day"], evidence["days"]) == ("2026-03-02", 20)
    assert evidence["most_network_mb_a_day"] == 5.31  # 0.06 KiB a second
    small = found["rules"]["oversized"]["evidence"]
    assert small["memory_maximum_percent"] == 25.0


def test_it_reads_decimal_commas_and_german_dates(tmp_path: Path) -> None:
    rows = [f"{at:%d.%m.%Y %H:%M:%S};0,4" for at in moments(20)]
    trace = write(tmp_path / "vm.csv", ["Timestamp;CPU usage [%]", *rows])
    assert judged(trace)["rules"]["idle"]["evidence"]["average_percent"] == 0.4


def test_tabs_no_header_gaps_and_no_order(tmp_path: Path) -> None:
    rows = [f"{at.timestamp()}\t{0.4}" for at in reversed(moments(20))]
    rows[5] = rows[5].replace("0.4", "NaN")
    rows[6] = rows[6].replace("0.4", "")
    found = judged(write(tmp_path / "vm.csv", rows))
    assert "5758 samples about 300 s apart in 20 days, 2 gaps" in found["about"]
    assert found["rules"]["idle"]["verdict"] == "yes"


def test_a_maximum_of_its_own_column_counts(tmp_path: Path) -> None:
    rows = [f"{at.isoformat()},0.4,60" for at in moments(20)]
    trace = write(tmp_path / "vm.csv", ["time,avg cpu,max cpu", *rows])
    assert verdicts(trace)["idle"] == "no"


def test_a_column_can_be_named(tmp_path: Path) -> None:
    rows = [f"{at.isoformat()},90,0.4" for at in moments(20)]
    trace = write(tmp_path / "vm.csv", ["when,disk,load", *rows])
    assert verdicts(trace, "--time", "when", "--cpu", "load")["idle"] == "yes"


def test_more_than_a_full_machine_is_a_full_one_and_reported(tmp_path: Path) -> None:
    figures = [50.0] * (20 * A_DAY)
    figures[7] = 117.0
    found = judged(plain(tmp_path / "vm.csv", figures))
    assert "1 samples above 100% taken as 100%" in found["about"]


def test_only_the_last_days_are_looked_at_where_asked(tmp_path: Path) -> None:
    figures = [90.0] * A_DAY + [0.4] * (20 * A_DAY)
    trace = plain(tmp_path / "vm.csv", figures)
    assert verdicts(trace)["idle"] == "no"
    assert verdicts(trace, "--days", "20")["idle"] == "yes"


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([], "no line with data"),
        (["timestamp,cpu"], "no sample of CPU"),
        (["a,b", "1,2"], "No column of CPU in percent among a, b"),
        (
            ["timestamp,cpu", "2026-01-01,many"],
            "Line 2, column 'cpu': 'many' is not a number",
        ),
        (
            ["timestamp,cpu", "2026-01-01,inf"],
            "Line 2, column 'cpu': inf is not a measurement",
        ),
        (
            ["timestamp,cpu", "2026-01-01,-1"],
            "Line 2, column 'cpu': -1 is not a percentage",
        ),
        (["timestamp,cpu", "2026-01-01,640"], "divide the sum of several vCPUs"),
        (
            ["timestamp,cpu", "yesterday,4"],
            "Line 2, column 'timestamp': 'yesterday' is not",
        ),
        (["timestamp,cpu", "inf,4"], "Line 2, column 'timestamp': 'inf' is not a time"),
        (
            ["timestamp,cpu", "2026-01-01"],
            "Line 2 has 1 cells, and the first line has 2",
        ),
    ],
)
def test_what_is_no_trace_is_refused_by_line(
    tmp_path: Path, lines: list[str], said: str
) -> None:
    with pytest.raises(CommandError, match=said):
        judged(write(tmp_path / "vm.csv", lines))


def test_a_missing_file_and_bad_numbers_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        judged(tmp_path / "none.csv")
    with pytest.raises(CommandError, match="not a whole number of at least 1"):
        judged(tmp_path / "none.csv", "--vcpus", "0")


def test_it_prints_a_line_a_rule_for_people(tmp_path: Path) -> None:
    out = StringIO()
    trace = plain(tmp_path / "vm.csv", [0.4] * (20 * A_DAY))
    call_command("advise", "--csv", str(trace), stdout=out)
    assert "idle       yes: The instance runs; CPU 0.4% on average" in out.getvalue()
    assert "schedule   no" in out.getvalue()
