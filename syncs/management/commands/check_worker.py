"""manage.py check_worker: whether this host's worker is alive, for its container."""

from socket import gethostname
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from core.commands import CHECKS_OF_SETTINGS
from syncs.models import Worker


class Command(BaseCommand):
    requires_system_checks = CHECKS_OF_SETTINGS
    help = "Exit status 1 unless the worker of this host has sent a heartbeat lately."

    def handle(self, *args: Any, **options: Any) -> None:
        name = f"celery@{gethostname()}"  # Celery's default
        if name not in {worker.name for worker in Worker.objects.alive(timezone.now())}:
            raise CommandError(f"{name} has sent no heartbeat within a minute.")
