"""How far each dataset is read without a gap."""

from datetime import date, datetime

from clouds.models import CloudAccount
from core.windows import ONE_DAY, Window
from syncs.datasets import Dataset
from syncs.models import SyncRun, Watermark


def move_watermark(run: SyncRun, read: Window, now: datetime, *, due: bool) -> None:
    """Every day before the end of `read` is stored, if none before it is missing.

    What was due began at the mark, or as far back as is read at all. A window that
    somebody asked for stands for no day before it.
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
    elif mark.read_until < read.end and (due or read.start <= mark.read_until):
        mark.read_until = read.end
        mark.updated_at = now
        mark.save(update_fields=["read_until", "updated_at"])


def read_until(account: CloudAccount, dataset: Dataset) -> date | None:
    """The watermark: every day before it is stored. None: nothing was read yet."""
    marks = Watermark.objects.filter(account=account, dataset=dataset)
    return marks.values_list("read_until", flat=True).first()


def due_window(
    account: CloudAccount, dataset: Dataset, kept: Window, *restated: date
) -> Window:
    """What is new, and the days that the cloud may have restated, `restated` included.

    The first time it is as many days as the dataset's settings say.
    """
    mark = read_until(account, dataset)
    if mark is None:
        first = kept.end - ONE_DAY * dataset.first_days
    else:
        again = kept.end - ONE_DAY * dataset.restatement_days
        first = min(mark, again, *restated)
    return Window(max(kept.start, first), kept.end)
