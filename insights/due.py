"""Whose insights are due, told by the database: what was read since they were made.

A message that is lost or comes twice changes nothing: who looks next sees the same.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import IntegrityError, transaction
from django.db.models import Q

from insights.models import RefreshState
from syncs.datasets import Dataset, Scope
from syncs.models import CloudAccount, DataVersion
from syncs.processes import is_dead, mark_of, own_mark

# What of a payer's data tells of its members too.
BILLED = [dataset for dataset in Dataset if dataset.traits.scope == Scope.BILL]
# Another number has everything computed anew: what is computed has changed.
METHOD = 2
# What failed is tried again after so long, though nothing new was read.
RETRY_AFTER = timedelta(hours=1)
# A refresh on another host can't be seen from here; after so long it is taken for dead.
HELD_AT_MOST = timedelta(hours=1)


class Held(Exception):
    """Another process refreshes this just now."""


def stored_versions() -> dict[CloudAccount | None, str]:
    """For each account which state of its data is stored; None is all of them together.

    That of a member of an organization tells of its payer's bill too. Two queries.
    """
    rows = DataVersion.objects.values_list("account", "dataset", "version")
    newest: dict[tuple[int, str], object] = {
        (int(account), dataset): version for account, dataset, version in rows
    }
    accounts = list(CloudAccount.objects.select_related("payer").order_by("pk"))
    versions: dict[CloudAccount | None, str] = {
        account: _short(
            METHOD,
            account.payer_id,
            account.is_enabled,
            *(newest.get((account.pk, dataset)) for dataset in Dataset),
            *(newest.get((account.payer_id or 0, dataset)) for dataset in BILLED),
        )
        for account in accounts
    }
    versions[None] = _short(METHOD, *(f"{a and a.pk}:{v}" for a, v in versions.items()))
    return versions


def due(now: datetime) -> list[CloudAccount | None]:
    """Whose insights are to be computed now; all accounts together come last."""
    states = {state.account_id: state for state in RefreshState.objects.all()}
    wanted: list[CloudAccount | None] = []
    for account, version in stored_versions().items():
        state = states.get(account.pk if account else None)
        if state is None or state.version != version or _is_failed(state, now):
            wanted.append(account)
    return wanted


def _is_failed(state: RefreshState, now: datetime) -> bool:
    tried = state.tried_at
    return bool(state.error) and tried is not None and tried < now - RETRY_AFTER


def is_at_work(now: datetime) -> bool:
    """Whether a process that may still live refreshes anything."""
    held_now = RefreshState.objects.filter(held_at__gte=now - HELD_AT_MOST)
    holders = held_now.exclude(held_by="").values_list("held_by", flat=True)
    return any(not is_dead(mark) for mark in holders)


def at_work_of(process_ids: Iterable[int]) -> list[int]:
    """Those of these processes of this host that refresh something."""
    marks = {mark_of(process_id): process_id for process_id in process_ids}
    rows = RefreshState.objects.filter(held_by__in=list(marks))
    return [marks[mark] for mark in rows.values_list("held_by", flat=True)]


@contextmanager
def held(account: CloudAccount | None, now: datetime) -> Iterator[RefreshState]:
    """The state of that account, which nobody else refreshes meanwhile. Raises Held.

    What a killed process held is free again at once.
    """
    state = _state_of(account)
    if state.held_by and is_dead(state.held_by):
        dead = RefreshState.objects.filter(pk=state.pk, held_by=state.held_by)
        dead.update(held_by="")
    free = Q(held_by="") | Q(held_at__lt=now - HELD_AT_MOST)
    mine = RefreshState.objects.filter(free, pk=state.pk)
    if mine.update(held_by=own_mark(), held_at=now) != 1:
        raise Held(f"The {state} are being computed by another process.")
    state.refresh_from_db()
    try:
        yield state
    finally:
        own = RefreshState.objects.filter(pk=state.pk, held_by=own_mark())
        own.update(held_by="", held_at=None)


def _state_of(account: CloudAccount | None) -> RefreshState:
    try:
        with transaction.atomic():
            return RefreshState.objects.get_or_create(account=account)[0]
    except IntegrityError:
        return RefreshState.objects.get(account=account)  # made by another just now


def _short(*parts: object) -> str:
    return sha256("|".join(map(str, parts)).encode()).hexdigest()[:32]
