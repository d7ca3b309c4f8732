"""Requests a second of the API, beside the peer's on the same PostgreSQL and rows.

cloudintel is served as `manage.py up` serves it, by gunicorn with 2 workers, and asked
with a token; the peer (benchmarks/peers) by uvicorn with 2 workers, and asked by
anybody. Both must answer the same numbers before either is timed. A question is asked
of ever other windows, which no cache has seen, and then again and again of one that is
neither short nor long.

    python -m benchmarks.requests [--per-day 50] [--machines 2000] [--rounds 5]
                                  [--seconds 4] [--clients 4]
"""

import argparse
import http.client
import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from benchmarks.load import answer, asked, cpu_seconds, peak_mb
from benchmarks.measure import in_child, peer_url, report_child, save, spread

GOAL = 2
TODAY = datetime.now(UTC).date()
ONE_DAY = timedelta(days=1)
COSTS = ("cost-trend", "cost-summary")
QUESTIONS = (*COSTS, "cpu-trend")
PEER = ["uvicorn", "benchmarks.peers.api:app", "--workers", "2", "--no-access-log"]


@dataclass(frozen=True, slots=True)
class Server:
    """One that is up: where, what its clients send, and its process."""

    port: int
    headers: Mapping[str, str]
    pid: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", nargs="?", choices=["made"])
    parser.add_argument("--per-day", type=int, default=50, help="of an account")
    parser.add_argument("--machines", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--clients", type=int, default=4)
    options = parser.parse_args()
    if options.part:
        report_child(made)
        return
    from core.testing.postgres import postgres

    with postgres() as url, tempfile.TemporaryDirectory() as folder, ExitStack() as up:
        environment = surroundings(url, folder, options)
        ready = in_child("benchmarks.requests", "made", environment)
        headers = {"Authorization": f"Token {ready['token']}"}
        servers = {
            "cloudintel": up.enter_context(
                served([*ready["web"], "--bind"], headers, environment)
            ),
            "peer": up.enter_context(served([*PEER, "--port"], {}, environment)),
        }
        for question in QUESTIONS:
            same_numbers(question, servers)
        compare(servers, options)


def surroundings(url: str, folder: str, options: Any) -> dict[str, str]:
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "cloudintel.settings",
        "DATABASE_URL": url,
        "PEER_DATABASE_URL": peer_url(url),
        "STATE_DIR": folder,
        "ENV_FILE": "",
        "LOG_LEVEL": "ERROR",
        "API_REQUESTS_PER_MINUTE": "1000000",
        "PER_DAY": str(options.per_day),
        "MACHINES": str(options.machines),
    }


def made() -> Mapping[str, Any]:
    """The company, the peer's rows, a token, and how `up` starts the web server."""
    import django

    django.setup()
    from django.contrib.auth.models import User
    from django.core.management import call_command

    from benchmarks.company import write
    from benchmarks.peers.data import fill
    from cloudintel.management.commands.up import WEB
    from users.tokens import make_token

    call_command("migrate", verbosity=0)
    write(
        datetime.now(UTC),
        machines=int(os.environ["MACHINES"]),
        per_day=int(os.environ["PER_DAY"]),
    )
    fill()
    _, token = make_token(User.objects.create_superuser("ada"), 1)
    return {"token": token, "web": WEB}


@contextmanager
def served(
    command: Sequence[str], headers: Mapping[str, str], environment: Mapping[str, str]
) -> Iterator[Server]:
    """A web server that is up and warm, on a port that is free; the port ends its
    command."""
    from benchmarks.browser import wait_for
    from core.testing.postgres import free_port

    port = free_port()
    address = f"127.0.0.1:{port}" if command[-1] == "--bind" else str(port)
    process = subprocess.Popen(
        [sys.executable, "-m", *command, address],
        env=dict(environment),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(port)
        time.sleep(2)  # both of its workers
        yield Server(port, headers, process.pid)
    finally:
        process.terminate()
        process.wait(timeout=30)


def windows(question: str) -> Iterator[tuple[date, date]]:
    """Others each time: of 26 to 34 days of costs, of 5 to 14 days of CPU."""
    if question in COSTS:
        for back, length in itertools.product(range(60, 330), range(26, 35)):
            start = TODAY - ONE_DAY * back
            yield start, start + ONE_DAY * length
    else:
        for back, length in itertools.product(range(5, 15), range(5, 15)):
            if length <= back:
                start = TODAY - ONE_DAY * back
                yield start, start + ONE_DAY * length


def paths(question: str) -> list[str]:
    """The question of many windows; a machine more or less makes more of the few."""
    base = [f"/{question}?start={start}&end={end}" for start, end in windows(question)]
    if question in COSTS:
        return base
    return [f"{path}&page_size={size}" for size in range(40, 61) for path in base]


def same_numbers(question: str, servers: Mapping[str, Server]) -> None:
    """Raises AssertionError where the two do not answer alike."""
    for path in paths(question)[::97]:
        ours, theirs = (
            numbers(question, json.loads(one_answer(server, path)))
            for server in servers.values()
        )
        assert ours == theirs, (path, str(ours)[:300], str(theirs)[:300])


def one_answer(server: Server, path: str) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    return answer(connection, path, server.headers)


def numbers(question: str, answered: Any) -> object:
    """What both must agree on."""
    if question == "cost-trend":
        return float(answered["total"]), {
            one["key"]: [(p["day"], float(p["amount"])) for p in one["points"]]
            for one in answered["series"]
        }
    if question == "cost-summary":
        days = (answered["highest"]["day"], answered["lowest"]["day"])
        return float(answered["total"]), days
    machines = answered if isinstance(answered, list) else answered["results"]
    return {
        one["instance_id"]: [
            (p["day"], p["average"], p["maximum"]) for p in one["points"]
        ]
        for one in machines
    }


def compare(servers: Mapping[str, Server], options: Any) -> None:
    found: dict[str, Any] = {}
    for question in QUESTIONS:
        every = paths(question)
        for kind in ("new", "repeated"):
            found[f"{question}, {kind}"] = rounds_of(servers, every, kind, options)
    print(
        f"{options.per_day * 50 * 400} rows of costs, {options.machines} machines, "
        f"{options.clients} clients, {options.rounds} rounds of {options.seconds} s\n"
        f"{'requests/s':26} {'cloudintel':>26} {'peer':>26} {'ratio':>24} {'CPU':>6}"
    )
    for name, of in found.items():
        ratios = spread(of["ratios"], "x")
        ours, peer = (spread(of[who]["per_second"], "/s") for who in servers)
        cpu = of["peer"]["cpu_ms"] / of["cloudintel"]["cpu_ms"]
        low = "" if statistics.median(of["ratios"]) >= GOAL else "  <- under the goal"
        print(f"{name:26} {ours:>26} {peer:>26} {ratios:>24} {cpu:5.1f}x{low}")
    print(f"goal: at least {GOAL} x; CPU: the peer server's time over ours, a request")
    memory = {name: peak_mb(server.pid) for name, server in servers.items()}
    memory_text = ", ".join(f"{name} {mb:.0f} MB" for name, mb in memory.items())
    print(f"largest web process: {memory_text}   goal: under 200")
    scale = {"per_day": options.per_day, "machines": options.machines}
    save("requests", {**scale, "found": found, "peak_mb": memory})


def rounds_of(
    servers: Mapping[str, Server], every: Sequence[str], kind: str, options: Any
) -> dict[str, Any]:
    """Figures of each server; rounds alternate, so that both meet the same weather."""
    found: dict[str, Any] = {
        name: {"per_second": [], "median_ms": [], "cpu": 0.0, "count": 0}
        for name in servers
    }
    ratios = []
    for number in range(options.rounds):
        # A part of the windows for each round, so that none is asked twice.
        middle = every[len(every) // 2]
        chosen = every[number :: options.rounds] if kind == "new" else [middle]
        for name, server in servers.items():
            of, before = found[name], cpu_seconds(server.pid)
            rate, times = asked(
                server.port,
                chosen,
                server.headers,
                seconds=options.seconds,
                clients=options.clients,
            )
            of["cpu"] += cpu_seconds(server.pid) - before
            of["count"] += len(times)
            of["per_second"].append(rate)
            of["median_ms"].append(statistics.median(times))
        ours, peer = (found[name]["per_second"][-1] for name in servers)
        ratios.append(ours / peer)
    for of in found.values():
        of["cpu_ms"] = of["cpu"] * 1000 / of["count"]
    return {**found, "ratios": ratios}


if __name__ == "__main__":
    main()
