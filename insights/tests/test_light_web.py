"""The statistics libraries load only where insights are computed."""

import json
import subprocess
import sys
from pathlib import Path

from core.testing.waiting import HANGS_AFTER_SECONDS

HEAVY = ("numpy", "pandas", "scipy", "numba", "statsforecast", "statsmodels")
HOUSE = Path(__file__).resolve().parents[2]


def loaded_by(*steps: str) -> list[set[str]]:
    """Which of the heavy libraries are there after each of these lines of code."""
    tell = f"print(json.dumps([name for name in {HEAVY} if name in sys.modules]))"
    lines = ["import json, sys", *(f"{step}\n{tell}" for step in steps)]
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)],
        cwd=HOUSE,
        capture_output=True,
        text=True,
        check=True,
        timeout=HANGS_AFTER_SECONDS,
    )
    told = done.stdout.splitlines()[-len(steps) :]
    return [set(json.loads(line)) for line in told]


def test_the_web_process_loads_none_of_them_but_what_sends_a_task() -> None:
    needed = {"redis.client", "celery.app.events", "kombu.transport.virtual"}
    begins = f"import cloudintel.wsgi; assert {needed} <= set(sys.modules)"
    pages = "from django.urls import get_resolver; assert get_resolver().url_patterns"
    assert loaded_by(begins, pages) == [set(), set()]


def test_the_worker_loads_them_when_it_computes_and_not_before() -> None:
    starts = (
        "import django, os; "
        "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'cloudintel.settings'); "
        "django.setup(); import insights.tasks, cloudintel.celery; "
        "cloudintel.celery.app.loader.import_default_modules()"
    )
    before, then = loaded_by(starts, "import insights.refresh.refresh_all")
    assert before == set()
    assert "numpy" in then
