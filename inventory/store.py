"""Store what was read of a region: what came, what changed, and what is gone.

Everything here runs within the caller's transaction, and again does the same.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from operator import attrgetter
from typing import Any

from core.db.storable import storable
from core.db.upsert import upsert
from inventory.kinds import KINDS, Kind, KindTraits, kinds_of
from inventory.models import LONGEST_VALUE, Resource, StateChange
from inventory.querysets import ResourceQuerySet
from providers.records import RegionResources, ResourceRecord
from syncs.models import SyncRun

# What a sync updates of any resource.
RESOURCE_FIELDS = ("region", "name", "resource_group", "state", "tags", "created_at")
CHANGE_KEY = ("resource_id", "field", "at", "new_value")
CHANGE_FIELDS = ("run_id", "old_value")
CHILD_KEY = "resource_ptr_id"
NOT_ANSWERED = (None, "")
RESOURCE_KEY = ("account_id", "resource_id", "kind")
# Rules give a new one to its owner later.
NOBODYS = {"assigned_by": "", "message": ""}


def store_region(run: SyncRun, answer: RegionResources) -> int:
    """Store one completely read region; return how many resources it has.

    One of the run's kinds that the answer lacks is marked gone.
    """
    kinds = kinds_of(run.dataset)
    stored = sum(_store_kind(run, kind, answer) for kind in kinds)
    in_region = Resource.objects.filter(
        account=run.account, region=answer.region, kind__in=kinds
    )
    mark_gone(in_region.exclude(last_seen_at=run.started_at), run.started_at, run)
    return stored


def mark_other_regions_gone(run: SyncRun, regions: Collection[str]) -> None:
    """Mark what lies in regions that are not read any more: a region was disabled, or
    left out of the account's regions. One that only failed is among `regions`."""
    read = Resource.objects.filter(account=run.account, kind__in=kinds_of(run.dataset))
    mark_gone(read.exclude(region__in=regions), run.started_at, run)


def mark_gone(
    resources: ResourceQuerySet, at: datetime, run: SyncRun | None = None
) -> None:
    """Mark those of them that are not marked yet."""
    present = resources.present()
    _record(
        _change(run, one.pk, StateChange.Field.STATE, one.state, one.gone_word, at)
        for one in present.only("kind", "state")
        if one.state != one.gone_word
    )
    present.update(gone_since=at)


def _store_kind(run: SyncRun, kind: Kind, answer: RegionResources) -> int:
    traits = KINDS[kind]
    found = [one for one in answer.resources if isinstance(one, traits.record)]
    if not found:
        return 0
    stored = traits.model._default_manager.filter(
        account=run.account, region=answer.region
    )
    before = {one.resource_id: one for one in stored}
    # By id, as pages may both name a resource that came or went meanwhile.
    after = {
        one.resource_id: _completed(one, before.get(one.resource_id), traits)
        for one in found
    }
    keys = _upsert_resources(run, kind, after)
    columns = traits.own_fields
    rows = (
        (keys[resource_id], *(getattr(one, name) for name in columns))
        for resource_id, one in after.items()
    )
    upsert(traits.model, (CHILD_KEY, *columns), rows, key=(CHILD_KEY,))
    _record(
        change
        for resource_id, one in after.items()
        for change in _changes(
            run, keys[resource_id], before.get(resource_id), one, traits
        )
    )
    return len(after)


def _completed(
    record: ResourceRecord, before: Resource | None, traits: KindTraits
) -> ResourceRecord:
    """Add what is stored and was not answered this time."""
    if before is None:
        return record if record.state else replace(record, state=traits.untold_state)
    stored = {
        name: getattr(before, name)
        for name in ("state", *traits.kept)
        if getattr(record, name) in NOT_ANSWERED
    }
    full = replace(record, **stored) if stored else record
    of, *sizes = traits.sizes or ("state",)
    if sizes and getattr(full, of) == getattr(before, of):
        lacking = [name for name in sizes if getattr(full, name) is None]
        return replace(full, **{name: getattr(before, name) for name in lacking})
    return full


def _upsert_resources(
    run: SyncRun, kind: Kind, records: Mapping[str, ResourceRecord]
) -> dict[str, int]:
    """Return the key of each one's row. `first_seen_at` stays as it was."""
    of_all = {
        "account_id": run.account_id,
        "kind": kind.value,
        "last_seen_at": run.started_at,
        "gone_since": None,
    }
    values, described = (*of_all.values(),), attrgetter(*RESOURCE_FIELDS)
    upsert(
        Resource,
        ("resource_id", *of_all, *RESOURCE_FIELDS),
        ((one, *values, *described(record)) for one, record in records.items()),
        key=RESOURCE_KEY,
        of_new={"first_seen_at": run.started_at, **NOBODYS},
    )
    stored = Resource.objects.filter(
        account=run.account,
        region__in={one.region for one in records.values()},
        kind=kind,
        last_seen_at=run.started_at,
    )
    return dict(stored.values_list("resource_id", "pk"))


def _changes(
    run: SyncRun,
    key: int,
    before: Resource | None,
    after: ResourceRecord,
    traits: KindTraits,
) -> Iterator[StateChange]:
    """Compare what is tracked; one that comes back was gone before."""
    state, at = StateChange.Field.STATE, run.started_at
    if before is None:
        yield _change(run, key, state, "", after.state, at)
        return
    was = before.gone_word if before.is_gone else before.state
    if was != after.state:
        yield _change(run, key, state, was, after.state, at)
    for field in traits.tracked:
        old, new = (_text(field, getattr(one, field)) for one in (before, after))
        if old and new and old != new:  # what was unknown did not change
            yield _change(run, key, field, old, new, at)


def _text(field: StateChange.Field, value: Any) -> str:
    if field == StateChange.Field.ATTACHED_TO:
        return value or StateChange.UNATTACHED
    return "" if value is None else str(value)


def _change(
    run: SyncRun | None,
    key: int,
    field: StateChange.Field,
    old: str,
    new: str,
    at: datetime,
) -> StateChange:
    return StateChange(
        resource_id=key,
        run=run,
        at=at,
        field=field,
        old_value=storable(old, LONGEST_VALUE),
        new_value=storable(new, LONGEST_VALUE),
    )


def _record(changes: Iterable[StateChange]) -> None:
    columns = (*CHANGE_KEY, *CHANGE_FIELDS)
    upsert(StateChange, columns, map(attrgetter(*columns), changes), key=CHANGE_KEY)
