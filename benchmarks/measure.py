"""What every benchmark shares: a child process that is timed, and its figures."""

import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"


def in_child(module: str, part: str, environment: Mapping[str, str]) -> dict[str, Any]:
    """Runs `python -m MODULE PART` on its own; answers the JSON of its last line."""
    done = subprocess.run(
        [sys.executable, "-m", module, part],
        env=dict(environment),
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


def report_child(work: Callable[[], Mapping[str, Any]]) -> None:
    """Does the work and prints its seconds, peak memory and own figures as JSON."""
    started = time.perf_counter()
    figures = dict(work())
    figures.setdefault("seconds", time.perf_counter() - started)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({**figures, "peak_mb": peak / 1024}))


def told(values: Sequence[float], unit: str) -> str:
    """The median, and the smallest and largest."""
    low, high = min(values), max(values)
    return f"{statistics.median(values):.2f} {unit} ({low:.2f} to {high:.2f})"


def save(name: str, figures: Mapping[str, Any]) -> None:
    """Keeps the figures with their date."""
    RESULTS.mkdir(exist_ok=True)
    now = datetime.now(UTC)
    path = RESULTS / f"{name}-{now:%Y%m%d-%H%M%S}.json"
    path.write_text(json.dumps({"at": now.isoformat(), **figures}, indent=2))
    print(f"saved as {path.name}")
