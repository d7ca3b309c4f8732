"""Three datasets of many accounts, by one, two and four workers, beside one command.

The plain way is `manage.py sync`: one process, one call after another, the same calls.
AWS is emulated in a process of its own and takes 40 ms for each answer; the accounts
are small, so that waiting is most of the work. PostgreSQL and Redis are real.

    python -m benchmarks.fleet [--accounts 200] [--rounds 1]
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.measure import emulated_cloud, in_child, report_child, save, spread

LATENCY_SECONDS = 0.04
WORKERS = (1, 2, 4)
RUNS_FOR_OVERHEAD = 200
WORKER = [
    *("-m", "celery", "--quiet", "-A", "cloudintel", "worker", "-c", "1"),
    *("--loglevel", "ERROR", "--without-mingle", "--without-gossip"),
]


def ids() -> list[str]:
    return [f"{600000000000 + n}" for n in range(int(os.environ["ACCOUNTS"]))]


def serve() -> None:
    """The emulator, until its input ends."""
    from core.testing.aws_emulator import EmulatedAws, EmulatedInstance, LineItem

    now = datetime.now(UTC)
    with EmulatedAws(now=now, latency_seconds=LATENCY_SECONDS) as aws:
        for name in ids():
            world = aws.world(name)
            for number in range(3):
                world.add_instance(
                    EmulatedInstance(
                        f"i-{name}-{number}",
                        "eu-west-1",
                        launched_at=now - timedelta(days=30),
                    )
                )
            yesterday = now.date() - timedelta(days=1)
            world.add_costs([LineItem(yesterday, "AWS Lambda", "eu-west-1")])
        print(aws.endpoint_url, flush=True)
        sys.stdin.read()


def set_up() -> None:
    """An empty database with the accounts."""
    import django

    django.setup()
    from django.core.management import call_command

    from clouds.models import CloudAccount

    call_command("migrate", verbosity=0)
    call_command("flush", verbosity=0, interactive=False)
    CloudAccount.objects.bulk_create(
        CloudAccount(
            account_id=name,
            name=name,
            settings={
                "role_arn": f"arn:aws:iam::{name}:role/cloudintel",
                "regions": ["eu-west-1"],
            },
        )
        for name in ids()
    )


def plain() -> Mapping[str, Any]:
    """One process, one call after another."""
    set_up()
    from django.core.management import call_command

    started = time.perf_counter()
    call_command("sync", verbosity=0)
    return {"seconds": time.perf_counter() - started, **outcome()}


def worked() -> Mapping[str, Any]:
    """By so many workers, who are up already."""
    set_up()
    from celery import current_app

    from syncs.tasks import schedule_tick

    count = int(os.environ["WORKERS"])
    current_app.control.purge()
    with ExitStack() as stack:
        for number in range(count):
            command = [sys.executable, *WORKER, "-n", f"worker{number}@%h"]
            worker = subprocess.Popen(command)
            stack.callback(worker.wait)
            stack.callback(worker.terminate)
        wait_for(
            lambda: len(current_app.control.inspect(timeout=1).ping() or ()) == count
        )
        started = time.perf_counter()
        schedule_tick()
        wait_for(lambda: succeeded("instances") + succeeded("cost") == 2 * len(ids()))
        schedule_tick()  # beat's next one: CPU follows the instances
        wait_for(lambda: succeeded("cpu") == len(ids()))
        seconds = time.perf_counter() - started
    return {"seconds": seconds, **outcome()}


def overhead() -> Mapping[str, Any]:
    """What a run costs that reads nothing: claim, heartbeat, metering, watermark."""
    set_up()
    from django.utils import timezone

    from clouds.models import CloudAccount
    from core.windows import last_complete_days
    from syncs.datasets import Dataset
    from syncs.runs.claims import claim
    from syncs.runs.run_context import run_context, say_nothing
    from syncs.runs.watermarks import WHOLE_ACCOUNT

    account, now = CloudAccount.objects.all()[0], timezone.now()
    window = last_complete_days(3, now)
    started = time.perf_counter()
    for _ in range(RUNS_FOR_OVERHEAD):
        with run_context(claim(account, Dataset.COST, now), say_nothing) as current:
            current.begin(window)
            current.provider.meter.count("ce:GetCostAndUsage")
            current.progress("page 1")
            with current.storing():
                current.finish(0, read={WHOLE_ACCOUNT: window})
    each = (time.perf_counter() - started) / RUNS_FOR_OVERHEAD
    return {"seconds_per_run": each}


def succeeded(dataset: str) -> int:
    from syncs.models import SyncRun

    return SyncRun.objects.filter(dataset=dataset, status="succeeded").count()


def outcome() -> Mapping[str, Any]:
    """All is read, and nothing twice."""
    from django.db.models import Sum

    from syncs.models import SyncRun

    runs = SyncRun.objects.all()
    assert runs.count() == runs.filter(status="succeeded").count() == 3 * len(ids())
    assert runs.values("account", "dataset").distinct().count() == 3 * len(ids())
    return {"runs": runs.count(), **runs.aggregate(calls=Sum("requests"))}


def wait_for(met: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 900
    while not met():
        assert time.monotonic() < deadline
        time.sleep(0.1)


PARTS = {"plain": plain, "worked": worked, "overhead": overhead}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", nargs="?", choices=[*PARTS, "serve"])
    parser.add_argument("--accounts", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=1)
    options = parser.parse_args()
    if options.part == "serve":
        serve()
    elif options.part:
        report_child(PARTS[options.part])
    else:
        compare(options.accounts, options.rounds)


def compare(accounts: int, rounds: int) -> None:
    from core.testing.postgres import postgres
    from core.testing.redis import redis_server

    aws = emulated_cloud(
        "benchmarks.fleet",
        ACCOUNTS=str(accounts),
        AWS_REGION_WORKERS="1",
        AWS_COST_EXPLORER_REQUESTS_PER_SECOND="1000",
    )
    with postgres() as url, redis_server() as broker, aws as environment:
        environment |= {"DATABASE_URL": url, "CELERY_BROKER_URL": broker.url}
        found = [measured(environment) for _ in range(rounds)]
    show(found, accounts)


def measured(environment: Mapping[str, str]) -> dict[str, Any]:
    """One round: alone, by each team of workers, and a run's own cost."""

    def part(name: str, **more: str) -> dict[str, Any]:
        return in_child("benchmarks.fleet", name, {**environment, **more})

    alone = part("plain")
    teams = {count: part("worked", WORKERS=str(count)) for count in WORKERS}
    each = part("overhead")["seconds_per_run"]
    return {"alone": alone, "teams": teams, "run_seconds": each}


def show(found: Sequence[Mapping[str, Any]], accounts: int) -> None:
    alone = [one["alone"]["seconds"] for one in found]
    syncs, calls = (found[0]["alone"][name] for name in ("runs", "calls"))
    print(f"{accounts} accounts, {syncs} syncs, {calls} calls of 40 ms")
    print(f"one command      {spread(alone, 's')}")
    for count in WORKERS:
        seconds = [one["teams"][count]["seconds"] for one in found]
        ratios = [team / one for team, one in zip(seconds, alone, strict=True)]
        print(f"{count} workers        {spread(seconds, 's')}   {spread(ratios, 'x')}")
    own = [one["run_seconds"] * 1000 for one in found]
    shares = [ms * syncs / 10 / one for ms, one in zip(own, alone, strict=True)]
    print(f"a run's own cost {spread(own, 'ms')}, {spread(shares, '%')} of a sync")
    save("fleet", {"accounts": accounts, "rounds": found})


if __name__ == "__main__":
    main()
