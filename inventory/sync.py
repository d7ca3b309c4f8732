"""Read resources and store them. They are marked terminated, never deleted."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from django.contrib.auth.models import User

from clouds.models import CloudAccount
from clouds.versions import bump_version
from core.db.storable import Fitter
from core.db.upsert import upsert
from core.windows import ONE_DAY, Window, utc_day
from inventory.models import Instance, Resource, StateChange
from inventory.querysets import UNKNOWN, ResourceQuerySet
from providers.base import InventorySource, Progress
from providers.records import InstanceRecord, RegionInstances
from syncs.datasets import Dataset
from syncs.models import SyncRun
from syncs.runs.claims import claim
from syncs.runs.run_context import SyncFailed, run_context, say_nothing
from syncs.runs.watermarks import forget_other_regions

# What a sync updates of a resource, and of an instance beside it.
RESOURCE_FIELDS = ("region", "name", "resource_group", "state", "tags")
INSTANCE_FIELDS = (
    "instance_type",
    "vcpus",
    "memory_mib",
    "platform",
    *("operating_system", "tenancy", "paid_anyway", "monitoring"),
    "lifecycle",
    "launched_at",
    "availability_zone",
    "image_id",
    "vpc_id",
    "private_ip",
    "public_ip",
)
# EC2 tells less of a terminated instance than it told before, and Azure does not know
# every machine's power state each time.
KEPT = ("state", "instance_type", "operating_system", "tenancy", "monitoring")
INSTANCE_KEY = "resource_ptr_id"
TRACKED_FIELDS = tuple(StateChange.Field)
ROWS_PER_STATEMENT = 1000


def sync_ec2(
    account: CloudAccount,
    now: datetime,
    *,
    trigger: SyncRun.Trigger = SyncRun.Trigger.COMMAND,
    user: User | None = None,
    on_progress: Progress = say_nothing,
) -> SyncRun:
    """Read the account's instances as they are now.

    A region that fails keeps its instances as they were, and the run ends as partial;
    when all fail, or there is none, so does the run. Raises SlotTaken before anything
    is read.
    """
    run = claim(account, Dataset.INSTANCES, now, trigger=trigger, user=user)
    return read_ec2(run, on_progress)


def read_ec2(run: SyncRun, on_progress: Progress = say_nothing) -> SyncRun:
    """Execute a claimed run."""
    with run_context(run, on_progress) as current:
        regions, read = set(), {}
        # As of today: with the days before it, metrics can be read to their end.
        today = utc_day(run.started_at)
        fitter = Fitter(InstanceRecord, Instance, instance_id="resource_id")
        for answer in current.source(InventorySource).fetch_instances(current.progress):
            regions.add(answer.region)
            if answer.error:
                current.record_failed_part(answer.error)
                continue
            if answer.warning:
                current.add_warning(answer.warning)
            instances = [fitter.fit(one, one.instance_id) for one in answer.instances]
            with current.storing():
                current.rows += store_region(run, replace(answer, instances=instances))
            read[answer.region] = Window(today - ONE_DAY, today)
        current.remarks.append(fitter.remark)
        require_regions(regions, run.account)
        if read:
            with current.storing():
                mark_other_regions_terminated(run, regions)
                forget_other_regions(run.account, regions)
        current.finish_parts(parts_read=len(read), read=read)
    return run


def require_regions(regions: Collection[str], account: CloudAccount) -> None:
    """Raise SyncFailed for an empty list of regions, which is no empty account."""
    if not regions:
        raise SyncFailed(
            f"Regions of account {account.account_id}: the cloud answered with an "
            "empty list. Stored resources were kept. Check that the credentials may "
            "list regions, or name the account's regions, then sync again."
        )


def store_region(run: SyncRun, answer: RegionInstances) -> int:
    """Store one completely read region, within the caller's transaction.

    Return how many instances it has. One that the answer lacks is marked terminated.
    """
    stored = Instance.objects.filter(account=run.account, region=answer.region)
    before = {one.resource_id: one for one in stored}
    # By id, as pages may both name an instance that came or went meanwhile.
    records = {
        one.instance_id: _completed(one, before.get(one.instance_id))
        for one in answer.instances
    }
    keys = _upsert_resources(run, records)
    rows = (
        (keys[resource_id], *(getattr(record, name) for name in INSTANCE_FIELDS))
        for resource_id, record in records.items()
    )
    upsert(Instance, (INSTANCE_KEY, *INSTANCE_FIELDS), rows, key=(INSTANCE_KEY,))
    StateChange.objects.bulk_create(
        (
            change
            for resource_id, record in records.items()
            for change in _changes(
                run, keys[resource_id], before.get(resource_id), record
            )
        ),
        batch_size=ROWS_PER_STATEMENT,
    )
    in_region = Resource.objects.filter(account=run.account, region=answer.region)
    missing = in_region.exclude(last_seen_at=run.started_at)
    mark_terminated(missing, run.started_at, run)
    return len(records)


def mark_other_regions_terminated(run: SyncRun, regions: Collection[str]) -> None:
    """Mark resources of regions that are not read any more: a region was disabled, or
    left out of the account's regions. One that only failed is among `regions`."""
    others = Resource.objects.filter(account=run.account).exclude(region__in=regions)
    mark_terminated(others, run.started_at, run)


def mark_terminated(
    resources: ResourceQuerySet, at: datetime, run: SyncRun | None = None
) -> None:
    """Mark those of the instances among them that are not marked yet."""
    present = resources.present().filter(kind=Resource.Kind.INSTANCE)
    state = StateChange.TERMINATED
    before = present.exclude(state=state).values_list("pk", "state")
    StateChange.objects.bulk_create(
        (
            StateChange(
                resource_id=key,
                run=run,
                at=at,
                field=StateChange.Field.STATE,
                old_value=old,
                new_value=state,
            )
            for key, old in before
        ),
        batch_size=ROWS_PER_STATEMENT,
    )
    present.update(gone_since=at)


def mark_closed(account: CloudAccount, now: datetime) -> None:
    """Mark all of an account that its cloud closed: nobody can ask what is left of it.

    Within the caller's transaction.
    """
    mark_terminated(Resource.objects.filter(account=account), now)
    bump_version(account, Dataset.INSTANCES)


def _completed(record: InstanceRecord, before: Instance | None) -> InstanceRecord:
    """Add what is stored and was not answered: what a terminated instance was, and
    sizes where the answer has none."""
    if before is None:
        return replace(record, state=record.state or UNKNOWN)
    full = replace(
        record,
        **{name: getattr(record, name) or getattr(before, name) for name in KEPT},
    )
    if full.vcpus is None and full.instance_type == before.instance_type:
        return replace(full, vcpus=before.vcpus, memory_mib=before.memory_mib)
    return full


def _upsert_resources(
    run: SyncRun, records: Mapping[str, InstanceRecord]
) -> dict[str, int]:
    """Return the key of each one's row. `first_seen_at` stays as it was."""
    rows = Resource.objects.bulk_create(
        (
            Resource(
                account=run.account,
                resource_id=resource_id,
                kind=Resource.Kind.INSTANCE,
                first_seen_at=run.started_at,
                last_seen_at=run.started_at,
                **{name: getattr(record, name) for name in RESOURCE_FIELDS},
            )
            for resource_id, record in records.items()
        ),
        batch_size=ROWS_PER_STATEMENT,
        update_conflicts=True,
        unique_fields=["account", "resource_id"],
        update_fields=[*RESOURCE_FIELDS, "last_seen_at", "gone_since"],
    )
    return {row.resource_id: row.pk for row in rows}


def _changes(
    run: SyncRun, key: int, before: Instance | None, after: InstanceRecord
) -> Iterator[StateChange]:
    """Compare what is tracked; one that comes back was terminated before."""
    if before is None:
        yield _change(run, key, StateChange.Field.STATE, "", after.state)
        return
    for field in TRACKED_FIELDS:
        old, new = getattr(before, field), getattr(after, field)
        if field == StateChange.Field.STATE and before.is_gone:
            old = StateChange.TERMINATED
        if old and old != new:  # what was unknown did not change
            yield _change(run, key, field, old, new)


def _change(
    run: SyncRun, key: int, field: StateChange.Field, old: str, new: str
) -> StateChange:
    return StateChange(
        resource_id=key,
        run=run,
        at=run.started_at,
        field=field,
        old_value=old,
        new_value=new,
    )
