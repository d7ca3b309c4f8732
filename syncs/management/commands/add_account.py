"""manage.py add_account: connects an AWS account."""

from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from clouds.models import CloudAccount
from clouds.registry import CloudKind, aws_options
from core.commands import bad_arguments
from providers.aws.account_settings import AwsSettings
from providers.aws.client import AwsAccount
from providers.aws.provider import AwsProvider
from providers.errors import ProviderError
from providers.records import MemberAccount
from providers.settings import InvalidSetting
from syncs.accounts.changes import remove_accounts, save_account
from users.audit import record_command
from users.changes import values_changed

ROLE_NAME = "cloudintel"
NEXT = (
    "Next: `manage.py check_access` tries its permissions, `manage.py sync` reads it."
)
NO_PAYER = (
    "{} pays for an organization, so its bill holds what all members cost. It is read "
    "per member account; a member that is added is not read a second time."
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
            help="Add its active members too, each with a role; implies --payer.",
        )
        parser.add_argument(
            "--role-name",
            help=f"The role in each member account. Default: {ROLE_NAME}.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        account_id, payer_id, members = _ask(options)
        given = _given(options)
        if payer_id == account_id:
            given["is_payer"] = True
        elif payer_id:
            payers = CloudAccount.objects.filter(account_id=payer_id, is_payer=True)
            given["payer"] = payers.first()
        account = self._save(account_id, given)
        if account.is_payer:
            self.stdout.write(NO_PAYER.format(account))
        for member in members:
            is_new = not CloudAccount.objects.filter(
                account_id=member.account_id
            ).exists()
            if member.account_id == account.account_id or not member.is_active:
                continue
            if options["organization"] or not is_new:
                self._save_member(member, account, options)
        if remove_accounts(CloudAccount.objects.demo()):
            self.stdout.write(DEMO_LEFT)
        self.stdout.write(NEXT)

    def _save(self, account_id: str, given: dict[str, Any]) -> CloudAccount:
        """Add the account, or change what is given of the one that is there."""
        same = CloudAccount.objects.filter(
            provider=CloudKind.AWS, account_id=account_id
        )
        before = same.first()
        account = same.first() or CloudAccount(account_id=account_id, name=account_id)
        for name, value in given.items():
            if name in AwsSettings.names():
                account.settings = account.settings | {name: value}
            else:
                setattr(account, name, value)
        try:
            account.full_clean()
        except ValidationError as error:
            raise bad_arguments("; ".join(error.messages)) from None
        save_account(account)
        settings = AwsSettings.names() & given.keys()
        changes = values_changed(before, account, given.keys() - settings)
        changes |= values_changed(
            before and before.typed_settings, account.typed_settings, settings
        )
        action = "change" if before else "add"
        record_command(f"cloudaccount.{action}", account, **changes)
        self.stdout.write(f"{'Changed' if before else 'Added'} {account}.")
        return account

    def _save_member(
        self, member: MemberAccount, payer: CloudAccount, options: dict[str, Any]
    ) -> None:
        """Give a new member its name and the role; one that is there keeps its own."""
        given: dict[str, Any] = {"payer": payer}
        is_new = not CloudAccount.objects.filter(account_id=member.account_id).exists()
        if is_new:
            given["name"] = member.name
        if options["role_name"] or is_new:
            role = options["role_name"] or ROLE_NAME
            account = f"arn:{member.partition}:iam::{member.account_id}"
            given["role_arn"] = f"{account}:role/{role}"
        if options["external_id"] is not None:
            given["external_id"] = options["external_id"]
        if options["region"]:
            given["regions"] = options["region"]
        self._save(member.account_id, given)


def _ask(
    options: dict[str, Any],
) -> tuple[str, str | None, Sequence[MemberAccount]]:
    """Return whose credentials these are, its payer, and its organization's members."""
    given = {name: options[name] or "" for name in ("role_arn", "external_id")}
    try:
        settings = AwsSettings.of(given)
    except InvalidSetting as error:
        raise bad_arguments(f"--role-arn {given['role_arn']}: {error}") from None
    provider = AwsProvider(AwsAccount(settings=settings), aws_options())
    try:
        account_id = provider.identity()
        payer_id = provider.fetch_payer_id()
        # Only a payer may ask; whom its bill covers must not be counted beside it.
        is_payer = options["organization"] or options["payer"]
        is_payer = is_payer or payer_id == account_id
        members = provider.fetch_members() if is_payer else ()
    except ProviderError as error:
        raise CommandError(str(error)) from None
    return account_id, payer_id, members


def _given(options: dict[str, Any]) -> dict[str, Any]:
    """Return the fields that the arguments name; others stay as they are."""
    given = {
        "name": options["name"],
        "role_arn": options["role_arn"],
        "external_id": options["external_id"],
        "regions": options["region"],
        "is_payer": options["payer"] or options["organization"] or None,
    }
    return {name: value for name, value in given.items() if value is not None}
