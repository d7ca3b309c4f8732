"""Reads what runs and keeps it: machines are updated or marked gone, never deleted."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from django.contrib.auth.models import User

from inventory.models import Instance, StateChange
from providers.base import InventorySource, Progress
from providers.records import InstanceRecord, RegionInstances
from syncs.claims import claim
from syncs.models import CloudAccount, Dataset, SyncRun
from syncs.run_context import run_context, say_nothing

# What every reading brings up to date.
DESCRIBED = (
    "region",
    "name",
    "state",
    "instance_type",
    "platform",
    "lifecycle",
    "availability_zone",
    "image_id",
    "vpc_id",
    "private_ip",
    "public_ip",
    "launched_at",
    "vcpus",
    "memory_mib",
    "tags",
)
ROWS_PER_STATEMENT = 1000


def sync_ec2(
    account: CloudAccount,
    now: datetime,
    *,
    trigger: SyncRun.Trigger = SyncRun.Trigger.COMMAND,
    user: User | None = None,
    on_progress: Progress = say_nothing,
) -> SyncRun:
    """Reads the account's instances as they are now.

    A region that fails keeps its machines as they were, and the run ends as partial;
    when all fail, so does the run. Raises SlotTaken before anything is read.
    """
    run = claim(account, Dataset.INSTANCES, now, trigger=trigger, user=user)
    return read_ec2(run, on_progress)


def read_ec2(run: SyncRun, on_progress: Progress = say_nothing) -> SyncRun:
    """The body of a claimed run."""
    with run_context(run, on_progress) as current:
        regions, parts_read = set(), 0
        for answer in current.source(InventorySource).fetch_instances(current.progress):
            regions.add(answer.region)
            if answer.error:
                current.lacks(answer.error)
                continue
            if answer.warning:
                current.remark(answer.warning)
            with current.storing():
                current.rows += store_region(run, answer)
            parts_read += 1
        with current.storing():
            leave_other_regions(run, regions)
        current.finish_parts(parts_read=parts_read)
    return run


def store_region(run: SyncRun, answer: RegionInstances) -> int:
    """Brings one completely read region up to date, within the caller's transaction.

    Answers how many machines it has. One that the answer lacks is marked gone.
    """
    region = Instance.objects.filter(account=run.account, region=answer.region)
    before = {instance.instance_id: instance for instance in region}
    # By id, as pages may both name a machine that came or went meanwhile.
    answered = {record.instance_id: record for record in answer.instances}
    after = _upsert(
        run, (_completed(one, before.get(key)) for key, one in answered.items())
    )
    changes = [
        change
        for instance in after
        for change in _changes(run, before.get(instance.instance_id), instance)
    ]
    StateChange.objects.bulk_create(changes, batch_size=ROWS_PER_STATEMENT)
    seen = {instance.instance_id for instance in after}
    mark_gone(
        run,
        [
            instance
            for instance_id, instance in before.items()
            if instance_id not in seen and not instance.is_gone
        ],
    )
    return len(after)


def leave_other_regions(run: SyncRun, regions: Collection[str]) -> None:
    """Marks machines gone whose region is not read any more: it was disabled, or left
    out of the account's regions. A region that only failed is among `regions`."""
    others = Instance.objects.filter(account=run.account).present()
    mark_gone(run, list(others.exclude(region__in=regions)))


def mark_gone(run: SyncRun, vanished: Sequence[Instance]) -> None:
    StateChange.objects.bulk_create(
        (_gone(run, instance) for instance in vanished), batch_size=ROWS_PER_STATEMENT
    )
    for start in range(0, len(vanished), ROWS_PER_STATEMENT):
        keys = [one.pk for one in vanished[start : start + ROWS_PER_STATEMENT]]
        Instance.objects.filter(pk__in=keys).update(gone_since=run.started_at)


def _completed(record: InstanceRecord, before: Instance | None) -> InstanceRecord:
    """With what was known and is not told now: the type of a terminated machine, and
    sizes where the answer has none."""
    if before is None:
        return record
    kept = replace(record, instance_type=record.instance_type or before.instance_type)
    if kept.vcpus is None and kept.instance_type == before.instance_type:
        return replace(kept, vcpus=before.vcpus, memory_mib=before.memory_mib)
    return kept


def _upsert(run: SyncRun, records: Iterable[InstanceRecord]) -> list[Instance]:
    """The rows of these records, with their keys. `first_seen_at` stays as it was."""
    return Instance.objects.bulk_create(
        (
            Instance(
                account=run.account,
                instance_id=record.instance_id,
                first_seen_at=run.started_at,
                last_seen_at=run.started_at,
                gone_since=None,
                **{name: getattr(record, name) for name in DESCRIBED},
            )
            for record in records
        ),
        batch_size=ROWS_PER_STATEMENT,
        update_conflicts=True,
        unique_fields=["account", "instance_id"],
        update_fields=[*DESCRIBED, "last_seen_at", "gone_since"],
    )


def _changes(
    run: SyncRun, before: Instance | None, after: Instance
) -> list[StateChange]:
    """What is different; a machine that comes back was gone before."""
    old_state = "" if before is None else before.state
    if before is not None and before.is_gone:
        old_state = StateChange.GONE
    changes = []
    if old_state != after.state:
        changes.append(
            _change(run, after, StateChange.Field.STATE, old_state, after.state)
        )
    if before is not None and before.instance_type != after.instance_type:
        changes.append(
            _change(
                run,
                after,
                StateChange.Field.INSTANCE_TYPE,
                before.instance_type,
                after.instance_type,
            )
        )
    return changes


def _gone(run: SyncRun, instance: Instance) -> StateChange:
    return _change(
        run, instance, StateChange.Field.STATE, instance.state, StateChange.GONE
    )


def _change(
    run: SyncRun, instance: Instance, field: StateChange.Field, old: str, new: str
) -> StateChange:
    return StateChange(
        instance=instance,
        run=run,
        at=run.started_at,
        field=field,
        old_value=old,
        new_value=new,
    )
