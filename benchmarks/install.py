"""What the insights add to an installation: seconds and megabytes.

Two fresh environments by pip, one with what pyproject.toml names, one without the
libraries that only the insights load; both at the versions of requirements.txt.

    python -m benchmarks.install
"""

import re
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Sequence
from pathlib import Path

from benchmarks.measure import save

HOUSE = Path(__file__).resolve().parent.parent
# What insights/forecasting and insights/detection load, and nobody else.
OF_INSIGHTS = {"numpy", "pandas", "statsforecast"}
GOAL_MB = 650
UV = [sys.executable, "-m", "uv"]


def main() -> None:
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text())["project"]
    everything: list[str] = project["dependencies"]
    without = [one for one in everything if name_of(one) not in OF_INSIGHTS]
    found = {"without": installed(without), "with": installed(everything)}
    for which, (seconds, megabytes) in found.items():
        print(f"{which:8} {seconds:6.1f} s {megabytes:6.0f} MB")
    (before, smaller), (after, larger) = found["without"], found["with"]
    print(f"insights {after - before:6.1f} s {larger - smaller:6.0f} MB")
    print(f"ratio    {after / before:6.2f} x {larger / smaller:6.2f} x")
    print(f"goal: the whole under {GOAL_MB} MB")
    save("install", {key: list(figures) for key, figures in found.items()})


def name_of(requirement: str) -> str:
    return re.split(r"[^a-z0-9-]", requirement, maxsplit=1)[0]


def installed(requirements: Sequence[str]) -> tuple[float, float]:
    """Seconds to make an environment with these, and its megabytes on disk."""
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        lock = Path(folder, "requirements.txt")
        lock.write_text(locked(requirements))
        pip = [f"{folder}/bin/python", "-m", "pip", "install", "-qq"]
        exactly = ["--no-cache-dir", "--no-deps", "--no-compile", "-r", str(lock)]
        subprocess.run([*pip, *exactly], check=True)
        seconds = time.perf_counter() - started
        files = [path for path in Path(folder).rglob("*") if not path.is_symlink()]
        return seconds, sum(path.lstat().st_size for path in files) / 1e6


def locked(requirements: Sequence[str]) -> str:
    """What these need, at the versions of requirements.txt."""
    compiled = [*UV, "pip", "compile", "-q", "-c", "requirements.txt", "-"]
    wanted = "\n".join(requirements)
    return subprocess.run(
        compiled, input=wanted, cwd=HOUSE, check=True, capture_output=True, text=True
    ).stdout


if __name__ == "__main__":
    main()
