"""The labels of accounts, unique even where two have the same name."""

from collections import Counter
from collections.abc import Iterable

from clouds.models import CloudAccount
from clouds.registry import CloudKind


def account_labels(accounts: Iterable[CloudAccount]) -> dict[str, str]:
    """Return each account's name by its id; with the id where names collide."""
    accounts = list(accounts)
    counts = Counter(account.name for account in accounts)
    return {
        one.account_id: one.name if counts[one.name] == 1 else str(one)
        for one in accounts
    }


def tag_keys_of(accounts: Iterable[CloudAccount]) -> list[str]:
    """Return the tag keys by which costs of any of them are read, in order."""
    return sorted(
        {key for account in accounts for key in account.settings.get("tag_keys", ())}
    )


def clouds_of(accounts: Iterable[CloudAccount]) -> list[CloudKind]:
    """Return the clouds that the accounts are of, in order."""
    return [CloudKind(name) for name in sorted({one.provider for one in accounts})]
