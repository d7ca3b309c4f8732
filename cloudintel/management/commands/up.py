"""manage.py up: all processes of cloudintel on one machine."""

import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from cloudintel.supervisor import Child, Supervisor
from core.commands import bad_arguments

WEB = ["gunicorn", "cloudintel.wsgi", "--log-level", "warning"]
CELERY = ["celery", "--quiet", "--app", "cloudintel"]
WORKER = [*CELERY, "worker", "--concurrency", "2", "--loglevel", "WARNING"]
# Containers run as root; the warning is about pickled messages, and ours are JSON.
NO_ROOT_WARNING = "ignore:You're running the worker with superuser privileges"
BEAT = [*CELERY, "beat", "--loglevel", "WARNING"]
# The share of the grace period that is left for runs to be handed back.
LAST_PART = 0.25


class Command(BaseCommand):
    help = (
        "Run web server, worker and scheduler, restart them if they die, and stop "
        "them cleanly on Ctrl-C or SIGTERM."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="Default: 127.0.0.1.")
        parser.add_argument("--port", type=int, default=8000, help="Default: 8000.")
        parser.add_argument(
            "--grace",
            type=float,
            default=60,
            help="Seconds that a running sync has to finish. Default: 60.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        port = options["port"]
        if not 0 < port < 65536:
            raise bad_arguments(f"--port must be between 1 and 65535, not {port}.")
        address = f"{options['host']}:{port}"
        # A server logs each run; commands print their own output.
        os.environ.setdefault("LOG_LEVEL", "INFO")
        own_grace = max(1, int(options["grace"] * (1 - LAST_PART)))
        os.environ.setdefault("WORKER_GRACE_SECONDS", str(own_grace))
        Supervisor(
            [
                Child("web", [sys.executable, "-m", *WEB, "--bind", address]),
                Child("worker", [sys.executable, "-W", NO_ROOT_WARNING, "-m", *WORKER]),
                Child("beat", [sys.executable, "-m", *BEAT]),
            ],
            grace_seconds=options["grace"],
            on_start=lambda: self.stdout.write(
                f"cloudintel is running at http://{address} (press Ctrl-C to stop)"
            ),
        ).run()
