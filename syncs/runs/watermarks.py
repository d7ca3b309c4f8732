"""How far each dataset is read without a gap, in each region where these are apart."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta

from django.db.models import Max, Min, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from clouds.access import AnyUser
from clouds.models import CloudAccount
from clouds.querysets import DEMO
from clouds.registry import CloudKind
from core.windows import ONE_DAY, Window, add_months, first_of_month, utc_day
from syncs.datasets import Dataset, followers
from syncs.models import SyncRun, Watermark

A_YEAR = timedelta(days=365)
# The region of what is read of an account at once.
WHOLE_ACCOUNT = ""


def move_watermarks(
    run: SyncRun, read: Mapping[str, Window], now: datetime, *, due: bool
) -> None:
    """Move each region's to the end of what was read, unless days between are missing.

    What was due began at the watermark, or as far back as is read at all. A window
    that was given says nothing of the days before it. A watermark after all days that
    were due was set by a clock that was ahead, and moves back.
    """
    marks = Watermark.objects.filter(account=run.account, dataset=run.dataset)
    stored = {mark.region: mark for mark in marks}
    for region, window in read.items():
        mark = stored.get(region)
        if mark is None and due:
            marks.create(
                account=run.account,
                dataset=run.dataset,
                region=region,
                read_until=window.end,
                updated_at=now,
            )
        elif mark and (due or window.start <= mark.read_until < window.end):
            was_ahead = due and mark.read_until > (run.end or window.end)
            if was_ahead or mark.read_until < window.end:
                mark.read_until = window.end
            mark.updated_at = now
            mark.save(update_fields=["read_until", "updated_at"])


def read_until(
    account: CloudAccount, dataset: Dataset, latest: date = date.max
) -> dict[str, date]:
    """Return each region's watermark, before which every day is stored.

    One after the `latest` day was set by a clock that was ahead: of these it is how far
    the runs read whose clock was not.
    """
    marks = Watermark.objects.filter(account=account, dataset=dataset)
    found = dict(marks.order_by("region").values_list("region", "read_until"))
    if max(found.values(), default=latest) > latest:
        before = _read_until_before(account, dataset, latest)
        known = {region: min(mark, before or mark) for region, mark in found.items()}
        return {region: mark for region, mark in known.items() if mark <= latest}
    return found


def _read_until_before(
    account: CloudAccount, dataset: Dataset, end: date
) -> date | None:
    """Return how far the runs read whose clock was not ahead; None without one."""
    good = SyncRun.objects.filter(
        account=account, dataset=dataset, status=SyncRun.Status.SUCCEEDED, end__lte=end
    )
    return good.ordinary().order_by("-pk").values_list("end", flat=True).first()


def forget_other_regions(
    account: CloudAccount, dataset: Dataset, regions: Collection[str]
) -> None:
    """Delete the watermarks of regions where the dataset is not read any more, and
    those of what follows it: should one come back, it is read as at first."""
    still_read = [WHOLE_ACCOUNT, *regions]
    marks = Watermark.objects.filter(
        account=account, dataset__in=[dataset, *followers(dataset)]
    )
    marks.exclude(region__in=still_read).delete()


def due_window(
    dataset: Dataset, mark: date | None, readable: Window, *restated: date
) -> Window:
    """Return the new days and those the cloud may have restated, `restated` included.

    The first time it is as many days as the dataset's settings say.
    """
    if mark is None:
        first = readable.end - ONE_DAY * dataset.first_days
    else:
        again = readable.end - ONE_DAY * dataset.restatement_days
        first = min(mark, again, *restated)
    return Window(max(readable.start, first), readable.end)


def data_through(user: AnyUser) -> list[tuple[str, date]]:
    """Return (dataset, last day stored for every enabled account). One query.

    A bill from files that lacks days of the month before last is history: it holds no
    other back. Nor does the demo company's mark of a year ago, where its first read
    begins.
    """
    today = utc_day(timezone.now())
    marks = Watermark.objects.visible_to(user).filter(account__is_enabled=True)
    marks = marks.exclude(
        account__provider__startswith=DEMO, read_until__lte=today - A_YEAR
    )
    last_month = add_months(first_of_month(today), -1)
    is_history = Q(account__provider=CloudKind.FILES, read_until__lte=last_month)
    end = Coalesce(Min("read_until", filter=~is_history), Max("read_until"))
    ends = dict(marks.order_by().values_list("dataset").annotate(end=end))
    return [
        (str(one.label), ends[one] - ONE_DAY)
        for one in Dataset
        if one.has_window and one in ends
    ]
