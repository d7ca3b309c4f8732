"""Read resources and store them. They are marked as gone, never deleted."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial

from clouds.models import CloudAccount
from clouds.versions import bump_version
from core.db.storable import Fitter
from core.windows import ONE_DAY, Window, utc_day
from inventory.kinds import DATASETS, KINDS, kinds_of
from inventory.models import Resource
from inventory.store import mark_gone, mark_other_regions_gone, store_region
from providers.base import (
    DatabaseSource,
    InventorySource,
    NetworkSource,
    Progress,
    StorageSource,
)
from providers.records import RegionResources, ResourceRecord
from syncs.datasets import Dataset
from syncs.models import SyncRun
from syncs.runs.claim_and_read import claim_and_read
from syncs.runs.run_context import RunContext, SyncFailed, run_context, say_nothing
from syncs.runs.watermarks import forget_other_regions

FETCH: dict[str, Callable[[RunContext], Iterator[RegionResources]]] = {
    Dataset.INSTANCES: lambda now: now.source(InventorySource).fetch_instances(
        now.progress
    ),
    Dataset.STORAGE: lambda now: now.source(StorageSource).fetch_storage(now.progress),
    Dataset.DATABASES: lambda now: now.source(DatabaseSource).fetch_databases(
        now.progress
    ),
    Dataset.NETWORK: lambda now: now.source(NetworkSource).fetch_network(now.progress),
}


def read_resources(run: SyncRun, on_progress: Progress = say_nothing) -> SyncRun:
    """Read the account's resources of a dataset as they are now.

    A region that fails keeps its resources as they were, and the run ends as partial;
    when all fail, or there is none, so does the run.
    """
    with run_context(run, on_progress) as current:
        regions, read = set(), {}
        # As of today: with the days before it, metrics can be read to their end.
        today = utc_day(run.started_at)
        fitters = _fitters(run.dataset)
        for answer in FETCH[run.dataset](current):
            regions.add(answer.region)
            if answer.error:
                current.record_failed_part(answer.error)
                continue
            if answer.warning:
                current.add_warning(answer.warning)
            fitting = [
                fitters[type(one)].fit(one, one.resource_id) for one in answer.resources
            ]
            with current.storing():
                current.rows += store_region(run, replace(answer, resources=fitting))
            read[answer.region] = Window(today - ONE_DAY, today)
        current.remarks += [fitter.remark for fitter in fitters.values()]
        require_regions(regions, run.account)
        if read:
            with current.storing():
                mark_other_regions_gone(run, regions)
                forget_other_regions(run.account, Dataset(run.dataset), regions)
        current.finish_parts(parts_read=len(read), read=read)
    return run


sync_ec2 = partial(claim_and_read, Dataset.INSTANCES, read_resources)
sync_storage = partial(claim_and_read, Dataset.STORAGE, read_resources)
sync_databases = partial(claim_and_read, Dataset.DATABASES, read_resources)
sync_network = partial(claim_and_read, Dataset.NETWORK, read_resources)


def require_regions(regions: Collection[str], account: CloudAccount) -> None:
    """Raise SyncFailed for an empty list of regions, which is no empty account."""
    if not regions:
        raise SyncFailed(
            f"Regions of account {account.account_id}: the cloud answered with an "
            "empty list. Stored resources were kept. Check that the credentials may "
            "list regions, or name the account's regions, then sync again."
        )


def mark_closed(account: CloudAccount, now: datetime) -> None:
    """Mark all of an account that its cloud closed: nobody can ask what is left of it.

    Within the caller's transaction.
    """
    mark_gone(Resource.objects.filter(account=account), now)
    for dataset in DATASETS:
        bump_version(account, dataset)


def _fitters(dataset: str) -> dict[type[ResourceRecord], Fitter[ResourceRecord]]:
    """Return what makes each of its records fit its table, by the record's type."""
    traits = [KINDS[kind] for kind in kinds_of(dataset)]
    return {one.record: Fitter(one.record, one.model) for one in traits}
