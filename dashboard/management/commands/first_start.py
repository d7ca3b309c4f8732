"""manage.py first_start: prepare a new installation."""

import secrets
from typing import Any

from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import BaseCommand

from core.command_processes import command_beside
from core.commands import CHECKS_OF_SETTINGS

ADMIN = "admin"


class Command(BaseCommand):
    requires_system_checks = CHECKS_OF_SETTINGS
    help = (
        "Migrate the database and collect static files. Without a user, add an "
        "administrator and print the password. It changes nothing that exists."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        with command_beside("collectstatic", "--noinput", "--verbosity=0"):
            call_command("migrate", verbosity=0)
        if not User.objects.exists():
            password = secrets.token_urlsafe(12)
            # Told first: one that is lost by a kill in between can't be told again.
            self.stdout.write(f"Sign in as {ADMIN} with the password {password}")
            self.stdout.flush()
            User.objects.create_superuser(ADMIN, password=password)
