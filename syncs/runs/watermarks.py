"""How far each dataset is read without a gap."""

from datetime import date, datetime

from clouds.models import CloudAccount
from core.windows import ONE_DAY, Window
from syncs.datasets import Dataset
from syncs.models import SyncRun, Watermark


def move_watermark(run: SyncRun, read: Window, now: datetime, *, due: bool) -> None:
    """Move it to the end of `read`, unless days between are missing.

    What was due began at the watermark, or as far back as is read at all. A window
    that was given says nothing of the days before it. A watermark after all days that
    were due was set by a clock that was ahead, and moves back.
    """
    marks = Watermark.objects.filter(account=run.account, dataset=run.dataset)
    mark = marks.first()
    if mark is None:
        if due:
            marks.create(
                account=run.account,
                dataset=run.dataset,
                read_until=read.end,
                updated_at=now,
            )
    elif (due and run.end is not None and mark.read_until > run.end) or (
        mark.read_until < read.end and (due or read.start <= mark.read_until)
    ):
        mark.read_until = read.end
        mark.updated_at = now
        mark.save(update_fields=["read_until", "updated_at"])


def read_until(account: CloudAccount, dataset: Dataset) -> date | None:
    """Return the watermark, before which every day is stored; None without one."""
    marks = Watermark.objects.filter(account=account, dataset=dataset)
    return marks.values_list("read_until", flat=True).first()


def _read_until_before(
    account: CloudAccount, dataset: Dataset, end: date
) -> date | None:
    """Return how far the runs read whose clock was not ahead; None without one."""
    good = SyncRun.objects.filter(
        account=account, dataset=dataset, status=SyncRun.Status.SUCCEEDED, end__lte=end
    )
    return good.ordinary().order_by("-pk").values_list("end", flat=True).first()


def due_window(
    account: CloudAccount, dataset: Dataset, readable: Window, *restated: date
) -> Window:
    """Return the new days and those the cloud may have restated, `restated` included.

    The first time it is as many days as the dataset's settings say.
    """
    mark = read_until(account, dataset)
    if mark is not None and mark > readable.end:
        mark = _read_until_before(account, dataset, readable.end)
    if mark is None:
        first = readable.end - ONE_DAY * dataset.first_days
    else:
        again = readable.end - ONE_DAY * dataset.restatement_days
        first = min(mark, again, *restated)
    return Window(max(readable.start, first), readable.end)
