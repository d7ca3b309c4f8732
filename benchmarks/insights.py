"""`refresh_insights` over the demo's 400 days, and once more without a change.

python -m benchmarks.insights [--rounds 3]

The second one reads all of it and computes what is not kept by its data alone. Goal: a
third of the first at most, and 500 MB.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile

from benchmarks.measure import save, spread

GOAL_SHARE = 0.33
GOAL_MB = 500


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    first, again = [], []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            manage(folder, "migrate", "-v0")
            manage(folder, "demo")
            first.append(manage(folder, "refresh_insights"))
            again.append(manage(folder, "refresh_insights"))
    shares = [second / whole for whole, second in zip(first, again, strict=True)]
    # Of the largest child, in KiB on Linux.
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"first       {spread(first, 's')}")
    print(f"again       {spread(again, 's')}   {max(shares):.2f} of the first at most")
    print(
        f"memory      {peak:.0f} MB   {peak / GOAL_MB:.2f} of the goal's {GOAL_MB} MB"
    )
    save("insights", {"first": first, "again": again, "shares": shares, "mb": peak})


def manage(folder: str, *words: str) -> float:
    """How many seconds of processor that command takes, its start among them."""
    environment = {**os.environ, "STATE_DIR": folder, "ENV_FILE": ""}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "manage.py", *words],
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


if __name__ == "__main__":
    main()
