"""Read how much of its commitments a bill uses, and what they cover, and store it."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

from core.db.storable import Fitter
from core.windows import ONE_DAY, Window, last_complete_days
from costs.commitments.models import CommitmentCoverage, CommitmentUse
from providers.base import CommitmentSource, Progress
from providers.bill_records import CommitmentUseRecord, CoverageRecord
from providers.errors import ProviderError
from syncs.datasets import Dataset
from syncs.models import SyncRun
from syncs.runs.claim_and_read import claim_and_read
from syncs.runs.run_context import run_context, say_nothing

# A month of days, without the newest, whose use arrives late.
DAYS, SETTLING_DAYS = 30, 2


def read_commitments(run: SyncRun, on_progress: Progress = say_nothing) -> SyncRun:
    """Read what each commitment of the account's bill cost, what of it was used, and
    what of all usage they cover.

    Where only the last fails, as without its permission, the run ends as partial and
    what was stored of it stays.
    """
    with run_context(run, on_progress) as current:
        window = last_complete_days(DAYS, run.started_at - ONE_DAY * SETTLING_DAYS)
        uses = Fitter(CommitmentUseRecord, CommitmentUse)
        coverage = Fitter(CoverageRecord, CommitmentCoverage)
        source = current.source(CommitmentSource)
        used = source.fetch_commitments(window, current.progress)
        used = [uses.fit(one, one.commitment_id) for one in used]
        covered: Sequence[CoverageRecord] | None = None
        try:
            covered = source.fetch_coverage(window, current.progress)
            covered = [coverage.fit(one, one.service) for one in covered]
        except ProviderError as error:
            current.record_failed_part(error)
        with current.storing():
            store_commitments(run, window, used)
            if covered is not None:
                store_coverage(run, window, covered)
        current.rows = len(used) + len(covered or ())
        current.remarks += [uses.remark, coverage.remark]
        current.finish_parts(parts_read=1, read={})
    return run


sync_commitments = partial(claim_and_read, Dataset.COMMITMENTS, read_commitments)


def store_commitments(
    run: SyncRun, window: Window, records: Sequence[CommitmentUseRecord]
) -> None:
    """Replace what is stored of the account, within the caller's transaction."""
    by_id = {one.commitment_id: one for one in records}
    _replace(CommitmentUse, run, window, by_id.values())


def store_coverage(
    run: SyncRun, window: Window, records: Sequence[CoverageRecord]
) -> None:
    """Replace what is stored of the account, within the caller's transaction."""
    by_key = {(one.kind, one.service, one.region): one for one in records}
    _replace(CommitmentCoverage, run, window, by_key.values())


def _replace(
    model: type[CommitmentUse | CommitmentCoverage],
    run: SyncRun,
    window: Window,
    records: Iterable[CommitmentUseRecord | CoverageRecord],
) -> None:
    same = {
        "account": run.account,
        "start": window.start,
        "end": window.end,
        "read_at": run.started_at,
    }
    rows: Any = model._default_manager
    rows.filter(account=run.account).delete()
    made = [model(**same, **asdict(one)) for one in records]
    rows.bulk_create(made, batch_size=1000)
