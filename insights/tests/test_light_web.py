"""The statistics libraries load only where insights are computed."""

import json
import subprocess
import sys
from pathlib import Path

HEAVY = ("numpy", "pandas", "scipy", "numba", "statsforecast", "ruptures")
HOUSE = Path(__file__).resolve().parents[2]


def loaded_by(code: str) -> set[str]:
    """Which of the heavy libraries are there after this code ran."""
    tail = (
        "; import sys, json; "
        f"print(json.dumps([name for name in {HEAVY} if name in sys.modules]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code + tail],
        cwd=HOUSE,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_the_web_process_loads_none_of_them() -> None:
    code = (
        "import cloudintel.wsgi; from django.urls import get_resolver; "
        "assert get_resolver().url_patterns"
    )
    assert loaded_by(code) == set()


def test_the_worker_loads_none_of_them_before_it_computes() -> None:
    code = (
        "import django, os; "
        "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'cloudintel.settings'); "
        "django.setup(); import insights.tasks, cloudintel.celery; "
        "cloudintel.celery.app.loader.import_default_modules()"
    )
    assert loaded_by(code) == set()


def test_what_computes_loads_them() -> None:
    code = (
        "import django, os; "
        "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'cloudintel.settings'); "
        "django.setup(); import insights.refresh.run"
    )
    assert "numpy" in loaded_by(code)
