"""Connecting the bill files of a billing account, wherever they lie."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from clouds.models import CloudAccount
from clouds.registry import CloudKind, files_options
from core.commands import bad_arguments
from providers.errors import ProviderError
from providers.files.account_settings import FilesSettings, bill_id
from providers.files.provider import FilesProvider
from providers.settings import InvalidSetting
from syncs.accounts.connect import Connector, Options, store_account
from users.audit import Actor

ARGUMENTS: dict[str, dict[str, Any]] = {
    "--files": {
        "metavar": "PLACE",
        "help": "Where the bill's files lie, FOCUS, CUR or Azure's exports: a "
        "directory or file of this machine, s3://bucket/prefix, or "
        "https://ACCOUNT.blob.core.windows.net/CONTAINER/prefix.",
    },
    "--billing-account": {
        "metavar": "ID",
        "help": "Of the files, where they have the bills of several.",
    },
}
COVERS_OTHERS = (
    "Costs of {} are read by the accounts that its lines name. What these are charged "
    "for on their own bills is not counted a second time."
)


def connect(options: Options, now: datetime, actor: Actor) -> Iterator[str]:
    """Store it under the billing account that its files name, which are read."""
    account, sentence = store_files_account(
        options["files"] or "", options["billing_account"] or "", options, now, actor
    )
    yield sentence
    yield COVERS_OTHERS.format(account)


def store_files_account(
    place: str, billing_account: str, options: Options, now: datetime, actor: Actor
) -> tuple[CloudAccount, str]:
    """Store the account of these files. Raise CommandError."""
    if place and "://" not in place:
        place = str(Path(place).resolve())
    given = _given(place, options)
    account_id = bill_id(billing_account or _only_account(given, now))
    return store_account(CloudKind.FILES, account_id, given, actor)


def _only_account(given: Mapping[str, Any], now: datetime) -> str:
    """Return whose bills lie there. Raise CommandError unless it is one."""
    known = FilesSettings.names() & given.keys()
    try:
        settings = FilesSettings.of({name: given[name] for name in known})
        provider = FilesProvider("", settings, files_options(), now)
        found = provider.accounts(lambda sentence: None)
    except (InvalidSetting, ProviderError) as error:
        raise bad_arguments(error) from None
    if len(found) != 1:
        raise bad_arguments(
            f"The files are of {len(found)} billing accounts, {', '.join(found)}: name "
            "one by --billing-account."
            if found
            else "No line of the files names a billing account."
        )
    return found[0]


def _given(place: str, options: Options) -> dict[str, Any]:
    """Return the fields and settings that the arguments name."""
    named = {
        name: options.get(name)
        for name in ("name", *FilesSettings.names())
        if name not in ("place", "tag_keys")
    }
    named |= {"place": place, "tag_keys": options.get("tag_key")}
    return {name: value for name, value in named.items() if value not in (None, False)}


FILES = Connector(
    ARGUMENTS,
    connect,
    frozenset(
        f"--{name.replace('_', '-')}"
        for name in FilesSettings.names() - {"place", "tag_keys"}
    ),
)
