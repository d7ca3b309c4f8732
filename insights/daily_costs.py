"""The stored daily costs, read as bills."""

from array import array
from collections import defaultdict
from datetime import date, datetime
from math import nan
from typing import Any

from django.db.models import Count, Q, Sum

from clouds.models import CloudAccount
from core.windows import ONE_DAY, Window, last_complete_days
from costs.models import BillSpan, CostGrowth, CostTotal, DailyCost
from costs.querysets import CostTotalQuerySet
from insights.bill_records import Bill, Scope
from providers.records import ChargeCategory

# The newest days of a bill arrive in part. AWS calls a whole month estimated until
# the middle of the next one, though hardly a cent of it changes after three days. Where
# more days were measured to grow, it is more.
UNSETTLED_DAYS = 3
ROWS_AT_ONCE = 5000
# As far back as Cost Explorer goes; older days say little about tomorrow.
HISTORY_DAYS = 430


def read_bills(account: CloudAccount | None, now: datetime) -> list[Bill]:
    """Return a bill per currency of that account, or of all without their regions.

    Today is left out. One query, and three per currency.
    """
    window = last_complete_days(HISTORY_DAYS, now)
    spans = BillSpan.objects.with_is_current().select_related("account")
    if account is not None:
        spans = spans.filter(account=account)
    of_currency: dict[str, list[BillSpan]] = defaultdict(list)
    for span in spans:
        of_currency[span.currency].append(span)
    bills = (
        _bill(currency, held, window, with_regions=account is not None)
        for currency, held in sorted(of_currency.items())
    )
    return [bill for bill in bills if bill is not None]


def _bill(
    currency: str, spans: list[BillSpan], window: Window, *, with_regions: bool
) -> Bill | None:
    """Return the bill of the window; None without a stored day of it.

    It is of the accounts whose bills go on in that currency, theirs or their payer's,
    and of those that had one where none does: what ends with an account would look like
    a fall in costs.
    """
    current = {span.account_id for span in spans if span.is_current}
    if current:
        spans = [
            one for one in spans if {one.account_id, one.account.payer_id} & current
        ]
    accounts = [span.account_id for span in spans]
    which = {"account__in": accounts, "currency": currency}
    counts = _counts(CostTotal.objects.counted().in_window(window).filter(**which))
    if not counts:
        return None
    first, last = min(counts), max(counts)
    blank = array("d", [nan]) * ((last - first).days + 1)
    for day, (stored, _) in counts.items():
        if stored >= sum(_is_expected(span, day) for span in spans):
            blank[(day - first).days] = 0.0
    usage: dict[Scope, array[float]] = defaultdict(lambda: blank[:])
    charges: dict[Scope, array[float]] = defaultdict(lambda: blank[:])
    region = ["region"] if with_regions else []
    rows = DailyCost.objects.counted().filter(day__range=(first, last), **which)
    sums = (
        rows.order_by()
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
    newest = last - ONE_DAY * unsettled_days(**which)
    return Bill(
        currency,
        first,
        dict(usage),
        frozenset(day for day, (_, some) in counts.items() if some and day > newest),
        dict(charges),
        is_current=bool(current),
    )


def unsettled_days(**which: Any) -> int:
    """Return how many of the newest days of these bills may still grow. One query."""
    raw_days = CostGrowth.objects.filter(**which).shares().raw_days
    return max(UNSETTLED_DAYS, raw_days)


def _counts(totals: CostTotalQuerySet) -> dict[date, tuple[int, int]]:
    """Return how many totals each day has, and how many of them are estimated."""
    per_day = totals.order_by().values_list("day")
    estimated = Count("id", filter=Q(is_estimated=True))
    counted = per_day.annotate(stored=Count("id"), estimated=estimated)
    return {day: (stored, some) for day, stored, some in counted}


def _is_expected(span: BillSpan, day: date) -> bool:
    """Return whether the account's bill has that day, if nothing is missing.

    A current one goes on to the newest day of all: one that fell behind would look like
    a fall in costs.
    """
    return span.first_day <= day and (span.is_current or day <= span.last_day)
