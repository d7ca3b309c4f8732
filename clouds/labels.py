"""The labels of accounts, unique even where two have the same name."""

from collections import Counter
from collections.abc import Iterable

from clouds.models import CloudAccount


def account_labels(accounts: Iterable[CloudAccount]) -> dict[str, str]:
    """Return each account's name by its id; with the id where names collide."""
    accounts = list(accounts)
    counts = Counter(account.name for account in accounts)
    return {
        one.account_id: one.name if counts[one.name] == 1 else str(one)
        for one in accounts
    }
