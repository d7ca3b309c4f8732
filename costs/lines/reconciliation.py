"""Whether stored lines are the ledger's costs."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum

from core.money import QUANTUM, ZERO
from costs.lines.line_query import BILLS
from costs.lines.line_source import LineSource
from costs.models import CostTotal


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What the ledger has of the same bills and days, to compare with all lines."""

    ledger: Decimal
    tolerance: Decimal

    def has(self, lines: Decimal) -> bool:
        return abs(self.ledger - lines) <= self.tolerance


def reconciled(source: LineSource) -> Reconciliation | None:
    """Return the ledger's costs of all these lines; None where a filter leaves some
    out. One query."""
    query = source.query
    is_whole = not query.search and not any(
        values for name, values in query.filters.items() if name not in BILLS
    )
    if not is_whole:
        return None
    accounts = {one.account_id for one in source.months}
    days = {"day__gte": query.window.start, "day__lt": query.window.end}
    totals = CostTotal.objects.filter(
        account__in=accounts, currency=query.currency, **days
    ).counted(**days)
    found = totals.aggregate(total=Sum(query.metric))["total"]
    # The ledger has each day to ten places.
    return Reconciliation(found or ZERO, QUANTUM * len(query.window) * len(accounts))
