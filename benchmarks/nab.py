"""Scores the online detector as the Numenta Anomaly Benchmark does: one threshold.

    python -m benchmarks.nab --data DIR --windows FILE [--only TEXT] [--threshold T]

DIR holds NAB's CSV files (timestamp, value) in their folders, FILE its
combined_windows.json. The rules are those of NAB's sweeper (Lavin and Ahmad 2015,
https://arxiv.org/abs/1510.03336, and https://github.com/numenta/NAB): the first 15%
of a file (of 5,000 rows at most) is not judged; a window earns what its earliest
detection earns; each detection outside costs, less so shortly after a window; the
sum is put between a detector that says nothing (0) and a perfect one (100).
"""

import argparse
import csv
import json
import math
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from insights.anomalies.engine import tail_score
from insights.arrays import FloatArray

# NAB's standard profile.
DETECTED, FALSE, MISSED = 1.0, 0.11, 1.0
PROBATION, PROBATION_ROWS = 0.15, 5000
# What the fixed threshold is compared with, knowing the labels.
TRIED = [step / 100 for step in range(1, 100)]
Windows = list[tuple[int, int]]


@dataclass(frozen=True)
class Scored:
    """One file: its scores, and where its windows are (first and last row)."""

    name: str
    scores: FloatArray
    windows: Windows


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--data", type=Path, required=True)
    asked.add_argument("--windows", type=Path, required=True)
    asked.add_argument("--only", default="", help="only files with this in their path")
    asked.add_argument("--threshold", type=float, default=tail_score.ALARM)
    options = asked.parse_args()
    started = time.perf_counter()
    files = list(read_files(options.data, options.windows, options.only))
    seconds = time.perf_counter() - started
    families: dict[str, list[Scored]] = defaultdict(list)
    for file in files:
        families[file.name.split("/")[0]].append(file)
    for family, members in families.items():
        print(f"{family:24} {described(members, options.threshold)}")
    print(f"{'all':24} {described(files, options.threshold)}")
    best = max(TRIED, key=lambda at: standard_score(files, at))
    print(f"best threshold afterwards: {best:.2f}, {standard_score(files, best):.1f}")
    rows = sum(len(file.scores) for file in files)
    print(f"{rows} rows in {seconds:.1f} s")


def described(files: Sequence[Scored], threshold: float) -> str:
    windows = sum(len(file.windows) for file in files)
    if not windows:
        alarms = sum(int((judged(file) >= threshold).sum()) for file in files)
        return f"no windows, {alarms} detections in {len(files)} files"
    found = standard_score(files, threshold)
    return f"standard score {found:6.1f} of {windows} windows in {len(files)} files"


def read_files(data: Path, windows: Path, only: str) -> list[Scored]:
    """Scores every file that is both in the folder and among the labels."""
    labels = json.loads(windows.read_text())
    found = {name: located(data, name) for name in sorted(labels) if only in name}
    return [
        score_file(name, path, labels[name]) for name, path in found.items() if path
    ]


def located(data: Path, name: str) -> Path | None:
    """Where a file is: in its folder, or beside the folders."""
    places = [data / name, data / Path(name).name]
    return next((path for path in places if path.exists()), None)


def score_file(name: str, path: Path, labels: Sequence[Sequence[str]]) -> Scored:
    with path.open() as lines:
        rows = list(csv.DictReader(lines))
    stamps = [datetime.fromisoformat(row["timestamp"]) for row in rows]
    scores = tail_score.scores([float(row["value"]) for row in rows])
    edges = [[datetime.fromisoformat(edge) for edge in label] for label in labels]
    return Scored(name, scores, [(stamps.index(a), stamps.index(b)) for a, b in edges])


def judged(file: Scored) -> FloatArray:
    return file.scores[probation(len(file.scores)) :]


def probation(rows: int) -> int:
    return math.ceil(min(math.floor(PROBATION * rows), PROBATION * PROBATION_ROWS))


def standard_score(files: Sequence[Scored], threshold: float) -> float:
    """0 for a detector that says nothing, 100 for a perfect one."""
    perfect = sum(len(file.windows) for file in files) * DETECTED
    nothing = -sum(len(file.windows) for file in files) * MISSED
    raw = sum(raw_score(file, threshold) for file in files)
    return 100 * (raw - nothing) / (perfect - nothing)


def raw_score(file: Scored, threshold: float) -> float:
    first = probation(len(file.scores))
    alarms = [int(at) for at in np.flatnonzero(file.scores >= threshold) if at >= first]
    inside = {at for low, high in file.windows for at in range(low, high + 1)}
    earned = sum(window_score(window, alarms) for window in file.windows)
    return earned + sum(
        FALSE * false_score(at, file.windows) for at in alarms if at not in inside
    )


def window_score(window: tuple[int, int], alarms: Sequence[int]) -> float:
    """What its earliest detection earns; a missed window costs."""
    low, high = window
    hit = next((at for at in alarms if low <= at <= high), None)
    if hit is None:
        return -MISSED
    position = -(high - hit + 1) / (high - low + 1)
    return DETECTED * sigmoid(position) / sigmoid(-1.0)


def false_score(at: int, windows: Windows) -> float:
    """From nearly 0 just behind a window to -1 far from any."""
    before = [window for window in windows if window[1] < at]
    if not before:
        return -1.0
    low, high = before[-1]
    return sigmoid((at - high) / (high - low))


def sigmoid(position: float) -> float:
    """NAB's scaled sigmoid: positive inside a window, negative behind it."""
    if position > 3:
        return -1.0
    return 2 / (1 + math.exp(5 * position)) - 1


if __name__ == "__main__":
    main()
