"""How soon many open sockets hear of a change in the database, and what they cost.

The process of `manage.py live` on a temporary database, asked by clients of 21 users,
of whom 20 see two accounts each. All see the account that changes. From before the
commit to the message in the client, which runs on the same machine. Beside it the page
of costs is asked by one client of the web server: with the sockets, and without any.

    python -m benchmarks.live [--viewers 1000] [--changes 20] [--seconds 20]
"""

import argparse
import asyncio
import itertools
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import django
import psycopg2
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.load import asked, cpu_seconds
from benchmarks.measure import in_child, report_child, save, spread
from core.testing.postgres import free_port, postgres
from core.testing.waiting import wait_until

# Up to FEW viewers, and above.
GOAL_MS = (250, 500)
FEW = 50
GOAL_KB = 60
# So many open together, once those before were answered.
AT_ONCE = 25
BETWEEN_SECONDS = 1.5
PAGE = "/costs/"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", nargs="?", choices=["made"])
    parser.add_argument("--viewers", type=int, nargs="+", default=[50, 1000])
    parser.add_argument("--changes", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=20, help="of pages asked")
    options = parser.parse_args()
    if options.part:
        report_child(made)
        return
    figures = {}
    for name in ("PostgreSQL", "SQLite"):
        with surroundings(name) as environment:
            ready = in_child("benchmarks.live", "made", environment)
            for count in options.viewers:
                measuring = measured(count, options.changes, ready, environment)
                figures[f"{name}, {count}"] = asyncio.run(measuring)
            pages = pages_beside(count, options.seconds, ready, environment)
            figures[f"{name}, pages"] = asyncio.run(pages)
    save("live", figures)


@contextmanager
def surroundings(database: str) -> Iterator[dict[str, str]]:
    """An installation's settings on an empty database of its own."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        url = f"sqlite:///{folder}/live.sqlite3"
        if database == "PostgreSQL":
            url = stack.enter_context(postgres())
        yield os.environ | {
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "cloudintel.settings",
            "STATE_DIR": folder,
            "ENV_FILE": "",
            "LOG_LEVEL": "ERROR",
            "LIVE_SOCKETS_PER_USER": "100000",
        }


def made() -> dict[str, Any]:
    """Fill the database with accounts, and with users of all of them and of two."""
    django.setup()
    from datetime import UTC, datetime

    from django.conf import settings
    from django.core.management import call_command
    from django.test import Client

    call_command("migrate", verbosity=0)
    call_command("collectstatic", "--noinput", verbosity=0)
    from cloudintel.management.commands.up import WEB
    from clouds.testing import account, see_only
    from clouds.versions import bump_version
    from core.windows import last_complete_days
    from costs.testing import store_costs
    from users.roles import Role, assign_role
    from users.testing import person
    from users.tokens import make_token

    accounts = [account(number, f"account-{number}") for number in range(1, 21)]
    everybody = person(Role.VIEWER)
    users = [everybody]
    days = last_complete_days(60, datetime.now(UTC))
    for owner in accounts:
        store_costs(owner, days, {"Amazon EC2": "20", "AWS Lambda": "3"})
        bump_version(owner, "cost")
        users.append(type(everybody).objects.create(username=owner.name))
        assign_role(users[-1], Role.VIEWER)
        see_only(users[-1], owner, accounts[0])
    client = Client()
    client.force_login(everybody)
    name = settings.SESSION_COOKIE_NAME
    return {
        "tokens": [make_token(user, 1)[1] for user in users],
        "account": accounts[0].pk,
        "cookie": f"{name}={client.cookies[name].value}",
        "web": WEB,
    }


def database(environment: Mapping[str, str]) -> str:
    return environment["DATABASE_URL"].partition(":")[0]


@dataclass
class Heard:
    """When the last change was made, and how long after that each client heard."""

    since: float = 0.0
    ms: list[float] = field(default_factory=list)

    async def listen(self, client: ClientConnection) -> None:
        async for text in client:
            if "events" in json.loads(text):
                self.ms.append((time.monotonic() - self.since) * 1000)


async def measured(
    count: int,
    changes: int,
    ready: Mapping[str, Any],
    environment: Mapping[str, str],
) -> dict[str, Any]:
    heard = Heard()
    with process(environment) as (port, pid):
        before = resident_kb(pid)
        clients = await opened(port, ready["tokens"], count)
        each_kb = (resident_kb(pid) - before) / count
        listening = [asyncio.create_task(heard.listen(one)) for one in clients]
        busy = cpu_seconds(pid)
        for _ in range(changes):
            heard.since = time.monotonic()
            await asyncio.to_thread(
                commit, ready["account"], environment["DATABASE_URL"]
            )
            await asyncio.sleep(BETWEEN_SECONDS)
        cpu_ms = (cpu_seconds(pid) - busy) * 1000 / changes
        for one, task in zip(clients, listening, strict=True):
            task.cancel()
            one.transport.abort()
    p99 = statistics.quantiles(heard.ms, n=100)[98]
    lost = changes * count - len(heard.ms)
    print(
        f"{database(environment)}, {count} viewers: {spread(heard.ms, 'ms')}, p99 "
        f"{p99:.0f} ms (goal {GOAL_MS[count > FEW]}), {lost} lost, {each_kb:.0f} KB "
        f"each (goal {GOAL_KB}), {cpu_ms:.0f} ms of a processor for each change",
        flush=True,
    )
    return {"p99_ms": p99, "lost": lost, "kb": each_kb, "cpu_ms": cpu_ms}


async def pages_beside(
    count: int,
    seconds: float,
    ready: Mapping[str, Any],
    environment: Mapping[str, str],
) -> dict[str, Any]:
    """Ask for pages without sockets, with them, and without them again; what the
    viewers would fetch is not fetched."""
    found: dict[str, list[float]] = {"without": [], "with": []}

    async def ask(which: str, seconds: float) -> None:
        _, times = await asyncio.to_thread(
            asked, web, [PAGE], headers, seconds=seconds, clients=1
        )
        found[which] += times

    headers = {"Cookie": ready["cookie"]}
    command = [sys.executable, "-m", *ready["web"]]
    with process(environment) as (port, _), served(command, environment) as web:
        await ask("without", seconds / 2)
        clients = await opened(port, ready["tokens"], count)
        reading = [asyncio.create_task(Heard().listen(one)) for one in clients]
        changing = asyncio.create_task(change_on(ready, environment))
        await ask("with", seconds)
        changing.cancel()
        for one, task in zip(clients, reading, strict=True):
            task.cancel()
            one.transport.abort()
        await ask("without", seconds / 2)
    p95 = {name: statistics.quantiles(ms, n=20)[18] for name, ms in found.items()}
    print(
        f"{database(environment)}, pages of one client: p95 "
        f"{p95['without']:.0f} ms, with {count} sockets {p95['with']:.0f} ms "
        f"({p95['with'] / p95['without']:.2f}x)",
        flush=True,
    )
    return p95


async def change_on(ready: Mapping[str, Any], environment: Mapping[str, str]) -> None:
    while True:
        await asyncio.to_thread(commit, ready["account"], environment["DATABASE_URL"])
        await asyncio.sleep(BETWEEN_SECONDS)


@contextmanager
def served(command: Sequence[str], environment: Mapping[str, str]) -> Iterator[int]:
    """A web server that is up and warm: its port."""
    port = free_port()
    server = subprocess.Popen(
        [*command, "--bind", f"127.0.0.1:{port}"], env=dict(environment)
    )
    try:
        wait_until("the web server", lambda: is_up(port))
        time.sleep(2)  # both of its workers
        yield port
    finally:
        server.terminate()
        server.wait()


@contextmanager
def process(environment: Mapping[str, str]) -> Iterator[tuple[int, int]]:
    """The process of sockets: its port and its id."""
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "manage.py", "live", "--port", str(port)],
        env=dict(environment),
    )
    try:
        wait_until("the process of sockets", lambda: is_up(port))
        yield port, server.pid
    finally:
        server.terminate()
        server.wait()


def is_up(port: int) -> bool:
    with suppress(OSError):
        address = f"http://127.0.0.1:{port}/health"
        return bool(urllib.request.urlopen(address).status == 200)
    return False


async def opened(
    port: int, tokens: Sequence[str], count: int
) -> list[ClientConnection]:
    """Open sockets of all users in turn, each of which watches costs."""

    async def one(token: str) -> ClientConnection:
        client = await connect(
            f"ws://127.0.0.1:{port}/ws/events",
            additional_headers={"Authorization": f"Token {token}"},
            compression=None,
            open_timeout=60,
        )
        await client.send('{"subscribe": ["costs"]}')
        await client.recv()
        return client

    clients: list[ClientConnection] = []
    turns = itertools.cycle(tokens)
    while len(clients) < count:
        chosen = itertools.islice(turns, min(AT_ONCE, count - len(clients)))
        clients += await asyncio.gather(*map(one, chosen))
    return clients


def commit(account: int, url: str) -> None:
    """Move the version of the account's costs, as the end of a sync does."""
    if url.startswith("sqlite"):
        commit_to_file(account, url.removeprefix("sqlite:///"))
        return
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(
            "UPDATE clouds_dataversion SET version = gen_random_uuid() "
            "WHERE account_id = %s AND dataset = 'cost'",
            [account],
        )
        cursor.execute(
            "UPDATE clouds_sharedversion SET version = gen_random_uuid() "
            "WHERE subject = 'cost'"
        )
        cursor.execute("NOTIFY cloudintel_versions")
        connection.commit()


def commit_to_file(account: int, path: str) -> None:
    with closing(sqlite3.connect(path, timeout=60)) as connection, connection:
        connection.execute(
            "UPDATE clouds_dataversion SET version = ? "
            "WHERE account_id = ? AND dataset = 'cost'",
            [uuid4().hex, account],
        )
        connection.execute(
            "UPDATE clouds_sharedversion SET version = ? WHERE subject = 'cost'",
            [uuid4().hex],
        )


def resident_kb(pid: int) -> int:
    text = Path(f"/proc/{pid}/status").read_text()
    return int(text.split("VmRSS:")[1].split()[0])


if __name__ == "__main__":
    main()
