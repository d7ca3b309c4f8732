"""Measure how much of an account's days was billed at which age."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

from clouds.models import CloudAccount
from core.money import ZERO
from core.windows import Window, utc_day
from costs.growth.models import CostGrowth
from costs.models import CostTotal, Restatement
from syncs.datasets import Dataset
from syncs.models import SyncRun

# A day that is older counts as settled: clouds are done with nearly all of it.
SETTLED_AFTER_DAYS = 7
# Days further back say little about how fast the bill comes now.
MEASURED_DAYS = 60

# The account's day and currency.
Bill = tuple[date, str]


def refresh_growth(account: CloudAccount, now: datetime) -> None:
    """Measure the account's settled days again. Within the caller's transaction.

    What a day was billed at a read is its total now without the changes that were seen
    since. Five queries.
    """
    settled_until = utc_day(now) - timedelta(days=SETTLED_AFTER_DAYS)
    window = Window(settled_until - timedelta(days=MEASURED_DAYS), settled_until)
    totals = CostTotal.objects.filter(account=account).in_window(window)
    settled = {
        (day, currency): billed
        for day, currency, billed in totals.values_list("day", "currency", "billed")
    }
    changes = _changes(account, window)
    reads = _reads(account, window)
    sums: dict[tuple[str, int], list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    days: dict[tuple[str, int], int] = defaultdict(int)
    for (day, currency), came in settled.items():
        for age, read_at in reads.get(day, {}).items():
            known = _known_at(read_at, changes.get((day, currency), ()), came)
            of_age = sums[currency, age]
            of_age[0] += known
            of_age[1] += came
            days[currency, age] += 1
    CostGrowth.objects.filter(account=account).delete()
    CostGrowth.objects.bulk_create(
        CostGrowth(
            account=account,
            currency=currency,
            age=age,
            days=days[currency, age],
            known=known,
            settled=came,
        )
        for (currency, age), (known, came) in sums.items()
    )


def _changes(
    account: CloudAccount, window: Window
) -> Mapping[Bill, list[tuple[datetime, Decimal]]]:
    """Return when each day was restated and what it was billed before, oldest first."""
    found: dict[Bill, list[tuple[datetime, Decimal]]] = defaultdict(list)
    rows = Restatement.objects.filter(account=account).in_window(window)
    columns = ("day", "currency", "restated_at", "old_billed")
    for day, currency, at, old in rows.order_by("restated_at").values_list(*columns):
        found[day, currency].append((at, old))
    return found


def _reads(account: CloudAccount, window: Window) -> Mapping[date, dict[int, datetime]]:
    """Return the last read of each day at each age at which it may grow."""
    found: dict[date, dict[int, datetime]] = defaultdict(dict)
    runs = SyncRun.objects.filter(
        account=account,
        dataset=Dataset.COST,
        status__in=SyncRun.GOOD,
        start__lt=window.end,
        end__gt=window.start,
    )
    columns = ("start", "end", "started_at")
    for start, end, at in runs.order_by("started_at").values_list(*columns):
        for age in range(1, SETTLED_AFTER_DAYS + 1):
            day = utc_day(at) - timedelta(days=age)
            if start <= day < end and day in window:
                found[day][age] = at
    return found


def _known_at(
    read_at: datetime, changes: Iterable[tuple[datetime, Decimal]], now: Decimal
) -> Decimal:
    """Return what the day was billed as of that read."""
    return next((old for at, old in changes if at > read_at), now)
