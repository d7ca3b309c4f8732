"""What connecting an account of any cloud shares."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError

from clouds.models import CloudAccount
from clouds.registry import CLOUDS
from core.commands import bad_arguments
from syncs.accounts.changes import adding_accounts, save_account
from users.audit import Actor

Options = Mapping[str, Any]
DEMO_LEFT = (
    "Removed the invented company, so that its costs are not added to yours. "
    "`manage.py demo` brings it back."
)


@dataclass(frozen=True, slots=True)
class Connector:
    """How add_account connects accounts of one cloud.

    `arguments` are its own, by their flag, as argparse takes them. `connect` stores the
    account and yields each sentence to tell; it raises CommandError.
    """

    arguments: Mapping[str, Mapping[str, Any]]
    connect: Callable[[Options, datetime, Actor], Iterator[str]]
    shared: frozenset[str] = frozenset()
    """Arguments of other clouds that it takes too."""


@adding_accounts()
def store_account(
    kind: str, account_id: str, given: Mapping[str, Any], actor: Actor, name: str = ""
) -> tuple[CloudAccount, str]:
    """Add the account, or change what is given of the one that is there.

    `given` are fields of the account, and settings of its cloud; `name` is what a new
    one is called without any in it. Return it, and the sentence that says so. Raises
    CommandError.
    """
    before = CloudAccount.objects.filter(provider=kind, account_id=account_id).first()
    account = before or CloudAccount(
        provider=kind, account_id=account_id, name=name or account_id.rpartition("/")[2]
    )
    names = CLOUDS[kind].settings.names()
    stored = {**account.settings, **{name: given[name] for name in names & {*given}}}
    account.settings = {name: value for name, value in stored.items() if value}
    for name in given.keys() - names:
        setattr(account, name, given[name])
    try:
        account.full_clean()
    except ValidationError as error:
        raise bad_arguments("; ".join(error.messages)) from None
    save_account(account, actor)
    return account, f"{'Changed' if before else 'Added'} {account}."
