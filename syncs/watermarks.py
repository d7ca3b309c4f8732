"""How far each dataset is read without a gap."""

from datetime import date, datetime

from providers.windows import Window
from syncs.models import CloudAccount, Dataset, SyncRun, Watermark


def move_watermark(run: SyncRun, read: Window, now: datetime) -> None:
    """Every day before the end of `read` is stored, if none before it is missing."""
    mark, _ = Watermark.objects.get_or_create(
        account=run.account,
        dataset=run.dataset,
        defaults={"read_until": read.end, "updated_at": now},
    )
    if read.start <= mark.read_until < read.end:
        mark.read_until = read.end
        mark.updated_at = now
        mark.save(update_fields=["read_until", "updated_at"])


def read_until(account: CloudAccount, dataset: Dataset) -> date | None:
    """The watermark: every day before it is stored. None: nothing was read yet."""
    marks = Watermark.objects.filter(account=account, dataset=dataset)
    return marks.values_list("read_until", flat=True).first()
