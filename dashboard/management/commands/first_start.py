"""manage.py first_start: prepare a new installation."""

import contextlib
import secrets
from typing import Any

from celery import current_app
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import BaseCommand

from clouds.models import CloudAccount
from syncs.runs.start import broker_errors

ADMIN = "admin"


def ask_for_insights() -> None:
    """Queue the first refresh of insights, which takes a minute.

    If the queue is unreachable, the scheduler does it a minute later.
    """
    with contextlib.suppress(*broker_errors()):
        current_app.send_task("insights.tasks.refresh_due", retry=False)


class Command(BaseCommand):
    help = (
        "Migrate the database and collect static files. Without an account, add the "
        "demo company; without a user, add an administrator and print the password. "
        "It changes nothing that exists."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        if not CloudAccount.objects.real().exists():
            self.stdout.write(
                "No cloud account is connected: creating the demo company ..."
            )
            call_command("demo", stdout=self.stdout)
        ask_for_insights()
        if not User.objects.exists():
            password = secrets.token_urlsafe(12)
            # Told first: one that is lost by a kill in between can't be told again.
            self.stdout.write(f"Sign in as {ADMIN} with the password {password}")
            self.stdout.flush()
            User.objects.create_superuser(ADMIN, password=password)
