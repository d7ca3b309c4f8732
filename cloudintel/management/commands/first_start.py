"""manage.py first_start: what a new installation needs before it is looked at."""

import secrets
from typing import Any

from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import BaseCommand

from syncs.models import CloudAccount

ADMIN = "admin"


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
        if not User.objects.exists():
            password = secrets.token_urlsafe(12)
            User.objects.create_superuser(ADMIN, password=password)
            self.stdout.write(f"Sign in as {ADMIN} with the password {password}")
