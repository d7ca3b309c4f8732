"""Recommendations as the page lists them: one row a resource with alternatives, and one
a commitment."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, F, Max, Min, Q, Sum, Value, When

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
    """What is recommended about one resource, what counts most first; or one about a
    commitment, which has none."""

    resource: Resource | None
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
    """Return a group of each resource in that order, and of each recommendation that
    has none; what is closed comes last."""
    live = Q(status__in=Recommendation.LIVE)
    groups = (
        Recommendation.objects.filter(pk__in=rows.order_by().values("pk"))
        .order_by()
        .annotate(alone=Case(When(resource=None, then=F("pk"))))
        .values("resource", "alone")
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
    return groups.order_by(is_closed, *columns, "rank", "resource", "alone")


def _column(order: str) -> str:
    sign = "-" if order.startswith("-") else ""
    return sign + ORDERS[order.removeprefix("-")]


def with_rows(
    groups: Iterable[dict[str, Any]], rows: RecommendationQuerySet
) -> list[ResourceAdvice]:
    """Read what is recommended in each of these groups. One query."""
    savings = {(one["resource"], one["alone"]): one["saving"] for one in groups}
    found: dict[tuple[int | None, int | None], ResourceAdvice] = {}
    related = ("account", "owner", "resource__account")
    resources, alone = zip(*savings, strict=True) if savings else ((), ())
    listed = rows.filter(Q(resource__in=_known(resources)) | Q(pk__in=_known(alone)))
    for row in sorted(listed.select_related(*related), key=_importance):
        key = (row.resource_id, None if row.resource_id else row.pk)
        one = ResourceAdvice(row.resource, savings[key])
        found.setdefault(key, one).rows.append(row)
    return [found[key] for key in savings if key in found]


def _known(keys: Iterable[int | None]) -> list[int]:
    return [key for key in keys if key is not None]


def _importance(row: Recommendation) -> tuple[bool, bool, Decimal, int]:
    """Order what is to be done before what is closed, and what counts before what is
    an alternative to it."""
    saving = row.savings_monthly or Decimal(0)
    return not row.is_live, bool(row.alternative_to), -saving, row.pk
