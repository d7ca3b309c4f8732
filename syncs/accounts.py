"""Saving an account, and what must be read anew because of it."""

from syncs.datasets import Dataset, Scope
from syncs.models import CloudAccount, Watermark


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
