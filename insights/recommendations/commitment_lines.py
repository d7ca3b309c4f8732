"""What a bill's line items say of commitments: the hours that they pay for, and what of
them nothing used."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime

from clouds.models import CloudAccount
from core.windows import ONE_DAY, Window, add_months, first_of_month, utc_day
from costs.commitments.models import CommitmentUse
from costs.lines.commitments import Commitment, commitments
from costs.lines.engine import literal
from costs.lines.line_query import FILTERS, LineQuery
from costs.lines.line_source import LineSource, months_of, source_of
from costs.lines.models import LineItemMonth
from costs.lines.storage import month_window
from insights.daily_costs import UNSETTLED_DAYS
from insights.recommendations.engine.advice_thresholds import Thresholds
from insights.recommendations.engine.commitments import Covered
from providers.records import ChargeCategory


def covered_hours(
    account: CloudAccount, resource_ids: Iterable[str], window: Window
) -> Covered | None:
    """Return the hours of these resources that a commitment pays for; None where no
    line items are stored of all these days. Raise LinesFailed."""
    source = _lines_of(account, window)
    if source is None:
        return None
    # Not the source's conditions: of an account's own lines they leave out all days
    # whose costs another bill counts, and the same hours were paid for on both.
    sql = f"""
        SELECT ResourceId, x_Day, sum(COALESCE(ConsumedQuantity, PricingQuantity))
        FROM {source.table}
        WHERE SubAccountId = {literal(account.account_id)} AND {source.now}
            AND CommitmentDiscountId <> '' AND CommitmentDiscountStatus <> 'Unused'
            AND ResourceId <> ''
            AND ChargeCategory = '{ChargeCategory.USAGE.value}'
        GROUP BY 1, 2
    """  # noqa: S608 - of our own parts and literals
    ids = {one.lower(): one for one in resource_ids}
    found: dict[tuple[str, date], float] = {}
    for name, day, hours in source.answer(sql):
        # Of AWS it may be the id, or an ARN that ends with it.
        low = name.lower()
        if of_ours := ids.get(low) or ids.get(low.rpartition("/")[2]):
            found[of_ours, day] = found.get((of_ours, day), 0.0) + float(hours or 0)
    return found


def _lines_of(account: CloudAccount, window: Window) -> LineSource | None:
    """Return the account's lines in all months of the window, from its own bill or its
    payer's."""
    wanted = {*months_of(window)}
    of_bills: dict[tuple[int, str], list[LineItemMonth]] = defaultdict(list)
    rows = LineItemMonth.objects.filter(
        account__in=(account.pk, account.payer_id or account.pk), month__in=wanted
    )
    for row in rows.select_related("account").order_by("account", "month"):
        of_bills[row.account_id, row.currency].append(row)
    for months in of_bills.values():
        if len(months) == len(wanted):
            of_bill = months[0].account.account_id
            return source_of(_query(window, months[0], account=of_bill), months)
    return None


def _query(window: Window, row: LineItemMonth, **only: str) -> LineQuery:
    """Return the question of lines in a month's currency, with only these values."""
    filters = {name: [only[name]] if name in only else [] for name in FILTERS}
    return LineQuery(window, currency=row.currency, filters=filters)


def settled_month(now: datetime) -> date:
    """Return the last month whose days have all arrived."""
    settled = utc_day(now) - ONE_DAY * UNSETTLED_DAYS
    return add_months(first_of_month(settled), -1)


def settled_lines(now: datetime) -> Iterator[LineItemMonth]:
    """Yield the lines of that month of each account that is read."""
    rows = LineItemMonth.objects.filter(
        month=settled_month(now), account__is_enabled=True
    )
    yield from rows.select_related("account").order_by("account")


def unused_in(row: LineItemMonth, thresholds: Thresholds) -> Sequence[Commitment]:
    """Return the commitments of a month of lines of which enough was not used. Raise
    LinesFailed."""
    query = _query(month_window(row.month), row, account=row.account.account_id)
    found = commitments(source_of(query, [row]))
    return [one for one in found if is_wasted(one, thresholds)]


def is_wasted(one: Commitment | CommitmentUse, thresholds: Thresholds) -> bool:
    """Return whether so much of it was not used that something is to be done."""
    share = thresholds.unused_commitment_share * one.cost
    return one.unused >= max(share, thresholds.unused_commitment_cost)
