"""The stored daily costs, read as bills."""

from array import array
from collections import defaultdict
from datetime import date, datetime
from math import nan

from django.db.models import Count, Max, Min, Q, Sum

from clouds.models import CloudAccount
from core.windows import ONE_DAY, last_complete_days
from costs.models import CostTotal, DailyCost
from costs.querysets import BILL_IS_READ, CostTotalQuerySet, DailyCostQuerySet
from insights.bill_records import Bill, Scope
from providers.records import ChargeCategory

# The newest days of a bill arrive in part. AWS calls a whole month estimated until
# the middle of the next one, though hardly a cent of it changes after three days.
UNSETTLED_DAYS = 3
ROWS_AT_ONCE = 5000
# As far back as Cost Explorer goes; older days say little about tomorrow.
HISTORY_DAYS = 430


def read_bills(account: CloudAccount | None, now: datetime) -> list[Bill]:
    """Return a bill per currency of that account, or of all without their regions.

    Today is left out. Three queries, and one per currency.
    """
    window = last_complete_days(HISTORY_DAYS, now)
    rows = DailyCost.objects.counted().in_window(window)
    totals = CostTotal.objects.counted().in_window(window).order_by()
    if account is not None:
        rows, totals = rows.filter(account=account), totals.filter(account=account)
    spans = _spans(totals)
    counts: dict[str, dict[date, tuple[int, int]]] = defaultdict(dict)
    per_day = totals.values_list("currency", "day").annotate(
        Count("id"), estimated=Count("id", filter=Q(is_estimated=True))
    )
    for currency, day, stored, estimated in per_day:
        counts[currency][day] = (stored, estimated)
    return [
        _bill(
            currency,
            days,
            spans[currency],
            rows.filter(currency=currency),
            with_regions=account is not None,
        )
        for currency, days in sorted(counts.items())
    ]


def _spans(totals: CostTotalQuerySet) -> dict[str, list[tuple[date, date]]]:
    """Return per currency the first and last day of each account's bill.

    A bill's history begins with its first stored day. That of an account whose bill is
    read goes on to the newest day of all: one that fell behind would look like a fall
    in costs.
    """
    spans: dict[str, list[tuple[date, date]]] = defaultdict(list)
    newest: dict[str, date] = totals.newest_day_per_currency()
    histories = totals.annotate(is_read=BILL_IS_READ).values_list(
        "currency", "account", "is_read"
    )
    for currency, _, is_read, first, last in histories.annotate(Min("day"), Max("day")):
        spans[currency].append((first, newest[currency] if is_read else last))
    return spans


def _bill(
    currency: str,
    counts: dict[date, tuple[int, int]],
    spans: list[tuple[date, date]],
    rows: DailyCostQuerySet,
    *,
    with_regions: bool,
) -> Bill:
    """Return the bill of these rows; `counts` has each day's totals, and estimates.

    A day is known if it has a total of every account whose span it lies in.
    """
    first, last = min(counts), max(counts)
    blank = array("d", [nan]) * ((last - first).days + 1)
    for day, (stored, _) in counts.items():
        if stored >= sum(start <= day <= end for start, end in spans):
            blank[(day - first).days] = 0.0
    usage: dict[Scope, array[float]] = defaultdict(lambda: blank[:])
    charges: dict[Scope, array[float]] = defaultdict(lambda: blank[:])
    region = ["region"] if with_regions else []
    sums = (
        rows.filter(day__range=(first, last))
        .order_by()
        .values_list("day", "sub_account_id", "service", *region)
        .annotate(
            amount=Sum("billed"),
            used=Sum("billed", filter=Q(charge_category=ChargeCategory.USAGE.value)),
        )
    )
    for day, *names, amount, used in sums.iterator(chunk_size=ROWS_AT_ONCE):
        part, at = Scope(*names), (day - first).days
        charges[part][at] += float(amount)
        if used is not None:
            usage[part][at] += float(used)
    newest = last - ONE_DAY * UNSETTLED_DAYS
    return Bill(
        currency,
        first,
        dict(usage),
        frozenset(day for day, (_, some) in counts.items() if some and day > newest),
        dict(charges),
    )
