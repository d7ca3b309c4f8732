"""manage.py add_account: connects an account of a cloud."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from clouds.models import CloudAccount
from clouds.registry import CloudKind
from core.commands import bad_arguments
from syncs.accounts.changes import remove_accounts
from syncs.accounts.connect import DEMO_LEFT
from syncs.accounts.connect_aws import AWS
from syncs.accounts.connect_azure import AZURE
from syncs.accounts.connect_files import FILES
from users.audit import command_actor

CONNECTORS = {CloudKind.AWS: AWS, CloudKind.AZURE: AZURE, CloudKind.FILES: FILES}
NEXT = (
    "Next: `manage.py check_access` tries its permissions, `manage.py sync` reads it."
)


class Command(BaseCommand):
    help = (
        "Connects an account. Of AWS without arguments: the one whose credentials the "
        "environment has. With --role-arn: the one that the role belongs to. With "
        "--organization: the payer account and all of its members. Of Azure: the "
        "subscription or bill that is named. With --files: the billing account whose "
        "bill lies there. Run again for the same account, it "
        "changes what is given. AWS is asked who it is: free."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--provider",
            choices=[kind.value for kind in CONNECTORS],
            help="The cloud. Default: aws, or files with --files.",
        )
        parser.add_argument(
            "--name",
            help="How to call it. Default: its account id; of a GUID, its beginning.",
        )
        parser.add_argument(
            "--tag-key",
            action="append",
            metavar="KEY",
            help="Read costs by this tag key too; may be repeated. Prints what each "
            "costs, as check_access does.",
        )
        for kind, connector in CONNECTORS.items():
            group = parser.add_argument_group(f"{kind.label} (--provider {kind.value})")
            for flag, argument in connector.arguments.items():
                group.add_argument(flag, **argument)

    def handle(self, *args: Any, **options: Any) -> None:
        by_default = CloudKind.FILES if options["files"] else CloudKind.AWS
        kind = CloudKind(options["provider"] or by_default)
        refuse_others(kind, options)
        for sentence in CONNECTORS[kind].connect(
            options, timezone.now(), command_actor()
        ):
            self.stdout.write(sentence)
        if remove_accounts(CloudAccount.objects.demo()):
            self.stdout.write(DEMO_LEFT)
        self.stdout.write(NEXT)


def refuse_others(kind: CloudKind, options: dict[str, Any]) -> None:
    """Raise CommandError for an argument of another cloud."""
    for other, connector in CONNECTORS.items():
        for flag in connector.arguments:
            is_taken = other == kind or flag in CONNECTORS[kind].shared
            if not is_taken and options[flag[2:].replace("-", "_")]:
                raise bad_arguments(
                    f"{flag} is an argument of --provider {other.value}, not of "
                    f"{kind.value}."
                )
