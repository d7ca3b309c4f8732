"""The stored daily costs by tag, read as a bill of each value."""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, MutableSequence
from datetime import date
from math import nan

from django.db.models import Sum

from clouds.labels import tag_keys_of
from clouds.models import CloudAccount
from core.windows import ONE_DAY
from costs.models import TagCost
from insights.bill_records import Bill, Scope
from insights.daily_costs import ROWS_AT_ONCE

# Day, value, account, service, amount.
TagRow = tuple[date, str, str, str, float]


def read_tag_bills(
    account: CloudAccount, bills: Iterable[Bill]
) -> Iterator[tuple[str, dict[str, Bill], Bill]]:
    """Yield a tag key, the bill of each of its values, and which of these bills it is.

    They have all charges with that value, of which no category is known. That of ""
    is untagged, as taxes and credits are. One query per key and currency.
    """
    for bill in bills:
        days = len(next(iter(bill.charges.values()), ()))
        for key in tag_keys_of([account]) if days else ():
            usage = _usage(_rows(account, bill, key, days), bill.first_day, days)
            yield (
                key,
                {
                    value: Bill(bill.currency, bill.first_day, parts, bill.unsettled)
                    for value, parts in sorted(usage.items())
                },
                bill,
            )


def _rows(account: CloudAccount, bill: Bill, key: str, days: int) -> Iterator[TagRow]:
    last = bill.first_day + ONE_DAY * (days - 1)
    rows = TagCost.objects.counted().filter(
        account=account,
        currency=bill.currency,
        tag_key=key,
        day__range=(bill.first_day, last),
    )
    columns = ("day", "tag_value", "sub_account_id", "service")
    sums = rows.order_by().values_list(*columns).annotate(amount=Sum("billed"))
    yield from sums.iterator(chunk_size=ROWS_AT_ONCE)


def _usage(
    rows: Iterable[TagRow], first_day: date, days: int
) -> dict[str, dict[Scope, MutableSequence[float]]]:
    """Return the parts of each value; NaN on days without a row of the key at all."""
    usage: dict[str, dict[Scope, MutableSequence[float]]] = defaultdict(
        lambda: defaultdict(lambda: array("d", [0.0]) * days)
    )
    unread = set(range(days))
    for day, value, account, service, amount in rows:
        at = (day - first_day).days
        unread.discard(at)
        usage[value][Scope(account, service)][at] += float(amount)
    for parts in usage.values():
        for amounts in parts.values():
            for at in unread:
                amounts[at] = nan
    return usage
