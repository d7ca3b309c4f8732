"""Saving and removing accounts, with all that depends on them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import datetime
from types import SimpleNamespace

from django.db import transaction

from clouds.models import CloudAccount, SharedVersion
from clouds.querysets import CloudAccountQuerySet
from clouds.registry import CLOUDS
from clouds.versions import bump_shared_version
from core.db.exclusive import hold_until_commit
from syncs.datasets import Dataset, Scope
from syncs.models import Watermark
from users.audit import Actor, record_by
from users.changes import values_changed

# Held while an account is added, so that the later of two with one id is refused.
ACCOUNT_IDS = "clouds_cloudaccount.account_id"

# What other rooms do in the same transaction; they add theirs in AppConfig.ready, as
# this room may not import them. Context managers that wrap each removal of accounts and
# take their keys:
removal_hooks: list[Callable[[Sequence[int]], AbstractContextManager[None]]] = []
# Functions that are given an account that was added:
adding_hooks: list[Callable[[CloudAccount], None]] = []
# Functions that end what would go on for ever in an account that its cloud closed:
closing_hooks: list[Callable[[CloudAccount, datetime], None]] = []

FIELDS = ("provider", "account_id", "name", "is_payer", "payer", "is_enabled")
# What cached answers show of an account, or count by.
SHOWN = ("account_id", "name", "payer_id", "is_payer", "is_enabled")


@contextmanager
def adding_accounts() -> Iterator[None]:
    """Hold off others that add accounts: one that is not found is not added twice."""
    with transaction.atomic():
        hold_until_commit(ACCOUNT_IDS)
        yield


def save_account(account: CloudAccount, actor: Actor | None = None) -> None:
    """Save it, record what `actor` changed, and delete watermarks that no longer hold.

    A payer's bill is split by member, so its whole history is read again, and that of a
    member is read no more, or again.
    """
    with transaction.atomic():
        stored = CloudAccount.objects.filter(pk=account.pk)
        before = stored.select_for_update(no_key=True).first()
        pays = CLOUDS[account.provider].pays_for_others(account.account_id)
        if pays is not None:
            account.is_payer = pays
        if account.payer_id:
            account.is_payer = False
        account.save()
        if before is None or any(
            getattr(before, name) != getattr(account, name) for name in SHOWN
        ):
            bump_shared_version(SharedVersion.ACCOUNTS)
        if actor is not None:
            record_change(actor, before, account)
        if before is None:
            for added in adding_hooks:
                added(account)
            return
        becomes_payer = account.is_payer and not before.is_payer
        if becomes_payer or before.payer_id != account.payer_id:
            billed = [one for one in Dataset if one.traits.scope == Scope.BILL]
            marks = Watermark.objects.filter(account=account, dataset__in=billed)
            marks.delete()


def record_change(
    actor: Actor, before: CloudAccount | None, account: CloudAccount
) -> None:
    """Record each field and setting that differs; without any, nothing happened."""
    settings = [one.settings if one else {} for one in (before, account)]
    names = dict.fromkeys([*settings[0], *settings[1]])
    old, new = (SimpleNamespace(**{**names, **values}) for values in settings)
    changes = values_changed(before, account, FIELDS) | values_changed(old, new, names)
    if changes:
        action = "change" if before else "add"
        record_by(actor, f"cloudaccount.{action}", account, **changes)


def close_account(account: CloudAccount, now: datetime, actor: Actor) -> None:
    """Disable one that its cloud has closed; what is stored of it stays."""
    account.is_enabled = False
    with transaction.atomic():
        save_account(account, actor)
        for close in closing_hooks:
            close(account, now)


def remove_accounts(accounts: CloudAccountQuerySet) -> bool:
    """Delete them with all that was read of them, and return whether there were any.

    A sync that stores one of them ends first, as both want the same locks.
    """
    with transaction.atomic():
        locked = accounts.order_by("pk").select_for_update()
        keys = list(locked.values_list("pk", flat=True))
        if keys:
            with ExitStack() as stack:
                for around in removal_hooks:
                    stack.enter_context(around(keys))
                CloudAccount.objects.filter(pk__in=keys).delete()
            bump_shared_version(SharedVersion.ACCOUNTS)
        return bool(keys)
