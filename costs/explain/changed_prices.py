"""What changed prices added to a bill, where lines tell the quantity of each use."""

import json
import logging
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from django.core.cache import cache

from clouds.access import AnyUser
from clouds.versions import data_version
from core.api.cache import STORED_SECONDS, key_of
from core.money import QUANTUM, ZERO
from costs.explain.records import Part, PriceChange
from costs.lines.engine import LinesFailed
from costs.lines.explanation import price_changes
from costs.lines.line_query import FILTERS, LineQuery
from costs.lines.line_source import line_source
from costs.lines.models import LineItemMonth
from costs.queries.query import CostQuery

logger = logging.getLogger(__name__)

# A server of lines that is away, or a question that took too long, is asked again then.
RETRY_SECONDS = 300
# A page waits for the answer, which takes about a second of so many on two cores.
MOST_LINES = 20_000_000

Prices = Mapping[Part, PriceChange]


def changed_prices(query: CostQuery, user: AnyUser) -> Prices | None:
    """Return what prices added to each service in an account since the period before.

    None where not every bill with lines has those of both periods, where these are
    more than MOST_LINES, or the question is one that lines do not answer as sums do.
    One query without lines; with them a question whose answer is held until the data
    changes.
    """
    if query.tag_key or query.search or not query.currency:
        return None
    months = LineItemMonth.objects.visible_to(user).order_by("pk")
    stored = list(months.values_list("pk", "file", "source_version"))
    if not stored:
        return None
    asked = line_query(query)
    key = key_of(data_version(user, "cost"), ["changed prices", stored, repr(asked)])
    found = cache.get(key)
    if not isinstance(found, str):
        found, seconds = _asked(asked, user)
        cache.set(key, found, seconds)
    rows = json.loads(found)
    return None if rows is None else _prices(rows)


def of_all_accounts(prices: Prices) -> Prices:
    """Return them for each service of all accounts together."""
    found: dict[Part, PriceChange] = {}
    for part, one in prices.items():
        key = Part("", part.service)
        other = found.get(key, PriceChange(ZERO, ZERO))
        found[key] = PriceChange(other.now + one.now, other.before + one.before)
    return found


def line_query(query: CostQuery) -> LineQuery:
    """Return the question about the lines of these costs, each usage type as one."""
    asked = LineQuery(
        query.window,
        previous=query.compared_with,
        metric=query.metric,
        currency=query.currency,
        grain="usage_type",
    )
    names = query.filters.keys() & {*FILTERS}
    filters = {name: tuple(query.filters[name]) for name in sorted(names)}
    return replace(asked, filters={**asked.filters, **filters})


def _asked(query: LineQuery, user: AnyUser) -> tuple[str, int]:
    """Return the rows as JSON, or null, and for how many seconds that is true."""
    try:
        source = line_source(query, user)
        rows = (
            [[*map(str, row)] for row in price_changes(source)]
            if source.is_comparable and source.line_count <= MOST_LINES
            else None
        )
    except LinesFailed as error:
        # The page of lines says why; costs are explained without them.
        logger.warning("prices of an explanation: %s", error)
        return json.dumps(None), RETRY_SECONDS
    return json.dumps(rows), STORED_SECONDS


def _prices(rows: list[list[str]]) -> Prices:
    found = {}
    for account, service, cost, price in rows:
        now = Decimal(cost).quantize(QUANTUM)
        found[Part(account, service)] = PriceChange(now, now - Decimal(price))
    return found
