"""The page of the largest changes, and what it shows as files."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.generic import TemplateView, View

from clouds.labels import account_labels, tag_keys_of
from core.api.files import table_file
from costs.downloads import refused
from costs.groupings import keys_of
from costs.largest_changes.ranking import SHOWN, LargestChanges, largest_changes
from costs.largest_changes.rows import change_rows
from costs.lines.models import LineItemMonth
from costs.queries.links import (
    active_filters,
    lines_of_keys,
    query_of_keys,
    quick_ranges,
)
from costs.queries.query import CostQuery, InvalidQuery, query_string
from costs.views import (
    COMPARISONS,
    METRICS,
    BreakdownMixin,
    days_of,
    group_choices,
    group_name,
    page_query,
)

DEFAULTS = {"group_by": "account,service", "limit": str(SHOWN), "period": "7_days"}
DAYS = {"start", "end", "period"}


class ChangesMixin(BreakdownMixin):
    """A view of the largest changes that its URL asks for."""

    def query_of(self, given: QueryDict) -> CostQuery:
        """Raise InvalidQuery."""
        return page_query(with_defaults(given), timezone.now(), self.raw_days)

    def changes(self, names: Mapping[str, str]) -> LargestChanges:
        """Raise InvalidQuery."""
        return largest_changes(
            self.query(), self.request.user, names, in_any_currency=True
        )


def with_defaults(given: QueryDict) -> QueryDict:
    """Return the parameters with what the page asks for where they say nothing."""
    values = given.copy()
    for name in ("group_by", "limit"):
        values.setdefault(name, DEFAULTS[name])
    if not any(values.get(name) for name in DAYS):
        values["period"] = DEFAULTS["period"]
    return values


class ChangesView(ChangesMixin, TemplateView):
    """What changed most, in a window to choose, by one or two groupings."""

    template_name = "costs/changes.html"
    extra_context = {
        "metric_choices": METRICS.items(),
        "compare_choices": COMPARISONS.items(),
    }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        seen = self.accounts()
        names = account_labels(seen)
        context = super().get_context_data(**kwargs) | {
            "group_choices": group_choices(tag_keys_of(seen)),
            "quick_ranges": quick_ranges(timezone.now(), self.raw_days),
            "has_accounts": bool(names),
        }
        try:
            asked, found = self.query(), self.changes(names)
        except InvalidQuery as invalid:
            query, errors = self.refused(invalid)
            return context | {"question": query, "days": days_of(query)} | errors
        months = LineItemMonth.objects.visible_to(self.request.user)
        has_lines = months.in_window(asked.window).exists()
        return context | {
            "question": asked,
            "days": days_of(asked),
            "answer": found,
            "api_parameters": _api_parameters(asked),
            "group_names": [group_name(one) for one in asked.groups],
            "active_filters": active_filters(asked, names),
            "lines": _lines(found, has_lines=has_lines),
            "not_compared": [one for one in seen if one.pk in found.not_compared],
        }


def _api_parameters(query: CostQuery) -> str:
    """The query string of the endpoint with the same numbers."""
    values = {**query.values, "compare": query.compare, "granularity": ""}
    return query_string(values)


def _lines(found: LargestChanges, *, has_lines: bool) -> list[dict[str, Any]]:
    """Each change, the costs that it is of day by day and their lines, and its share of
    the largest."""
    query, largest = found.query, max((abs(o.change) for o in found.changes), default=1)
    return [
        {
            "line": one,
            "query": query_of_keys(
                query, dict(zip(query.groups, keys_of(one.key), strict=False))
            ),
            "line_items": has_lines
            and lines_of_keys(
                query, dict(zip(query.groups, keys_of(one.key), strict=False))
            ),
            "percent_of_largest": float(abs(one.change) / largest * 100),
        }
        for one in found.changes
    ]


class ChangesFile(ChangesMixin, View):
    """The table as a file; its address tells which."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        names = account_labels(self.accounts())
        try:
            found = self.changes(names)
        except InvalidQuery as invalid:
            return refused(invalid)
        rows = change_rows(found, names)
        return table_file(request, "cost-changes", rows, found.query.window)
