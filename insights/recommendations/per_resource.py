"""Recommendations as the page lists them: one row a resource with alternatives."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, Max, Min, Q, Sum, Value, When

from core.db.ordering import ranked, unknown_last
from insights.models import Recommendation
from insights.recommendations.engine.advice import Category, Priority
from insights.recommendations.querysets import RecommendationQuerySet
from inventory.models import Resource

# Parameter of the list's order -> what a resource is ordered by.
ORDERS = {
    "savings_monthly": "saving",
    "kg_per_month": "most_kg",
    "priority": "rank",
    "category": "place",
    "status": "first_status",
    "found_at": "newest",
    "name": "resource__name",
    "account": "resource__account__name",
}
LARGEST_SAVING_FIRST = "-savings_monthly"


@dataclass(slots=True)
class ResourceAdvice:
    """What is recommended about one resource, what counts most first."""

    resource: Resource
    saving: Decimal | None
    rows: list[Recommendation] = field(default_factory=list)

    @property
    def main(self) -> Recommendation:
        return self.rows[0]

    @property
    def others(self) -> Sequence[Recommendation]:
        return self.rows[1:]

    @property
    def monthly(self) -> Decimal | None:
        """What all of it saves; of alternatives to what is not listed, the first."""
        return self.main.savings_monthly if self.main.alternative_to else self.saving


def per_resource(rows: RecommendationQuerySet, order: Iterable[str]) -> Any:
    """Return a group of each resource in that order; what is closed comes last."""
    live = Q(status__in=Recommendation.LIVE)
    groups = (
        Recommendation.objects.filter(pk__in=rows.order_by().values("pk"))
        .order_by()
        .values("resource")
        .annotate(
            open=Count("pk", filter=live),
            saving=Sum("counted_monthly", filter=live),
            most_kg=Max("kg_per_month", filter=live),
            rank=Min(ranked("priority", tuple(Priority))),
            place=Min(ranked("category", tuple(Category))),
            first_status=Min("status"),
            newest=Max("found_at"),
        )
    )
    is_closed = Case(When(open=0, then=Value(1)), default=Value(0))
    wanted = [_column(one) for one in order] or [_column(LARGEST_SAVING_FIRST)]
    columns = [unknown_last(one) for one in wanted]
    return groups.order_by(is_closed, *columns, "rank", "resource")


def _column(order: str) -> str:
    sign = "-" if order.startswith("-") else ""
    return sign + ORDERS[order.removeprefix("-")]


def with_rows(
    groups: Iterable[dict[str, Any]], rows: RecommendationQuerySet
) -> list[ResourceAdvice]:
    """Read what is recommended about each of these resources. One query."""
    savings = {group["resource"]: group["saving"] for group in groups}
    found: dict[int, ResourceAdvice] = {}
    related = ("account", "owner", "resource__account")
    listed = rows.filter(resource__in=savings).select_related(*related)
    for row in sorted(listed, key=_importance):
        one = ResourceAdvice(row.resource, savings[row.resource_id])
        found.setdefault(row.resource_id, one).rows.append(row)
    return [found[pk] for pk in savings if pk in found]


def _importance(row: Recommendation) -> tuple[bool, bool, Decimal, int]:
    """Order what is to be done before what is closed, and what counts before what is
    an alternative to it."""
    saving = row.savings_monthly or Decimal(0)
    return not row.is_live, bool(row.alternative_to), -saving, row.pk
