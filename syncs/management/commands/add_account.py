"""manage.py add_account: connects an AWS account."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from providers.aws.client import AwsAccount
from providers.aws.provider import AwsProvider
from providers.errors import ProviderError
from providers.records import MemberAccount
from syncs.clouds import aws_options
from syncs.commands import bad_arguments
from syncs.models import CloudAccount, CloudKind

ROLE_NAME = "cloudintel"
NEXT = (
    "Next: `manage.py check_access` tries its permissions, `manage.py sync` reads it."
)


class Command(BaseCommand):
    help = (
        "Connects an AWS account. Without arguments: the one whose credentials the "
        "environment has. With --role-arn: the one that the role belongs to. With "
        "--organization: the payer account and all of its members. Run again for the "
        "same account, it changes what is given. AWS is asked who it is: free."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--name", help="How to call it. Default: its account id.")
        parser.add_argument("--role-arn", help="The role to assume.")
        parser.add_argument(
            "--external-id",
            help="The ExternalId that the roles' trust policies ask for.",
        )
        parser.add_argument(
            "--region",
            action="append",
            metavar="REGION",
            help="Only this region; may be repeated. Default: every enabled one.",
        )
        parser.add_argument(
            "--payer",
            action="store_true",
            help="Its bill covers its organization: costs are read per member account.",
        )
        parser.add_argument(
            "--organization",
            action="store_true",
            help="Add its active members too, each with a role; implies --payer.",
        )
        parser.add_argument(
            "--role-name",
            default=ROLE_NAME,
            help=f"The role in each member account. Default: {ROLE_NAME}.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        provider = AwsProvider(
            AwsAccount(
                role_arn=options["role_arn"] or "",
                external_id=options["external_id"] or "",
            ),
            aws_options(),
        )
        given = _given(options)
        try:
            identity = provider.identity()
            members = provider.fetch_members() if options["organization"] else ()
        except ProviderError as error:
            raise CommandError(str(error)) from None
        account = self._save(identity.account_id, given)
        for member in members:
            if member.is_active and member.account_id != account.account_id:
                self._save(member.account_id, _member(member, account, options))
        self.stdout.write(NEXT)

    def _save(self, account_id: str, given: dict[str, Any]) -> CloudAccount:
        """Adds the account, or changes what is given of the one that is there."""
        account = CloudAccount.objects.filter(
            provider=CloudKind.AWS, account_id=account_id
        ).first()
        done = "Changed" if account else "Added"
        account = account or CloudAccount(account_id=account_id, name=account_id)
        for name, value in given.items():
            setattr(account, name, value)
        try:
            account.full_clean()
        except ValidationError as error:
            raise bad_arguments("; ".join(error.messages)) from None
        account.save()
        self.stdout.write(f"{done} {account}.")
        return account


def _given(options: dict[str, Any]) -> dict[str, Any]:
    """The fields that the arguments name; what is left out stays as it is."""
    given = {
        "name": options["name"],
        "role_arn": options["role_arn"],
        "external_id": options["external_id"],
        "regions": options["region"],
        "is_payer": options["payer"] or options["organization"] or None,
    }
    return {name: value for name, value in given.items() if value is not None}


def _member(
    member: MemberAccount, payer: CloudAccount, options: dict[str, Any]
) -> dict[str, Any]:
    return {
        "name": member.name,
        "role_arn": f"arn:aws:iam::{member.account_id}:role/{options['role_name']}",
        "external_id": options["external_id"] or "",
        "payer": payer,
        **({"regions": options["region"]} if options["region"] else {}),
    }
