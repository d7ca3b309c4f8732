"""What every benchmark shares: a child process that is timed, and its figures."""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
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


@contextmanager
def own_installation(**own: str) -> Iterator[dict[str, str]]:
    """The environment of an installation on an empty PostgreSQL, with `own`
    settings."""
    from core.testing.postgres import postgres

    with postgres() as url, tempfile.TemporaryDirectory() as folder:
        yield {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "cloudintel.settings",
            "DATABASE_URL": url,
            "STATE_DIR": folder,
            "ENV_FILE": "",
            "LOG_LEVEL": "ERROR",
            "API_REQUESTS_PER_MINUTE": "1000000",
            **own,
        }


@contextmanager
def emulated_cloud(
    module: str, endpoint: str = "AWS_ENDPOINT_URL", **own: str
) -> Iterator[dict[str, str]]:
    """The environment of a client of `python -m MODULE serve`, which prints its URL:
    the value of `endpoint`.

    It is a process of its own, so that its work is nobody's, and it gets `own` too.
    """
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "cloudintel.settings",
        "AWS_ACCESS_KEY_ID": "AKIA123456789012",
        "AWS_SECRET_ACCESS_KEY": "emulated",
        "AWS_EC2_METADATA_DISABLED": "true",
        "ENV_FILE": "",
        **own,
    }
    server = subprocess.Popen(
        [sys.executable, "-m", module, "serve"],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert server.stdout and server.stdin
    try:
        environment[endpoint] = server.stdout.readline().strip()
        yield environment
    finally:
        server.stdin.close()
        server.wait(timeout=30)


def peer_url(url: str) -> str:
    """The same database as SQLAlchemy names it."""
    return url.replace("postgres://", "postgresql+psycopg2://")


def report_child(work: Callable[[], Mapping[str, Any]]) -> None:
    """Does the work and prints its seconds, peak memory and own figures as JSON."""
    with clock() as seconds:
        figures = dict(work())
    figures = {**seconds, **figures}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({**figures, "peak_mb": peak / 1024}))


@contextmanager
def clock() -> Iterator[dict[str, float]]:
    """Fills in `seconds` of the block and `cpu_seconds` of this process in it.

    The latter tells more where other work shares the machine.
    """
    found: dict[str, float] = {}
    started, busy = time.perf_counter(), time.process_time()
    yield found
    found["cpu_seconds"] = time.process_time() - busy
    found["seconds"] = time.perf_counter() - started


def spread(values: Sequence[float], unit: str) -> str:
    """The median, and the smallest and largest."""
    low, high = min(values), max(values)
    return f"{statistics.median(values):.2f} {unit} ({low:.2f} to {high:.2f})"


def divided(these: Sequence[float], those: Sequence[float]) -> list[float]:
    return [one / other for one, other in zip(these, those, strict=True)]


def save(name: str, figures: Mapping[str, Any]) -> None:
    """Keeps the figures with their date, the machine's cores, and what else ran."""
    RESULTS.mkdir(exist_ok=True)
    now = datetime.now(UTC)
    path = RESULTS / f"{name}-{now:%Y%m%d-%H%M%S}.json"
    about = {"at": now.isoformat(), "cores": os.cpu_count(), "load": os.getloadavg()[0]}
    path.write_text(json.dumps({**about, **figures}, indent=2))
    print(f"saved as {path.name}")
