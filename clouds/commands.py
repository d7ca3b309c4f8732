"""The accounts that a command is given."""

from argparse import ArgumentParser
from collections.abc import Sequence

from django.core.management.base import CommandError

from clouds.models import CloudAccount
from clouds.querysets import AmbiguousAccount
from core.commands import bad_arguments

NO_ACCOUNTS = (
    "There is no account to read. Add one with `manage.py add_account`, or try "
    "cloudintel with `manage.py demo`."
)


def add_account_argument(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--account",
        action="append",
        default=[],
        metavar="ID_OR_NAME",
        help="Only this account; may be repeated. Default: all enabled ones.",
    )


def chosen_accounts(names: Sequence[str]) -> list[CloudAccount]:
    """Return the accounts of these ids or names; without any, all enabled ones."""
    accounts = CloudAccount.objects.select_related("payer")
    if not names:
        if not (enabled := list(accounts.enabled())):
            raise CommandError(NO_ACCOUNTS)
        return enabled
    try:
        chosen = {name: accounts.one_called(name) for name in names}
    except AmbiguousAccount as error:
        raise bad_arguments(error) from None
    if unknown := [name for name, account in chosen.items() if account is None]:
        existing = ", ".join(str(one) for one in CloudAccount.objects.all()[:20])
        raise bad_arguments(
            f"There is no account {', '.join(unknown)}. Known: {existing or 'none'}."
        )
    return list(dict.fromkeys(chosen.values()))
