"""Read what a cloud's own adviser recommends, and store it."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from functools import partial

from core.db.storable import Fitter
from insights.advice.models import Advice
from providers.base import AdviceSource, Progress
from providers.records import AdviceRecord
from syncs.datasets import Dataset
from syncs.models import SyncRun
from syncs.runs.claim_and_read import claim_and_read
from syncs.runs.run_context import run_context, say_nothing

KEY = ["account", "advice_id"]
RECORDED = {field.name for field in fields(AdviceRecord)}


def read_advice(run: SyncRun, on_progress: Progress = say_nothing) -> SyncRun:
    """Read what the account's cloud recommends now; what it does no more is removed."""
    with run_context(run, on_progress) as current:
        fitter = Fitter(AdviceRecord, Advice)
        answered = current.source(AdviceSource).fetch_advice(current.progress)
        records = [fitter.fit(one, one.advice_id) for one in answered]
        with current.storing():
            store_advice(run, records)
        current.rows = len(records)
        current.remarks.append(fitter.remark)
        current.finish_parts(parts_read=1, read={})
    return run


sync_advice = partial(claim_and_read, Dataset.ADVICE, read_advice)


def store_advice(run: SyncRun, records: Sequence[AdviceRecord]) -> None:
    """Replace what is stored of the account, within the caller's transaction."""
    at = run.started_at
    # By id, as pages may both name one that was computed again meanwhile.
    by_id = {one.advice_id: one for one in records}
    Advice.objects.bulk_create(
        [
            Advice(
                account=run.account, first_seen_at=at, last_seen_at=at, **asdict(one)
            )
            for one in by_id.values()
        ],
        batch_size=1000,
        update_conflicts=True,
        unique_fields=KEY,
        update_fields=["last_seen_at", *(RECORDED - set(KEY))],
    )
    Advice.objects.filter(account=run.account).exclude(last_seen_at=at).delete()
