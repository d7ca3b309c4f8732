"""Why the costs of a query differ from those of the period that it is compared with."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal

from core.windows import span
from costs.explain.changed_prices import Prices, of_all_accounts
from costs.explain.engine import NO_PRICES, explain
from costs.explain.records import (
    Charges,
    Daily,
    Explanation,
    Incident,
    Part,
)
from costs.queries.query import CostQuery
from costs.queries.source import CostSource
from providers.records import ChargeCategory

# Rows that are summed by service and account while a page waits. More of them are
# answered by service, from sums.
MOST_ROWS = 30_000


def explain_costs(
    query: CostQuery,
    source: CostSource,
    incidents: Iterable[Incident] = (),
    prices: Prices | None = None,
) -> Explanation:
    """Explain the change since `query.compared_with`; both periods are stored whole.

    `source` is of one currency. Without `prices` what they changed is use. Three
    queries.
    """
    windows = (query.window, query.compared_with)
    by_account = source.without_archived(["sub_account_id", "service"], *windows)
    source = source.in_window(span(windows))
    is_by_account = not (
        by_account.archived
        or source.by().in_windows(*windows).has_more_rows_than(MOST_ROWS)
    )
    explanation = explain(
        _amounts(query, source, is_by_account),
        *windows,
        incidents if is_by_account else map(_of_all_accounts, incidents),
        prices or NO_PRICES if is_by_account else of_all_accounts(prices or NO_PRICES),
        is_daily=query.basis == "daily",
        ignore=query.ignore,
    )
    return replace(
        explanation, is_by_account=is_by_account, has_prices=prices is not None
    )


def _amounts(
    query: CostQuery, source: CostSource, is_by_account: bool
) -> dict[Charges, Daily]:
    """Return what each day of both periods cost, in the parts that differ."""
    account = ["sub_account_id"] if is_by_account else []
    # By tag, charges are known without their category.
    category = [] if query.tag_key else ["charge_category"]
    columns = [*account, "service", *category]
    rows = source.by(*columns).in_windows(query.window, query.compared_with)
    amounts: dict[tuple[str, ...], dict[date, Decimal]] = defaultdict(dict)
    for *names, day, amount in rows.combinations(columns, query.metric, "daily"):
        amounts[tuple(names)][day] = amount
    return {
        _charges(dict(zip(columns, names, strict=True))): daily
        for names, daily in amounts.items()
    }


def _charges(names: dict[str, str]) -> Charges:
    part = Part(names.get("sub_account_id", ""), names["service"])
    return Charges(part, names.get("charge_category", ChargeCategory.USAGE.value))


def _of_all_accounts(incident: Incident) -> Incident:
    """Return the incident as what it added to each service of all accounts together."""
    amounts: dict[Part, dict[date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for part, daily in incident.amounts.items():
        for day, amount in daily.items():
            amounts[Part("", part.service)][day] += amount
    return replace(incident, amounts=amounts)
