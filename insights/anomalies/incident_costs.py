"""What anomalies added to costs, for the explanation of a change."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from clouds.access import AnyUser
from core.money import QUANTUM, ZERO
from core.windows import ONE_DAY
from costs.explain.records import Incident, Part
from costs.queries.query import CostQuery
from insights.models import Anomaly
from providers.records import ChargeCategory

# By these the costs of an anomaly can't be distinguished.
NOT_TOLD_BY = ("resource_group", "exclude_resource_group", "tag", "exclude_tag")
VIEW = "insights.view_anomaly"


def cost_incidents(query: CostQuery, user: AnyUser) -> list[Incident]:
    """Return the anomalies of both periods that the user may see, with what they added
    to the costs that the query is about.

    One that was dismissed, or is no longer found, explains nothing. Two queries.
    """
    may_see = user.has_perm(VIEW)  # type: ignore[union-attr]
    if not may_see or not _can_be_told(query):
        return []
    rows = Anomaly.objects.visible_to(user).within(query.window, query.compared_with)
    rows = rows.filter(resource=None, currency=query.currency, impact__isnull=False)
    if accounts := query.filters["account"]:
        rows = rows.filter(account__account_id__in=accounts)
    if clouds := query.filters["provider"]:
        rows = rows.filter(account__provider__in=clouds)
    rows = rows.exclude(status=Anomaly.Status.DISMISSED).order_by("first_day", "pk")
    found = rows.select_related("account").prefetch_related("changes")
    return [_incident(row, query) for row in found if not row.is_closed_automatically]


def _can_be_told(query: CostQuery) -> bool:
    """Return whether it is known which part of an anomaly the query is about."""
    only, without = query.filters["charge_category"], query.filters["exclude"]
    usage = ChargeCategory.USAGE.value
    is_usage = (not only or usage in only) and usage not in without
    return is_usage and not (
        query.search or any(query.filters[name] for name in NOT_TOLD_BY)
    )


def _incident(row: Anomaly, query: CostQuery) -> Incident:
    owner = row.account.account_id if row.account else ""
    amounts: dict[Part, dict[date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for part, share in _shares(row, owner, query):
        for day, amount in daily_impact(row).items():
            amounts[part][day] += (amount * share).quantize(QUANTUM)
    return Incident(
        title=row.title,
        url=row.get_absolute_url(),
        first_day=row.first_day,
        last_day=row.last_day,
        part=Part(row.sub_account_id or owner, row.service),
        amounts=amounts,
    )


def _shares(
    row: Anomaly, owner: str, query: CostQuery
) -> Sequence[tuple[Part, Decimal]]:
    """Return the parts of its impact that the query is about. Its root causes are the
    largest parts: they have all of it."""
    whole = sum((Decimal(cause["amount"]) for cause in row.causes), ZERO)
    return [
        (
            Part(cause["account"] or row.sub_account_id or owner, cause["service"]),
            Decimal(cause["amount"]) / whole,
        )
        for cause in row.causes
        if whole and _is_asked_for(cause, query)
    ]


def _is_asked_for(cause: Mapping[str, Any], query: CostQuery) -> bool:
    return all(
        (not only or cause[name] in only) and cause[name] not in without
        for name, only, without in (
            (
                "account",
                query.filters["sub_account"],
                query.filters["exclude_sub_account"],
            ),
            ("service", query.filters["service"], query.filters["exclude_service"]),
            ("region", query.filters["region"], query.filters["exclude_region"]),
        )
    )


def daily_impact(row: Anomaly) -> dict[date, Decimal]:
    """Return the impact of each of its days: that of the day that deviates most is
    known, and the others have what is left alike."""
    impact = row.impact or ZERO
    peak = row.actual - row.expected
    rest = impact - peak
    is_known = row.days > 1 and peak * impact > 0 and rest * impact >= 0
    each = rest / (row.days - 1) if is_known else impact / row.days
    days = [row.first_day + ONE_DAY * at for at in range(row.days)]
    amounts = dict.fromkeys(days, each)
    return amounts | {row.peak_day: peak} if is_known else amounts
