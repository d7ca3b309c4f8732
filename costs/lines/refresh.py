"""Line items of costs that are read by day, where a provider can write them afterwards.

They are written in the background, and again once the costs of their month change.
"""

import hashlib
import logging
from collections.abc import Iterator
from datetime import date, datetime
from itertools import groupby

from django.db import IntegrityError, transaction
from django.db.models import Min

from clouds.models import CloudAccount
from clouds.registry import offers, provider_for
from clouds.versions import bump_version
from core.windows import first_of_month
from costs.lines.models import LINES_DATASET, LineItemMonth
from costs.lines.storage import month_window, new_lines, replace_lines
from costs.models import DailyCost
from providers.base import LineItemSource
from providers.bill_records import BillMonth, NoLines
from providers.errors import ProviderError
from providers.records import ChargeCategory, CostRecord
from syncs.runs.run_context import SyncFailed, say_nothing

logger = logging.getLogger(__name__)
COLUMNS = (
    *("day", "sub_account_id", "service", "region", "resource_group"),
    *("charge_category", "currency", "billed", "effective", "is_estimated"),
)
ROWS_AT_ONCE = 2000


def refresh_lines(now: datetime) -> Iterator[LineItemMonth]:
    """Write the lines of each month whose costs changed since, and yield it; the newest
    months first. One that fails is logged, and left to the next call."""
    accounts = [
        one for one in CloudAccount.objects.all() if offers(one, LineItemSource)
    ]
    due = [
        (month, account, version)
        for account in accounts
        for month, version in _changed_months(account)
    ]
    for first, account, version in sorted(due, key=lambda one: one[0], reverse=True):
        month = BillMonth(first, version, str(account))
        try:
            written = _write_month(account, month, now)
        except (NoLines, IntegrityError, LineItemMonth.DoesNotExist):
            continue  # nothing was charged, or the account was removed meanwhile
        except (ProviderError, SyncFailed, OSError) as error:
            logger.error("lines: %s, %s: %s", account, f"{first:%Y-%m}", error)
        else:
            yield written


def _changed_months(account: CloudAccount) -> Iterator[tuple[date, str]]:
    """Yield each month whose totals are others than when its lines were written, with
    their digest. Three queries.

    Of archived months the totals stay, but not the rows that lines are made of.
    """
    held = dict(account.line_item_months.values_list("month", "source_version"))
    costs = DailyCost.objects.filter(account=account)
    first_day = costs.aggregate(first=Min("day"))["first"]
    if first_day is None:
        return
    days = account.cost_totals.filter(day__gte=first_of_month(first_day))
    totals = days.order_by("day", "currency").values_list(
        "day", "currency", "billed", "effective"
    )
    for month, found in groupby(totals, key=lambda total: first_of_month(total[0])):
        version = hashlib.sha256(repr(list(found)).encode()).hexdigest()
        if held.get(month) != version:
            yield month, version


def _write_month(
    account: CloudAccount, month: BillMonth, now: datetime
) -> LineItemMonth:
    source = provider_for(account, now)
    if not isinstance(source, LineItemSource):
        raise TypeError(f"{account} has no line items.")
    before = account.line_item_months.filter(month=month.month).first()
    with new_lines(account, month.month, f"{now:%Y%m%d%H%M%S}") as lines:
        costs = _costs(account, month.month)
        bill = source.write_lines(month.month, costs, lines, say_nothing)
        with transaction.atomic():
            replace_lines(account, month, bill, lines, before, now)
            bump_version(account, LINES_DATASET)
    return account.line_item_months.get(month=month.month)


def _costs(account: CloudAccount, month: date) -> Iterator[CostRecord]:
    rows = DailyCost.objects.filter(account=account).in_window(month_window(month))
    for values in rows.order_by("day", "id").values(*COLUMNS).iterator(ROWS_AT_ONCE):
        values["charge_category"] = ChargeCategory(values["charge_category"])
        yield CostRecord(**values)
