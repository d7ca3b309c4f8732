"""Saving and removing accounts, with all that depends on them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager

from django.db import transaction

from clouds.models import CloudAccount, SharedVersion
from clouds.querysets import CloudAccountQuerySet
from clouds.versions import bump_shared_version
from syncs.datasets import Dataset, Scope
from syncs.models import Watermark

# Context managers that wrap, in the same transaction, each removal of accounts or
# change of their payer; each takes the accounts' keys. Rooms whose sums depend on
# these add theirs in AppConfig.ready, as this room may not import them.
account_change_hooks: list[Callable[[Sequence[int]], AbstractContextManager[None]]] = []

# What cached answers show of an account, or count by.
SHOWN = ("account_id", "name", "payer_id", "is_payer", "is_enabled")


def save_account(account: CloudAccount) -> None:
    """Save it, and delete the watermarks that no longer hold.

    The payer decides how costs are split, so the whole history is read again.
    """
    with transaction.atomic():
        stored = CloudAccount.objects.filter(pk=account.pk)
        before = stored.select_for_update(no_key=True).first()
        has_new_payer = before is not None and before.payer_id != account.payer_id
        with _changing([account.pk] if has_new_payer else []):
            account.save()
        if before is None or any(
            getattr(before, name) != getattr(account, name) for name in SHOWN
        ):
            bump_shared_version(SharedVersion.ACCOUNTS)
        if before is None:
            return
        if (before.is_payer, before.payer_id) != (account.is_payer, account.payer_id):
            billed = [one for one in Dataset if one.traits.scope == Scope.BILL]
            marks = Watermark.objects.filter(account=account, dataset__in=billed)
            marks.delete()


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
            bump_shared_version(SharedVersion.ACCOUNTS)
        return bool(keys)


@contextmanager
def _changing(keys: Sequence[int]) -> Iterator[None]:
    with ExitStack() as stack:
        if keys:
            for around in account_change_hooks:
                stack.enter_context(around(keys))
        yield
