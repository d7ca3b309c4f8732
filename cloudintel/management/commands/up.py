"""manage.py up: the whole of cloudintel on one machine."""

import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from cloudintel.supervisor import Child, Supervisor
from syncs.commands import bad_arguments

WEB = [
    *("gunicorn", "cloudintel.wsgi", "--workers", "2", "--threads", "4"),
    "--no-control-socket",  # it would lie in the home directory
]
CELERY = ["celery", "--quiet", "--app", "cloudintel"]
WORKER = [*CELERY, "worker", "--concurrency", "2", "--loglevel", "WARNING"]
BEAT = [*CELERY, "beat", "--loglevel", "WARNING"]
# Of the grace, what a worker leaves for its runs to hand back in.
LAST_PART = 0.25


class Command(BaseCommand):
    help = (
        "Starts web server, worker and beat together, starts again what dies, and "
        "stops all of them cleanly on Ctrl-C or SIGTERM."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="Default: 127.0.0.1.")
        parser.add_argument("--port", type=int, default=8000, help="Default: 8000.")
        parser.add_argument(
            "--grace",
            type=float,
            default=60,
            help="Seconds that a running sync has to end in. Default: 60.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        port = options["port"]
        if not 0 < port < 65536:
            raise bad_arguments(f"--port must lie between 1 and 65535, not {port}.")
        address = f"{options['host']}:{port}"
        # People watch a server's log; a command's output is its own.
        os.environ.setdefault("LOG_LEVEL", "INFO")
        own_grace = max(1, int(options["grace"] * (1 - LAST_PART)))
        os.environ.setdefault("WORKER_GRACE_SECONDS", str(own_grace))
        Supervisor(
            [
                Child("web", [sys.executable, "-m", *WEB, "--bind", address]),
                Child("worker", [sys.executable, "-m", *WORKER]),
                Child("beat", [sys.executable, "-m", *BEAT]),
            ],
            grace_seconds=options["grace"],
            on_start=lambda: self.stdout.write(
                f"cloudintel is at http://{address} (Ctrl-C stops it)"
            ),
        ).run()
