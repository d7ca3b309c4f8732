"""Reservations and plans that are paid for and not used, by a bill's line items."""

import logging
from datetime import datetime
from decimal import Decimal
from hashlib import sha256

from django.core.cache import cache

from alerts.models import Facts, Severity, Topic
from alerts.outbox import queue_notice
from clouds.models import CloudAccount
from core.money import for_reading
from core.windows import ONE_DAY, Window, add_months, first_of_month, utc_day
from costs.lines.commitments import Commitment, commitments
from costs.lines.engine import LinesFailed
from costs.lines.line_query import FILTERS, LineQuery
from costs.lines.line_source import source_of
from costs.lines.models import LineItemMonth
from insights.daily_costs import UNSETTLED_DAYS

logger = logging.getLogger(__name__)

A_DAY_SECONDS = 24 * 3600
# What is worth a change: this share of what it costs, and so much of the currency.
LEAST_SHARE, LEAST_AMOUNT = Decimal("0.10"), Decimal(25)
ADVICE = (
    "Move what runs on demand to what it covers, exchange it or sell it where the "
    "provider allows that, and do not renew it as it is."
)


def queue_unused_commitments(now: datetime) -> None:
    """Queue a notice, once a month, of each commitment of which much was not used in
    the last month whose days have all arrived."""
    settled = utc_day(now) - ONE_DAY * UNSETTLED_DAYS
    month = add_months(first_of_month(settled), -1)
    stored = LineItemMonth.objects.filter(month=month, account__is_enabled=True)
    for row in stored.select_related("account").order_by("account"):
        # Notices are refreshed each minute, and lines take a while to read.
        if not cache.add(f"unused:{row.pk}:{row.run_id}", True, A_DAY_SECONDS):
            continue
        try:
            for one in unused_in(row):
                _queue(row, one, now)
        except LinesFailed as error:
            logger.warning("%s: its commitments were not read. %s", row, error)


def unused_in(row: LineItemMonth) -> list[Commitment]:
    """Return the commitments of a month of lines of which enough was not used. Raises
    LinesFailed."""
    filters = dict.fromkeys(FILTERS, ()) | {"account": (row.account.account_id,)}
    window = Window(row.month, add_months(row.month, 1))
    query = LineQuery(window, currency=row.currency, filters=filters)
    found = commitments(source_of(query, [row]))
    return [
        one for one in found if one.unused >= max(LEAST_SHARE * one.cost, LEAST_AMOUNT)
    ]


def _queue(row: LineItemMonth, one: Commitment, now: datetime) -> None:
    account: CloudAccount = row.account
    key = sha256(one.id.encode()).hexdigest()[:16]
    unused, cost = (for_reading(n, row.currency) for n in (one.unused, one.cost))
    queue_notice(
        account,
        f"unused {row.month:%Y-%m} {key}",
        f"{unused} of the {cost} that {one} in {account} cost in {row.month:%B} was "
        f"not used. {ADVICE}",
        now,
        Facts(Topic.COMMITMENT, Severity.WARNING, account, one.unused, row.currency),
        cause=ADVICE,
    )
