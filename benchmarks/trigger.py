"""How soon a trigger of the demo is on all open pages, as `manage.py up` runs it.

Each window has a session, a socket and an open page of costs. A spike is triggered by
the API; the window hears of it, and fetches its page until that shows the new version,
as the browser's script does. From before the request to the last window's page; of
that, until the last window heard.

    python -m benchmarks.trigger [--windows 5] [--triggers 10] [--days 400]
"""

import argparse
import asyncio
import html
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

import django
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.live import is_up
from benchmarks.measure import in_child, report_child, save, spread
from core.testing.postgres import free_port, postgres
from core.testing.waiting import wait_until

GOAL_MS = 1000
PAGE = "/costs/"
SPIKE = {
    "do": "spike",
    "account": "production",
    "what": "AWS Lambda",
    "place": "us-east-1",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", nargs="?", choices=["made"])
    parser.add_argument("--windows", type=int, default=5)
    parser.add_argument("--triggers", type=int, default=10)
    parser.add_argument("--days", type=int, default=400)
    options = parser.parse_args()
    if options.part:
        report_child(made)
        return
    figures = {}
    for name in ("SQLite", "PostgreSQL"):
        with ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            environment = os.environ | {
                "DJANGO_SETTINGS_MODULE": "cloudintel.settings",
                "DATABASE_URL": f"sqlite:///{folder}/demo.sqlite3",
                "STATE_DIR": folder,
                "ENV_FILE": "",
                "LOG_LEVEL": "ERROR",
                "DAYS": str(options.days),
                "WINDOWS": str(options.windows),
            }
            if name == "PostgreSQL":
                environment["DATABASE_URL"] = stack.enter_context(postgres())
            ready = in_child("benchmarks.trigger", "made", environment)
            port = stack.enter_context(served(environment))
            found = asyncio.run(measured(port, ready, options.triggers))
        heard, shown = zip(*found, strict=True)
        figures[name] = {"heard": heard, "shown": shown}
        print(
            f"{name}: {options.windows} open pages, {spread(shown, 'ms')} "
            f"(goal {GOAL_MS}); heard after {spread(heard, 'ms')}",
            flush=True,
        )
    save("trigger", figures)


def made() -> dict[str, Any]:
    """Build the demo, a presenter with a token, and a session for each window."""
    django.setup()
    from django.conf import settings
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.test import Client

    from users.tokens import make_token

    call_command("migrate", verbosity=0)
    call_command("collectstatic", "--noinput", verbosity=0)
    call_command("demo", "--days", os.environ["DAYS"], verbosity=0)
    presenter = User.objects.create_superuser("ada")
    sessions = []
    for _ in range(int(os.environ["WINDOWS"])):
        client = Client()
        client.force_login(presenter)
        sessions.append(client.cookies[settings.SESSION_COOKIE_NAME].value)
    cookies = [f"{settings.SESSION_COOKIE_NAME}={session}" for session in sessions]
    return {"token": make_token(presenter, 1)[1], "cookies": cookies}


@contextmanager
def served(environment: Mapping[str, str]) -> Iterator[int]:
    """All processes of an installation; the web server's port."""
    port, live = free_port(), free_port()
    up = subprocess.Popen(
        [sys.executable, "manage.py", "up", "--port", str(port), "--grace", "10"],
        env={**environment, "LIVE_PORT": str(live)},
        stdout=subprocess.DEVNULL,
    )
    try:
        wait_until("all processes", lambda: is_up(port) and is_up(live))
        time.sleep(10)  # all of its workers
        yield port
    finally:
        up.terminate()
        up.wait()


async def measured(
    port: int, ready: Mapping[str, Any], triggers: int
) -> list[tuple[float, float]]:
    """Return after how many ms all windows heard of each trigger, and showed it."""
    clients = [await opened(port, cookie) for cookie in ready["cookies"]]
    found = []
    for number in range(triggers):
        await asyncio.sleep(random.uniform(4, 6))  # noqa: S311
        step = {**SPIKE, "factor": 2 + number / 10}
        began = time.monotonic()
        pages = [
            asyncio.create_task(shown(port, client, cookie))
            for client, cookie in zip(clients, ready["cookies"], strict=True)
        ]
        await asyncio.to_thread(trigger, port, ready["token"], step)
        heard_at = max(await asyncio.gather(*pages))
        shown_at = time.monotonic()
        found.append(((heard_at - began) * 1000, (shown_at - began) * 1000))
    return found


async def opened(port: int, cookie: str) -> ClientConnection:
    text = await asyncio.to_thread(fetched, port, cookie)
    (address,) = re.findall(r'data-socket="([^"]+)"', text)
    client = await connect(
        html.unescape(address),
        additional_headers={"Cookie": cookie},
        origin=f"http://127.0.0.1:{port}",  # type: ignore[arg-type]
        compression=None,
    )
    await client.send('{"subscribe": ["costs"]}')
    await client.recv()
    return client


async def shown(port: int, client: ClientConnection, cookie: str) -> float:
    """Wait for the event, and for the page of that version; return when it heard."""
    heard = json.loads(await client.recv())
    heard_at = time.monotonic()
    await asyncio.sleep(random.uniform(0, heard["spread"]))  # noqa: S311
    version = heard["events"][0]["version"]
    text = await asyncio.to_thread(fetched, port, cookie)
    assert version in text, "the page is older than the event"
    return heard_at


def fetched(port: int, cookie: str) -> str:
    return answered(port, PAGE, {"Cookie": cookie})


def trigger(port: int, token: str, step: Mapping[str, Any]) -> None:
    headers = {"Authorization": f"Token {token}", "Content-Type": "application/json"}
    answered(port, "/api/v1/demo/steps/", headers, json.dumps({"steps": [step]}))


def answered(
    port: int, path: str, headers: Mapping[str, str], data: str | None = None
) -> str:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}", data.encode() if data else None, dict(headers)
    )
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        text: str = answer.read().decode()
    return text


if __name__ == "__main__":
    main()
