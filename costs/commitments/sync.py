"""Read how much of its commitments a bill uses, and store it."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from django.contrib.auth.models import User

from clouds.models import CloudAccount
from core.db.storable import Fitter
from core.windows import ONE_DAY, Window, last_complete_days
from costs.commitments.models import CommitmentUse
from providers.base import CommitmentSource, Progress
from providers.bill_records import CommitmentUseRecord
from syncs.datasets import Dataset
from syncs.models import SyncRun
from syncs.runs.claims import claim
from syncs.runs.run_context import run_context, say_nothing

# A month of days, without the newest, whose use arrives late.
DAYS, SETTLING_DAYS = 30, 2


def sync_commitments(
    account: CloudAccount,
    now: datetime,
    *,
    trigger: SyncRun.Trigger = SyncRun.Trigger.COMMAND,
    user: User | None = None,
    on_progress: Progress = say_nothing,
) -> SyncRun:
    """Read what each commitment of the account's bill cost, and what of it was used.

    Raises SlotTaken and Refused before anything is read.
    """
    run = claim(account, Dataset.COMMITMENTS, now, trigger=trigger, user=user)
    return read_commitments(run, on_progress)


def read_commitments(run: SyncRun, on_progress: Progress = say_nothing) -> SyncRun:
    """Execute a claimed run."""
    with run_context(run, on_progress) as current:
        window = last_complete_days(DAYS, run.started_at - ONE_DAY * SETTLING_DAYS)
        fitter = Fitter(CommitmentUseRecord, CommitmentUse)
        source = current.source(CommitmentSource)
        answered = source.fetch_commitments(window, current.progress)
        records = [fitter.fit(one, one.commitment_id) for one in answered]
        with current.storing():
            store_commitments(run, window, records)
        current.rows = len(records)
        current.remarks.append(fitter.remark)
        current.finish_parts(parts_read=1, read={})
    return run


def store_commitments(
    run: SyncRun, window: Window, records: Sequence[CommitmentUseRecord]
) -> None:
    """Replace what is stored of the account, within the caller's transaction."""
    same = {
        "account": run.account,
        "start": window.start,
        "end": window.end,
        "read_at": run.started_at,
    }
    CommitmentUse.objects.filter(account=run.account).delete()
    by_id = {one.commitment_id: one for one in records}
    CommitmentUse.objects.bulk_create(
        [CommitmentUse(**same, **asdict(one)) for one in by_id.values()],
        batch_size=1000,
    )
