"""Plant small faults one at a time, and list those that no test notices.

    python -m core.testing.planting costs --faults 20 --seed 1
    python -m core.testing.planting static/js --tests tests/test_browser.py
    python -m core.testing.postgres python -m core.testing.planting costs

A comparison is flipped, a number changed, a `not`, a line, a call or an argument
removed, in a copy of the repository. The same seed plants the same faults. The tests
that run are those of the room, or the given ones, on the database of DATABASE_URL; for
each fault those that run its line come first.
"""

import argparse
import os
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain, islice, zip_longest
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from core.testing.planting.collected_tests import CollectedTests
from core.testing.planting.fault import Fault
from core.testing.planting.python_faults import python_faults
from core.testing.planting.text_faults import text_faults
from core.testing.planting.watching_tests import WatchingTests

HOUSE = Path(__file__).resolve().parents[3]
FINDERS = {".py": python_faults, ".html": text_faults, ".js": text_faults}
NOT_PLANTED = {"tests", "testing", "testing.py", "migrations", "vendor"}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("paths", nargs="+", help="rooms, folders or files")
    parser.add_argument("--faults", type=int, default=20, metavar="N")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tests", nargs="+", metavar="PATH", help="default: the paths")
    parser.add_argument(
        "--near",
        type=int,
        metavar="N",
        help="run at most so many of the tests that run the fault's line, and no other",
    )
    options = parser.parse_args()
    with TemporaryDirectory(prefix="cloudintel-planting-") as folder:
        house = Path(folder)
        copy_house(house)
        tests = options.tests or options.paths
        faults = sample(house, options.paths, options.faults, options.seed)
        watching = WatchingTests.recorded(house, tests, faults, options.near)
        survivors = list(unnoticed(faults, watching))
    noticed = len(faults) - len(survivors)
    by = f" by at most {options.near} tests near each" if options.near else ""
    print(f"\n{noticed} of {len(faults)} faults were noticed{by}.")
    for shown in survivors:
        print(f"\nnot noticed: {shown}")


def copy_house(house: Path) -> None:
    """Copy what git knows, as it stands, with changes that are not committed."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=HOUSE,
        capture_output=True,
        check=True,
        text=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (HOUSE / name).is_file():
            (house / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(HOUSE / name, house / name)
    (house / ".venv").symlink_to(sys.prefix)


def sample(house: Path, paths: Sequence[str], count: int, seed: int) -> list[Fault]:
    """Return so many faults, from each path and of each kind in turn."""
    groups = defaultdict(list)
    for path in paths:
        for fault in sorted(found(house, path)):
            groups[path, fault.kind].append(fault)
    random = Random(seed)
    turns = random.sample(list(groups.values()), len(groups))
    for faults in turns:
        random.shuffle(faults)
    return list(islice(filter(None, chain.from_iterable(zip_longest(*turns))), count))


def found(house: Path, path: str) -> Iterator[Fault]:
    """Yield all faults that may be planted in a file, or in the files of a folder."""
    start = house / path
    for file in [start] if start.is_file() else start.rglob("*"):
        name = file.relative_to(house)
        if file.suffix in FINDERS and not NOT_PLANTED & set(name.parts):
            yield from FINDERS[file.suffix](name, file.read_bytes())


def unnoticed(faults: Sequence[Fault], tests: WatchingTests) -> Iterator[str]:
    """Plant one after the other, say what noticed it, and yield those that survive."""
    with CollectedTests(tests.house, [*tests.left_out, *tests.given]) as collected:
        for number, fault in enumerate(faults, start=1):
            file = tests.house / fault.path
            source = file.read_bytes()
            file.write_bytes(fault.applied(source))
            # Python compiles again what has another time, of whole seconds.
            os.utime(file, (number, number))
            failure = tests.failure(fault, source, collected)
            file.write_bytes(source)
            shown = fault.shown(source)
            print(f"{number}  {failure or 'NOT NOTICED'}\n  {shown}", flush=True)
            if not failure:
                yield shown


if __name__ == "__main__":
    main()
