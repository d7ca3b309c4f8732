"""manage.py check_access: which permissions are there, and what is missing."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from clouds.commands import add_account_argument, chosen_accounts
from clouds.models import CloudAccount
from clouds.registry import provider_for
from core.commands import counted
from providers.base import AccessChecker
from providers.errors import ProviderError


class Command(BaseCommand):
    help = (
        "Tries each permission of every enabled account, or of those named, and says "
        "what is missing. Of AWS, Cost Explorer's check costs $0.01 an account."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_account_argument(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        missing = sum(
            self._missing(account) for account in chosen_accounts(options["account"])
        )
        if missing:
            raise CommandError(f"{counted(missing, 'required permission')} missing.")

    def _missing(self, account: CloudAccount) -> int:
        """Print one line per permission; return how many required ones fail."""
        self.stdout.write(str(account))
        now = timezone.now()
        missing = 0
        try:
            provider = provider_for(account, now)
        except ProviderError as error:
            self.stdout.write(f"  missing   {error}")
            return 1
        if not isinstance(provider, AccessChecker):
            kind = account.get_provider_display()
            self.stdout.write(f"  Checking access is not offered by {kind}.")
            return 0
        for check in provider.check_access(now):
            if check.error is None:
                state = "ok"
            elif check.is_required:
                state, missing = "missing", missing + 1
            else:
                state = "optional"
            self.stdout.write(
                f"  {state:9} {check.permission} (for {check.needed_for})"
            )
            if check.error:
                self.stdout.write(f"            {check.error}")
        self.stdout.write(
            f"  {counted(provider.meter.requests, 'request')}, ${provider.meter.usd}"
        )
        return missing
