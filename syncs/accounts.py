"""Accounts: how they are told apart, and what a change of one has read again."""

from collections import Counter
from collections.abc import Iterable

from syncs.datasets import Dataset, Scope
from syncs.models import CloudAccount, Watermark


def account_labels(accounts: Iterable[CloudAccount]) -> dict[str, str]:
    """Return each account's name by its id; with the id where names collide."""
    accounts = list(accounts)
    counts = Counter(account.name for account in accounts)
    return {
        one.account_id: one.name if counts[one.name] == 1 else str(one)
        for one in accounts
    }


def save_account(account: CloudAccount) -> None:
    """Saves it, and forgets how far it was read where that means something else now.

    Whose bill covers whom decides how costs are split, so the whole history is read
    in the new form; with other regions come machines whose CPU was never asked for.
    """
    before = CloudAccount.objects.filter(pk=account.pk).first()
    account.save()
    if before is None:
        return
    marks = Watermark.objects.filter(account=account)
    if (before.is_payer, before.payer_id) != (account.is_payer, account.payer_id):
        billed = [one for one in Dataset if one.traits.scope == Scope.BILL]
        marks.filter(dataset__in=billed).delete()
    if before.settings.get("regions") != account.settings.get("regions"):
        marks.filter(dataset__in=[one for one in Dataset if one.after]).delete()
