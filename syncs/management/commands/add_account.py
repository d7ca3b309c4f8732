"""manage.py add_account: connects an AWS account."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from clouds.models import CloudAccount
from clouds.registry import CloudKind, aws_options
from core.commands import bad_arguments
from providers.aws.account_settings import AwsSettings
from providers.aws.client import AwsAccount
from providers.aws.provider import AwsProvider
from providers.errors import ProviderError
from providers.settings import InvalidSetting
from syncs.accounts.changes import remove_accounts, save_account
from syncs.accounts.organization import refresh_organization
from users.audit import command_actor

ROLE_NAME = "cloudintel"
NEXT = (
    "Next: `manage.py check_access` tries its permissions, `manage.py sync` reads it."
)
NO_PAYER = (
    "{} pays for an organization, so its bill holds what all members cost. It is read "
    "per member account; a member that is added is not read a second time."
)
NOT_THE_PAYER = (
    "{} does not pay for an organization, so its members were not added. Use the "
    "credentials of the account that does."
)
DEMO_LEFT = (
    "Removed the invented company, so that its costs are not added to yours. "
    "`manage.py demo` brings it back."
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
            help="Its bill covers its organization: costs are read per member account. "
            "Found out by itself where organizations:DescribeOrganization is allowed.",
        )
        parser.add_argument(
            "--organization",
            action="store_true",
            help="Add its active members too, each with a role, and those that join "
            "later; implies --payer.",
        )
        parser.add_argument(
            "--role-name",
            help=f"The role in each member account. Default: {ROLE_NAME}.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        account_id, provider = _ask(options)
        account = self._save(account_id, _given(options))
        now = timezone.now()
        told = refresh_organization(
            account,
            provider,
            now,
            command_actor(),
            since=None if options["organization"] else now,
        )
        if options["organization"]:
            if not account.is_payer:
                raise CommandError(NOT_THE_PAYER.format(account))
            self._change_members(account, options)
        if account.is_payer:
            told = [NO_PAYER.format(account), *told]
        if remove_accounts(CloudAccount.objects.demo()):
            told.append(DEMO_LEFT)
        for sentence in [*told, NEXT]:
            self.stdout.write(sentence)

    def _save(self, account_id: str, given: dict[str, Any]) -> CloudAccount:
        """Add the account, or change what is given of the one that is there."""
        same = CloudAccount.objects.filter(
            provider=CloudKind.AWS, account_id=account_id
        )
        before = same.first()
        account = before or CloudAccount(account_id=account_id, name=account_id)
        for name, value in given.items():
            if name in AwsSettings.names():
                account.settings = account.settings | {name: value}
            else:
                setattr(account, name, value)
        try:
            account.full_clean()
        except ValidationError as error:
            raise bad_arguments("; ".join(error.messages)) from None
        save_account(account, command_actor())
        self.stdout.write(f"{'Changed' if before else 'Added'} {account}.")
        return account

    def _change_members(self, payer: CloudAccount, options: dict[str, Any]) -> None:
        """Change what is given of all members; what is not stays as each has it."""
        role, given = options["role_name"], _given(options)
        shared = {"external_id", "regions"} & given.keys()
        changes = {name: given[name] for name in shared}
        for member in payer.members.all():
            if role:
                before = str(member.settings.get("role_arn") or "arn:aws")
                account = f"arn:{before.split(':')[1]}:iam::{member.account_id}"
                changes["role_arn"] = f"{account}:role/{role}"
            member.settings = member.settings | changes
            save_account(member, command_actor())


def _ask(options: dict[str, Any]) -> tuple[str, AwsProvider]:
    """Return whose credentials these are, and what else can be asked with them."""
    given = {name: options[name] or "" for name in ("role_arn", "external_id")}
    try:
        settings = AwsSettings.of(given)
    except InvalidSetting as error:
        raise bad_arguments(f"--role-arn {given['role_arn']}: {error}") from None
    provider = AwsProvider(AwsAccount(settings=settings), aws_options())
    try:
        account_id = provider.identity()
        if options["organization"]:
            provider.fetch_members()  # before anything is stored
    except ProviderError as error:
        raise CommandError(str(error)) from None
    return account_id, provider


def _given(options: dict[str, Any]) -> dict[str, Any]:
    """Return the fields that the arguments name; others stay as they are."""
    role = options["role_name"] or ROLE_NAME
    given = {
        "name": options["name"],
        "role_arn": options["role_arn"],
        "external_id": options["external_id"],
        "regions": options["region"],
        "is_payer": options["payer"] or options["organization"] or None,
        "member_role": role if options["organization"] else None,
    }
    return {name: value for name, value in given.items() if value is not None}
