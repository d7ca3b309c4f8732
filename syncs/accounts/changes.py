"""Accounts: how they are told apart, saved and removed, with all that depends on it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager

from django.db import transaction

from clouds.models import CloudAccount
from clouds.querysets import CloudAccountQuerySet
from clouds.versions import move_accounts_version
from syncs.datasets import Dataset, Scope
from syncs.models import Watermark

# What rooms that sum rows of accounts do around a change of which accounts there are,
# or who pays for them, in the same transaction; each takes the accounts' keys. A room
# adds itself in its AppConfig, as this one may not import it.
around_account_changes: list[
    Callable[[Sequence[int]], AbstractContextManager[None]]
] = []

# What answers tell of an account, or count by.
SHOWN = ("account_id", "name", "payer_id", "is_payer", "is_enabled")


def save_account(account: CloudAccount) -> None:
    """Save it, and forget how far it was read where that means something else now.

    Whose bill covers whom decides how costs are split, so the whole history is read
    in the new form; with other regions come machines whose CPU was never asked for.
    """
    with transaction.atomic():
        stored = CloudAccount.objects.filter(pk=account.pk)
        before = stored.select_for_update(no_key=True).first()
        moves = before is not None and before.payer_id != account.payer_id
        with _changing([account.pk] if moves else []):
            account.save()
        if before is None or any(
            getattr(before, name) != getattr(account, name) for name in SHOWN
        ):
            move_accounts_version()
        if before is None:
            return
        marks = Watermark.objects.filter(account=account)
        if (before.is_payer, before.payer_id) != (account.is_payer, account.payer_id):
            billed = [one for one in Dataset if one.traits.scope == Scope.BILL]
            marks.filter(dataset__in=billed).delete()
        if before.settings.get("regions") != account.settings.get("regions"):
            marks.filter(dataset__in=[one for one in Dataset if one.after]).delete()


def remove_accounts(accounts: CloudAccountQuerySet) -> bool:
    """Delete them with all that was read of them, and return whether there were any.

    A sync that stores one of them ends first, as both want the same locks.
    """
    with transaction.atomic():
        locked = accounts.order_by("pk").select_for_update()
        keys = list(locked.values_list("pk", flat=True))
        if keys:
            with _changing(keys):
                CloudAccount.objects.filter(pk__in=keys).delete()
            move_accounts_version()
        return bool(keys)


@contextmanager
def _changing(keys: Sequence[int]) -> Iterator[None]:
    with ExitStack() as stack:
        if keys:
            for around in around_account_changes:
                stack.enter_context(around(keys))
        yield
