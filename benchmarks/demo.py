"""`manage.py demo` for 400 days, on SQLite and on PostgreSQL. Goal: under 20 s.

python -m benchmarks.demo [--rounds 3]
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time

from benchmarks.measure import save, spread

GOAL_SECONDS = 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    from core.testing.postgres import postgres

    with tempfile.TemporaryDirectory() as folder, postgres() as url:
        seconds = {
            "SQLite": measured(f"sqlite:///{folder}/demo.sqlite3", folder, rounds),
            "PostgreSQL": measured(url, folder, rounds),
        }
    for name, values in seconds.items():
        share = max(values) / GOAL_SECONDS
        print(f"{name:10} {spread(values, 's')}   {share:.2f} of the goal's 20 s")
    save("demo", {"seconds": seconds})


def measured(url: str, folder: str, rounds: int) -> list[float]:
    environment = {**os.environ, "DATABASE_URL": url, "STATE_DIR": folder}
    environment["ENV_FILE"] = ""

    def manage(*words: str) -> None:
        subprocess.run(
            [sys.executable, "manage.py", *words],
            env=environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )

    manage("migrate", "-v0")
    seconds = []
    for _ in range(rounds):
        started = time.perf_counter()
        manage("demo", "--reset")
        seconds.append(time.perf_counter() - started)
    return seconds


if __name__ == "__main__":
    main()
