"""What anomalies consist of by line items: which use of which resource, and why."""

import logging
from collections import Counter
from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from clouds.models import CloudAccount
from core.money import CENT, ZERO
from core.windows import ONE_DAY, Window, utc_day
from costs.lines.engine import LinesFailed
from costs.lines.explanation import (
    LineCause,
    LineExplanation,
    LineKind,
    explain_lines,
)
from costs.lines.line_query import FILTERS, LineQuery
from costs.lines.line_source import months_of, source_of
from costs.lines.models import LineItemMonth
from insights.models import Anomaly
from providers.records import ChargeCategory

log = logging.getLogger(__name__)
WEEK = 7
# Of a long incident its last days are compared: those show it whole.
MOST_DAYS = 28
MOST_CAUSES, LEAST_SHARE = 8, 0.02
# Older ones keep what was found when they were new.
EXPLAINED_DAYS = 90
# Of all accounts, the share of an anomaly that those with lines must have.
LEAST_SHARE_KNOWN = 0.8


def add_line_causes(
    account: CloudAccount | None, rows: Iterable[Anomaly], now: datetime
) -> None:
    """Name in unsaved anomalies of this account's bill, or of all accounts together,
    the uses that they come from.

    Where lines of both periods are stored. What cannot be read is logged, and leaves
    an anomaly without them.
    """
    months = list(stored_lines(account).select_related("account__payer"))
    since = utc_day(now) - timedelta(days=EXPLAINED_DAYS)
    for row in rows if months else ():
        if row.currency and row.last_day >= since:
            try:
                row.line_causes = line_causes(account, row, months)
            except LinesFailed as error:
                log.warning("%s: no causes by line item. %s", row.title, error)


def stored_lines(account: CloudAccount | None) -> QuerySet[LineItemMonth]:
    """Return the lines of an account's bill; those of all that are read for None."""
    rows = LineItemMonth.objects.order_by("account", "month")
    which = {"account__is_enabled": True} if account is None else {"account": account}
    return rows.filter(**which)


def line_causes(
    account: CloudAccount | None, row: Anomaly, months: Iterable[LineItemMonth]
) -> list[dict[str, Any]]:
    """Return the uses that went the anomaly's way, the largest first.

    None without lines of both periods, or of all accounts where those that have them
    are little of it. Raises LinesFailed.
    """
    query = line_query(account, row)
    needed = {*months_of(query.window), *months_of(query.compared_with)}
    held = [
        one for one in months if one.month in needed and one.currency == row.currency
    ]
    if account is None:
        held = _complete(held, needed)
        if _share_of(held, row) < LEAST_SHARE_KNOWN:
            return []
    source = source_of(query, held)
    if not source.is_comparable:
        return []
    return _largest(explain_lines(source), row.direction)


def _complete(
    months: Iterable[LineItemMonth], needed: Collection[date]
) -> list[LineItemMonth]:
    """Return those of accounts that have lines of all of these months."""
    held = list(months)
    counts = Counter(one.account_id for one in held)
    return [one for one in held if counts[one.account_id] == len(needed)]


def _share_of(months: Iterable[LineItemMonth], row: Anomaly) -> float:
    """Return the share of an anomaly that comes from the accounts of these bills."""
    bills = {one.account_id for one in months}
    accounts = CloudAccount.objects.filter(Q(pk__in=bills) | Q(payer__in=bills))
    ids = {*accounts.values_list("account_id", flat=True)}
    return sum(cause["share"] for cause in row.causes if cause["account"] in ids)


def line_query(account: CloudAccount | None, row: Anomaly) -> LineQuery:
    """Return the question of why the lines of an anomaly's part cost more or less."""
    window, previous = compared_days(row)
    only = {
        "account": account.account_id if account else "",
        "sub_account": row.sub_account_id,
        "service": row.service,
        "region": row.region,
        # Those of a tag are found in all charges, others in usage.
        "charge_category": "" if row.tag_key else ChargeCategory.USAGE.value,
        "tag": row.tag_key and f"{row.tag_key}={row.tag_value}",
    }
    return LineQuery(
        window,
        previous=previous,
        currency=row.currency,
        filters={name: [only[name]] if only.get(name) else [] for name in FILTERS},
    )


def compared_days(row: Anomaly) -> tuple[Window, Window]:
    """Return the anomaly's last days, and as many before it on the same weekdays."""
    end = row.last_day + ONE_DAY
    window = Window(max(row.first_day, end - ONE_DAY * MOST_DAYS), end)
    weeks = -(-(end - row.first_day).days // WEEK)
    back = ONE_DAY * WEEK * weeks
    return window, Window(window.start - back, window.end - back)


def _largest(found: LineExplanation, direction: str) -> list[dict[str, Any]]:
    sign = 1 if direction == Anomaly.Direction.UP else -1
    whole = sum((max(step.change * sign, ZERO) for step in found.steps), ZERO)
    causes = [
        (cause, step.kind)
        for step in found.steps
        for cause in step.causes
        if cause.change * sign > 0
    ]
    causes.sort(key=lambda one: -abs(one[0].change))
    return [
        _cause(cause, kind, share)
        for cause, kind in causes[:MOST_CAUSES]
        if (share := min(abs(float(cause.change / whole)), 1.0) if whole else 1.0)
        >= LEAST_SHARE
    ]


def _cause(cause: LineCause, kind: LineKind, share: float) -> dict[str, Any]:
    use = cause.use
    return {
        "kind": kind.value,
        "resource": use["ResourceId"],
        "usage_type": use["SkuMeter"],
        "operation": use["x_Operation"],
        "account": use["SubAccountId"],
        "service": use["ServiceName"],
        "region": use["RegionId"],
        "amount": str(cause.change.quantize(CENT)),
        "share": round(share, 4),
    }
