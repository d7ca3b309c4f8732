"""manage.py up: all processes of cloudintel on one machine."""

import fcntl
import os
import socket
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from cloudintel.environment import given
from cloudintel.supervisor import LOW_PRIORITY, Child, Supervisor
from core.command_processes import run_command
from core.commands import CHECKS_OF_SETTINGS, bad_arguments

WEB = ["gunicorn", "cloudintel.wsgi", "--log-level", "warning"]
CELERY = ["celery", "--quiet", "--app", "cloudintel"]
WORKER = [*CELERY, "worker", "--concurrency", "2", "--loglevel", "WARNING"]
# Containers run as root; the warning is about pickled messages, and ours are JSON.
NO_ROOT_WARNING = "ignore:You're running the worker with superuser privileges"
# No file of its process id: it would lie in the code, which two may share.
BEAT = [*CELERY, "beat", "--loglevel", "WARNING", "--pidfile", ""]
# The share of the grace period that is left for runs to be handed back.
LAST_PART = 0.25


class Command(BaseCommand):
    requires_system_checks = CHECKS_OF_SETTINGS
    help = (
        "Run web server, worker, scheduler and the process that tells open pages "
        "what changed, restart them if they die, and stop them cleanly on Ctrl-C or "
        "SIGTERM."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="Default: 127.0.0.1.")
        parser.add_argument(
            "--port",
            type=int,
            default=8000,
            help="Default: 8000. Sockets have the port after it, or LIVE_PORT.",
        )
        parser.add_argument(
            "--grace",
            type=float,
            default=60,
            help="Seconds that a running sync has to finish. Default: 60.",
        )
        parser.add_argument(
            "--first-start",
            action="store_true",
            help=(
                "Prepare the installation before, as the command first_start does, "
                "and without a cloud account build the demo company meanwhile."
            ),
        )

    def handle(self, *args: Any, **options: Any) -> None:
        host, port, grace = (options[name] for name in ("host", "port", "grace"))
        if not 0 < port < 65536:
            raise bad_arguments(f"--port must be between 1 and 65535, not {port}.")
        if not 0 < grace < float("inf"):
            raise bad_arguments(f"--grace must be a number above 0, not {grace}.")
        address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        live_port = settings.LIVE_PORT if given("LIVE_PORT") else port + 1
        with only_one(address):
            check_port(host, port)
            if live_port:
                check_live_port(host, live_port, port)
            if options["first_start"]:
                run_command("first_start")
            elif not any(settings.STATIC_ROOT.iterdir()):
                run_command("collectstatic", "--noinput", "--verbosity=0")
            os.environ |= {"WEB_PORT": str(port), "LIVE_PORT": str(live_port)}
            children = [Child("web", [sys.executable, "-m", *WEB, "--bind", address])]
            if live_port:
                where = ["--host", host, "--port", str(live_port)]
                children.append(Child("live", managed("live", *where)))
            children += at_work(with_demo=options["first_start"])
            self.run(address, grace, children)

    def run(self, address: str, grace: float, children: list[Child]) -> None:
        # A server logs each run; commands print their own output.
        os.environ.setdefault("LOG_LEVEL", "INFO")
        own_grace = max(1, int(grace * (1 - LAST_PART)))
        os.environ.setdefault("WORKER_GRACE_SECONDS", str(own_grace))
        Supervisor(
            children,
            grace_seconds=grace,
            on_start=lambda: self.stdout.write(
                f"cloudintel is running at http://{address}{settings.SCRIPT_NAME} "
                "(press Ctrl-C to stop)"
            ),
        ).run()


def at_work(*, with_demo: bool) -> list[Child]:
    """Worker and scheduler. They wait until the demo company is built, which syncs what
    they would sync; its pages are served and fill meanwhile, at a higher priority than
    all work that nobody waits for."""
    build = managed("demo", "--if-alone")
    demo = Child("demo", build, once=True, niceness=LOW_PRIORITY)
    after = demo if with_demo else None
    worker = [sys.executable, "-W", NO_ROOT_WARNING, "-m", *WORKER]
    beat = [sys.executable, "-m", *BEAT]
    children = [
        Child("worker", worker, after=after, niceness=LOW_PRIORITY),
        Child("beat", beat, after=after),
    ]
    return [demo, *children] if with_demo else children


@contextmanager
def only_one(address: str) -> Iterator[None]:
    """Refuse a second one on the same STATE_DIR, where both would use one queue."""
    with (settings.STATE_DIR / "up.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise CommandError(
                f"cloudintel is already running at {lock.read()} with this STATE_DIR, "
                f"{settings.STATE_DIR}. Stop it first, or set another STATE_DIR."
            ) from None
        lock.truncate(0)
        lock.write(f"http://{address}{settings.SCRIPT_NAME} (process {os.getpid()})")
        lock.flush()
        yield


def check_live_port(host: str, port: int, web_port: int) -> None:
    if port == web_port:
        raise bad_arguments(f"LIVE_PORT must not be {port}, which --port is.")
    if port > 65535:
        raise bad_arguments(f"No port follows {port - 1}: name one in LIVE_PORT.")
    check_port(host, port, "live process", "with LIVE_PORT; 0 is none")


def check_port(
    host: str,
    port: int,
    server: str = "web server",
    advice: str = "such as `make run PORT=8001`",
) -> None:
    """Refuse an address where that server could not listen."""
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", "Not a host name")
        raise CommandError(
            f"The {server} can't listen on {host}, port {port}: {reason}. "
            f"Choose another, {advice}."
        ) from None


def managed(*arguments: str) -> list[str]:
    return [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments]
