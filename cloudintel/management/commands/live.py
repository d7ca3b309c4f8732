"""manage.py live: the process that tells open pages what changed."""

from argparse import ArgumentParser
from typing import Any

import uvicorn
from django.core.management.base import BaseCommand

from core.commands import CHECKS_OF_SETTINGS, bad_arguments
from live.viewers import MAX_MESSAGE_BYTES

STOP_SECONDS = 3


class Command(BaseCommand):
    requires_system_checks = CHECKS_OF_SETTINGS
    help = (
        "Serve /ws/events and /ws/cost-analysis, by which open pages learn what "
        "changed. `up` starts it; one process is enough for a thousand pages."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="Default: 127.0.0.1.")
        parser.add_argument("--port", type=int, default=8001, help="Default: 8001.")

    def handle(self, *args: Any, **options: Any) -> None:
        host, port = options["host"], options["port"]
        if not 0 < port < 65536:
            raise bad_arguments(f"--port must be between 1 and 65535, not {port}.")
        uvicorn.run(
            "cloudintel.asgi:application",
            host=host,
            port=port,
            lifespan="on",
            log_config=None,
            access_log=False,
            backlog=4096,
            ws="websockets-sansio",
            ws_max_size=MAX_MESSAGE_BYTES,
            # Small messages; it would take 70 KB of memory for each client.
            ws_per_message_deflate=False,
            timeout_graceful_shutdown=STOP_SECONDS,
        )
