"""Which accounts' insights are due, and the claim on computing them.

The database decides by data versions, so a lost or doubled message changes nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from django.db import IntegrityError, transaction
from django.db.models import Q

from clouds.models import CloudAccount, DataVersion
from core.clocks import is_recent, recent
from costs.lines.models import LINES_DATASET
from costs.models import CostTotal
from insights.models import Anomaly, Forecast, RefreshState
from syncs.datasets import Dataset, Scope
from syncs.runs.processes import is_dead, mark_of, own_mark

# Lines are written after the costs that they are of, and anomalies name them.
READ = (*Dataset, LINES_DATASET)
# What of a payer's data concerns its members too.
BILLED = [dataset for dataset in Dataset if dataset.traits.scope == Scope.BILL]
# Increase it when a method changes, so that everything is computed again.
METHOD = 10
# What failed is tried again after so long, even without new data.
RETRY_AFTER = timedelta(hours=1)
# A refresh on another host cannot be seen from here; after so long it is abandoned.
HELD_AT_MOST = timedelta(hours=1)
NEVER = datetime.min.replace(tzinfo=UTC)


class Part(StrEnum):
    """A part of insights that can be refreshed on its own."""

    FORECASTS = "forecasts"
    ANOMALIES = "anomalies"
    CARBON = "carbon"
    RECOMMENDATIONS = "recommendations"
    BUDGETS = "budgets"
    OWNERS = "owners"
    CALIBRATIONS = "calibrations"
    NOTICES = "notices"


class AlreadyRefreshing(Exception):
    """Another process refreshes this now."""


def stored_versions() -> dict[CloudAccount | None, str]:
    """Return the version of each account's stored data; None is all together.

    That of a member of an organization includes its payer's bill. Two queries.
    """
    rows = DataVersion.objects.values_list("account", "dataset", "version")
    newest = {(account, dataset): version for account, dataset, version in rows}
    versions: dict[CloudAccount | None, str] = {
        account: _digest(
            METHOD,
            account.payer_id,
            account.is_enabled,
            *(newest.get((account.pk, dataset)) for dataset in READ),
            *(newest.get((account.payer_id, dataset)) for dataset in BILLED),
        )
        for account in CloudAccount.objects.select_related("payer").order_by("pk")
    }
    versions[None] = _digest(
        METHOD, *(f"{a and a.pk}:{v}" for a, v in versions.items())
    )
    return versions


def _digest(*parts: object) -> str:
    return sha256("|".join(map(str, parts)).encode()).hexdigest()[:32]


def due(now: datetime) -> list[CloudAccount | None]:
    """Return the accounts to compute now, those that waited longest first.

    Of what was tried at the same time, all accounts together come last.
    """
    states = {state.account_id: state for state in RefreshState.objects.all()}

    def is_due(account: CloudAccount | None, version: str) -> bool:
        state = states.get(account and account.pk)
        if state is None or state.version != version:
            return True
        tried = state.tried_at
        return bool(state.error and tried and not is_recent(tried, now, RETRY_AFTER))

    def tried(account: CloudAccount | None) -> datetime:
        state = states.get(account and account.pk)
        return state and state.tried_at or NEVER

    found = [one for one, version in stored_versions().items() if is_due(one, version)]
    return sorted(found, key=tried)


def shared_is_due() -> bool:
    """Return whether what all accounts share was not refreshed since their data
    changed, as a process ended between."""
    return recorded_part(Part.NOTICES) != stored_versions()[None]


def is_refreshing(now: datetime) -> bool:
    """Return whether a process that may still live refreshes anything."""
    held_now = RefreshState.objects.filter(recent("held_at", now, HELD_AT_MOST))
    holders = held_now.exclude(held_by="").values_list("held_by", flat=True)
    return any(not is_dead(mark) for mark in holders)


def release_own() -> None:
    """Release what this process could not, as its database was away at the end."""
    own = RefreshState.objects.filter(held_by=own_mark())
    own.update(held_by="", held_at=None)


def refreshing_processes(process_ids: Iterable[int]) -> list[int]:
    """Return those of these processes of this host that refresh something."""
    marks = {mark_of(process_id): process_id for process_id in process_ids}
    rows = RefreshState.objects.filter(held_by__in=list(marks))
    return [marks[mark] for mark in rows.values_list("held_by", flat=True)]


@contextmanager
def claimed(account: CloudAccount | None, now: datetime) -> Iterator[RefreshState]:
    """Claim the refresh of that account; raise AlreadyRefreshing.

    The claim of a killed process is released at once.
    """
    state = _state_of(account)
    row = RefreshState.objects.filter(pk=state.pk)
    if state.held_by and is_dead(state.held_by):
        row.filter(held_by=state.held_by).update(held_by="")
    free = Q(held_by="") | ~recent("held_at", now, HELD_AT_MOST)
    if row.filter(free).update(held_by=own_mark(), held_at=now) != 1:
        raise AlreadyRefreshing(f"The {state} are being computed by another process.")
    state.refresh_from_db()
    try:
        yield state
    finally:
        row.filter(held_by=own_mark()).update(held_by="", held_at=None)


def _state_of(account: CloudAccount | None) -> RefreshState:
    try:
        with transaction.atomic():
            return RefreshState.objects.get_or_create(account=account)[0]
    except IntegrityError:
        return RefreshState.objects.get(account=account)  # created by another


def record_part(part: Part, version: str) -> None:
    """Store the version of what this part of all accounts together was made from."""
    if recorded_part(part) == version:
        return
    with transaction.atomic():
        state = RefreshState.objects.select_for_update().get(pk=_state_of(None).pk)
        row = RefreshState.objects.filter(pk=state.pk)
        row.update(parts={**state.parts, part: version})


def recorded_part(part: Part) -> str | None:
    """Return that version; None where the part was not made yet."""
    state = RefreshState.objects.filter(account=None).first()
    return state.parts.get(part) if state else None


@contextmanager
def forgetting_removed(accounts: Sequence[int]) -> Iterator[None]:
    """Delete what was made of all accounts where one whose costs it holds is removed.

    Otherwise its costs would stay in forecasts and anomalies of those that are left.
    """
    are_billed = CostTotal.objects.filter(account__in=accounts).exists()
    yield
    if are_billed:
        Forecast.objects.filter(account=None).delete()
        Anomaly.objects.filter(account=None).delete()
        RefreshState.objects.filter(account=None).update(parts={}, version="")
