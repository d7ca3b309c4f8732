"""manage.py check_access: which permissions are there, and what is missing."""

from argparse import ArgumentParser
from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from clouds.commands import add_account_argument, chosen_accounts
from clouds.models import CloudAccount
from clouds.registry import acting_for, acts_for, provider_for
from core.commands import counted
from providers.base import AccessChecker
from providers.errors import ProviderError
from providers.meter import Meter
from providers.records import AccessCheck


class Command(BaseCommand):
    help = (
        "Tries each permission of every enabled account, or of those named, and says "
        "what is missing, also of its acting role. Nothing is changed. Of AWS, Cost "
        "Explorer's check costs $0.01 an account."
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
        try:
            provider = provider_for(account, now)
            acting = acting_for(account, now) if acts_for(account) else None
        except ProviderError as error:
            self.stdout.write(f"  missing   {error}")
            return 1
        missing = 0
        if isinstance(provider, AccessChecker):
            missing = self._report(provider.check_access(now), provider.meter)
        else:
            kind = account.get_provider_display()
            self.stdout.write(f"  Checking access is not offered by {kind}.")
        if acting:
            self.stdout.write("  Acting role:")
            missing += self._report(acting.acting_checks(), acting.meter)
        return missing

    def _report(self, checks: Iterable[AccessCheck], meter: Meter) -> int:
        missing = 0
        for check in checks:
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
        self.stdout.write(f"  {counted(meter.requests, 'request')}, ${meter.usd:f}")
        return missing
