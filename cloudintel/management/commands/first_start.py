"""manage.py first_start: what a new installation needs before it is looked at."""

import contextlib
import secrets
from typing import Any

from celery import current_app
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import BaseCommand

from syncs.models import CloudAccount
from syncs.start import AWAY

ADMIN = "admin"


def ask_for_insights() -> None:
    """Has the first worker that starts compute them, which takes a minute.

    Where nobody can be told now, beat does a minute later.
    """
    with contextlib.suppress(*AWAY):
        current_app.send_task("insights.tasks.refresh_due", retry=False)


class Command(BaseCommand):
    help = (
        "Migrates the database, collects static files, adds demo data when there is no "
        "account, and an administrator, whose password it prints, when there is no "
        "user. Run again, it changes nothing that is there."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        if not CloudAccount.objects.exclude(provider="demo").exists():
            self.stdout.write("No account is connected: reading the demo company.")
            call_command("demo", stdout=self.stdout)
        ask_for_insights()
        if not User.objects.exists():
            password = secrets.token_urlsafe(12)
            User.objects.create_superuser(ADMIN, password=password)
            self.stdout.write(f"Sign in as {ADMIN} with the password {password}")
