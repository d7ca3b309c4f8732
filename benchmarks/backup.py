"""A backup and its verified restore, beside pg_dump and pg_restore bare.

Both copy the same costs of one PostgreSQL. Ours counts rows and sums in the snapshot
meanwhile, writes the file to its place and its manifest beside it; verifying restores
it, compares rows, sums and reconciliation, and removes it again.

    python -m benchmarks.backup [--rows 10000000] [--rounds 3] [--key]
"""

import argparse
import os
import tempfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from benchmarks.measure import in_child, report_child, save
from benchmarks.pages import surroundings

ROWS, ROUNDS, KEY = "BENCHMARK_ROWS", "BENCHMARK_ROUNDS", "BACKUP_KEY"
TODAY = datetime.now(UTC).date()
GOAL = 1.2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", nargs="?", choices=["measured"])
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--key", action="store_true", help="Encrypt the backups.")
    options = parser.parse_args()
    if options.part:
        report_child(measured)
        return
    from core.testing.postgres import find_programs, postgres

    with postgres() as url, tempfile.TemporaryDirectory() as folder:
        environment = surroundings(folder, options.rounds) | {
            "DATABASE_URL": url,
            "POSTGRES_PROGRAMS": str(find_programs()),
            ROWS: str(options.rows),
            ROUNDS: str(options.rounds),
            KEY: "0123456789abcdefghij" * 3 if options.key else "",
        }
        found = in_child("benchmarks.backup", "measured", environment)["found"]
    show(found, options.rows)
    save("backup", {"rows": options.rows, "is_encrypted": options.key, **found})


def measured() -> Mapping[str, Any]:
    import django

    django.setup()
    from django.core.management import call_command

    from benchmarks.bills import write

    call_command("migrate", verbosity=0)
    write(TODAY, int(os.environ[ROWS]), with_payer=False)
    found: dict[str, list[float]] = {"bare": [], "ours": []}
    parts: dict[str, list[float]] = {name: [] for name in PARTS}
    for _ in range(int(os.environ[ROUNDS])):
        for name, part in PARTS.items():
            began = perf_counter()
            part()
            parts[name].append(perf_counter() - began)
    found["bare"] = sums(parts, "bare")
    found["ours"] = sums(parts, "ours")
    return {"found": found | parts}


def sums(parts: Mapping[str, list[float]], whose: str) -> list[float]:
    own = [taken for name, taken in parts.items() if name.startswith(whose)]
    return [sum(one) for one in zip(*own, strict=True)]


def dump() -> None:
    from django.db import connection

    from archives.backup import postgres_dumps as dumps

    program = dumps.find_program("pg_dump", dumps.server_version(connection))
    command, settings = [program, *dumps.FORMAT], connection.settings_dict
    with (
        bare_file().open("wb") as file,
        dumps.running(command, settings, stdout=file) as ended,
    ):
        dumps.wait_for(ended)


def load() -> None:
    """What restores, with nothing compared."""
    from django.db import connection

    from archives.backup import postgres_dumps as dumps

    with bare_file().open("rb") as file:
        name = dumps.fresh_name(connection.settings_dict, "bare")
        fresh = dumps.prepare(connection.settings_dict, file, name)
    dumps.remove(fresh)


def bare_file() -> Path:
    return Path(os.environ["STATE_DIR"]) / "bare.dump"


def back_up() -> None:
    from django.conf import settings
    from django.utils import timezone

    from archives.backup import backups

    backups.back_up(settings.BACKUP_PLACE, timezone.now(), "benchmark", lambda _: None)


def verify() -> None:
    from archives.backup.verification import verify as prove
    from archives.models import Backup

    row = Backup.objects.done().first()
    assert row is not None
    assert prove(row, lambda _: None).is_verified, row.verification_error


PARTS: dict[str, Callable[[], None]] = {
    "bare pg_dump": dump,
    "bare pg_restore": load,
    "ours backup": back_up,
    "ours verified restore": verify,
}


def show(found: Mapping[str, list[float]], rows: int) -> None:
    print(f"{rows:,} rows of costs; seconds, median (smallest to largest)")
    for name, taken in found.items():
        spread = f"{min(taken):.1f} to {max(taken):.1f}"
        print(f"  {name:24} {median(taken):8.1f} ({spread})")
    for ours, bare in (
        ("ours backup", "bare pg_dump"),
        ("ours verified restore", "bare pg_restore"),
        ("ours", "bare"),
    ):
        ratio = median(found[ours]) / median(found[bare])
        print(f"  {ours} / {bare}: {ratio:.2f}x")
    ratio = median(found["ours"]) / median(found["bare"])
    print(f"goal: at most {GOAL}x: {'met' if ratio <= GOAL else 'missed'}")


if __name__ == "__main__":
    main()
