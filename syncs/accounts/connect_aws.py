"""Connecting an AWS account, or an organization: AWS is asked who it is."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.core.management.base import CommandError

from clouds.models import CloudAccount
from clouds.registry import CloudKind, aws_options
from core.commands import bad_arguments
from providers.aws.account_settings import AwsSettings
from providers.aws.client import AwsAccount
from providers.aws.cost_explorer import TAG_PRICE
from providers.aws.provider import AwsProvider
from providers.errors import ProviderError
from providers.settings import InvalidSetting, priced_tags
from syncs.accounts.changes import save_account
from syncs.accounts.connect import Connector, Options, store_account
from syncs.accounts.organization import refresh_organization
from users.audit import Actor

ROLE_NAME = "cloudintel"
NO_PAYER = (
    "{} pays for an organization, so its bill holds what all members cost. It is read "
    "per member account; a member that is added is not read a second time."
)
NOT_THE_PAYER = (
    "{} does not pay for an organization, so its members were not added. Use the "
    "credentials of the account that does."
)
ARGUMENTS: dict[str, dict[str, Any]] = {
    "--role-arn": {"help": "The role to assume."},
    "--external-id": {"help": "The ExternalId that the roles' trust policies ask for."},
    "--acting-role-arn": {
        "help": "The role that changes resources once that was approved, which is "
        "another one. Default: nothing is ever changed. Empty: no longer.",
    },
    "--acting-external-id": {
        "help": "The ExternalId that the acting role's trust policy asks for.",
    },
    "--region": {
        "action": "append",
        "metavar": "REGION",
        "help": "Only this region; may be repeated. Default: every enabled one.",
    },
    "--payer": {
        "action": "store_true",
        "help": "Its bill covers its organization: costs are read per member account. "
        "Found out by itself where organizations:DescribeOrganization is allowed.",
    },
    "--organization": {
        "action": "store_true",
        "help": "Add its active members too, each with a role, and those that join "
        "later; implies --payer.",
    },
    "--role-name": {
        "help": f"The role in each member account. Default: {ROLE_NAME}.",
    },
}


def connect(options: Options, now: datetime, actor: Actor) -> Iterator[str]:
    account_id, provider = _ask(options)
    account, sentence = store_account(CloudKind.AWS, account_id, _given(options), actor)
    yield sentence
    sentences = refresh_organization(
        account,
        provider,
        now,
        actor,
        since=None if options["organization"] else now,
    )
    if options["organization"]:
        if not account.is_payer:
            raise CommandError(NOT_THE_PAYER.format(account))
        _change_members(account, options, actor)
    if account.is_payer:
        yield NO_PAYER.format(account)
    if tags := priced_tags(options["tag_key"] or [], TAG_PRICE):
        yield f"Costs are read{tags}."
    yield from sentences


def _change_members(payer: CloudAccount, options: Options, actor: Actor) -> None:
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
        save_account(member, actor)


def _ask(options: Options) -> tuple[str, AwsProvider]:
    """Return whose credentials these are, and what else can be asked with them."""
    names = ("role_arn", "external_id", "acting_role_arn")
    given = {name: options[name] or "" for name in names}
    try:
        settings = AwsSettings.of(given)
    except InvalidSetting as error:
        flag = f"--{error.field.replace('_', '-')} {given[error.field]}"
        raise bad_arguments(f"{flag}: {error}") from None
    provider = AwsProvider(AwsAccount(settings=settings), aws_options())
    try:
        account_id = provider.identity()
        if options["organization"]:
            provider.fetch_members()  # before anything is stored
    except ProviderError as error:
        raise CommandError(str(error)) from None
    return account_id, provider


def _given(options: Options) -> dict[str, Any]:
    """Return the fields that the arguments name; others stay as they are."""
    role = options["role_name"] or ROLE_NAME
    given = {
        "name": options["name"],
        "role_arn": options["role_arn"],
        "external_id": options["external_id"],
        "acting_role_arn": options["acting_role_arn"],
        "acting_external_id": options["acting_external_id"],
        "regions": options["region"],
        "is_payer": options["payer"] or options["organization"] or None,
        "tag_keys": options["tag_key"],
        "member_role": role if options["organization"] else None,
    }
    return {name: value for name, value in given.items() if value is not None}


AWS = Connector(ARGUMENTS, connect)
