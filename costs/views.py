"""The costs page, and what it shows as files."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.functional import cached_property
from django.views.generic import TemplateView

from clouds.access import AnyUser
from clouds.labels import account_labels, tag_keys_of
from clouds.models import CloudAccount
from clouds.registry import CLOUDS
from core.windows import ONE_DAY, Window
from costs.chart import by_period, trend_chart
from costs.groupings import BY_TAG, keys_of
from costs.growth.still_expected import raw_days
from costs.lines.models import LineItemMonth
from costs.pivot_table import pivot_table
from costs.queries.breakdown import (
    CostBreakdown,
    by_period_of,
    cost_breakdown,
)
from costs.queries.filter_options import (
    EXCLUDABLE,
    Option,
    Picker,
    filter_options,
)
from costs.queries.links import (
    active_filters,
    drills,
    lines_of_keys,
    query_of_line,
    query_of_periods,
    quick_ranges,
)
from costs.queries.plain_values import DEFAULT_DAYS
from costs.queries.query import (
    COMBINABLE_WITH_TAG,
    DIMENSIONS,
    CostQuery,
    InvalidQuery,
    dimension_of,
)
from costs.queries.source import CostSource
from costs.queries.table import Line, heads
from syncs.models import SyncRun

GROUPS = {
    "service": "Service",
    "region": "Region",
    "account": "Account",
    "charge_category": "Charge category",
    "resource_group": "Resource group",
    "none": "No grouping",
}
COMPARISONS = {"previous": "Previous period", "year_ago": "A year ago"}
METRICS = {
    "billed": "Billed (unblended)",
    "effective": "Effective (amortized)",
}
GRANULARITIES = {"daily": "Daily", "monthly": "Monthly"}
CHARTS = {"bars": "Stacked bars", "lines": "Lines"}
TABLES = {"change": "Changes", "months": "By month"}
KINDS = {"bars": "stacked", "lines": "line"}
# A chart has colors for so many; beyond it a reader tells none apart.
DEFAULT_LIMIT, LARGEST_LIMIT = 10, 25
LIMITS = {5, DEFAULT_LIMIT, 15, LARGEST_LIMIT}
# Values of a tag that an empty answer names.
TAGS_NAMED = 12
# Three years: more days are no page to read, and the cloud keeps fewer.
LONGEST_DAYS = 1100


class BreakdownMixin(PermissionRequiredMixin):
    """A view that answers the query of its URL."""

    permission_required: str | tuple[str, ...] = "costs.view_dailycost"
    request: HttpRequest

    @cached_property
    def raw_days(self) -> int:
        """Return how many days before today still grow. One query."""
        return raw_days(self.request.user)

    def accounts(self) -> list[CloudAccount]:
        """Return the accounts that the user may see."""
        return list(CloudAccount.objects.visible_to(self.request.user))

    def query(self) -> CostQuery:
        """Raises InvalidQuery."""
        return self.query_of(self.request.GET)

    def query_of(self, given: QueryDict) -> CostQuery:
        """Raises InvalidQuery."""
        return page_query(given, timezone.now(), self.raw_days)

    def breakdown(self, names: dict[str, str]) -> CostBreakdown:
        """Raises InvalidQuery."""
        query = self.query()
        return cost_breakdown(
            query, self.request.user, names, with_every_key=self.shows_every_key(query)
        )

    def shows_every_key(self, query: CostQuery) -> bool:
        """Whether what keys cost that are summed as "Other" is shown too."""
        return query.table == "groups"

    def refused(self, invalid: InvalidQuery) -> tuple[CostQuery, dict[str, Any]]:
        """Return the query of what is right, and what a page says of what is wrong."""
        given = self.request.GET
        valid = given.copy()
        for name in invalid.errors:
            valid.pop(name, None)
        try:
            query = self.query_of(valid)
        except InvalidQuery:
            query = self.query_of(QueryDict())
        context = {"errors": invalid.errors, "valid_filters": valid.urlencode()}
        if invalid.errors.keys() & {"start", "end"}:
            context["days"] = {name: given.get(name, "") for name in ("start", "end")}
        return query, context


def page_query(data: QueryDict, now: datetime, raw_days: int = 0) -> CostQuery:
    """Return the query of a page's URL, which shows not all keys and not any window.

    Raises InvalidQuery.
    """
    if {"start", "end"} & data.keys():
        # Whoever chose other days in the form left the period.
        data = data.copy()
        data.pop("period", None)
    query = CostQuery.from_url(data, now, raw_days)
    for name, window in (("start", query.window), ("previous_start", query.previous)):
        if window and len(window) > LONGEST_DAYS:
            raise InvalidQuery({name: [f"Choose at most {LONGEST_DAYS:,} days."]})
    if not data.get("granularity"):
        query = replace(query, granularity=query.usual_granularity)
    return replace(query, limit=min(query.limit or DEFAULT_LIMIT, LARGEST_LIMIT))


class CostsView(BreakdownMixin, TemplateView):
    """Costs of any window, sliced and filtered; the whole state is in the URL."""

    live_topics = ("costs",)
    template_name = "costs/costs.html"
    extra_context = {
        "metric_choices": METRICS.items(),
        "granularity_choices": GRANULARITIES.items(),
        "chart_choices": CHARTS.items(),
        "excludable": EXCLUDABLE.items(),
    }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        seen = self.accounts()
        names, tag_keys = account_labels(seen), tag_keys_of(seen)
        accounts = CloudAccount.objects.order_by("name", "id")
        context |= {
            "group_choices": group_choices(tag_keys),
            "unseen_bills": list(accounts.billed_out_of_sight(self.request.user)),
            "quick_ranges": quick_ranges(timezone.now(), self.raw_days),
            "has_accounts": bool(names),
            "account_names": names,
        }
        try:
            found = self.breakdown(names)
        except InvalidQuery as invalid:
            query, errors = self.refused(invalid)
            shown = _filters(query, self.request.user, names, tag_keys)
            return context | shown | errors
        if "resource_group" in found.query.groups:
            context["bills_without_groups"] = [
                one
                for one in seen
                if CLOUDS[one.provider].pays_for_others(one.account_id)
            ]
        if key := found.query.tag_key:
            if any(found.query.filters[name] for name in DIMENSIONS["tag"]):
                context["group_choices"] = [
                    (group, label)
                    for group, label in group_choices([key])
                    if dimension_of(group) in COMBINABLE_WITH_TAG
                ]
            context["accounts_without_tag"] = [
                one
                for one in seen
                if one.payer_id is None and key not in tag_keys_of([one])
            ]
        return context | _shown(found, self.request.user, names, tag_keys)


def group_choices(tag_keys: Sequence[str]) -> list[tuple[str, str]]:
    by_tag = [(f"{BY_TAG}{key}", f"Tag {key}") for key in tag_keys]
    return [*GROUPS.items(), *by_tag]


def days_of(query: CostQuery) -> dict[str, str]:
    """The days of a query, as the fields of its form hold them."""
    return {"start": str(query.window.start), "end": str(query.window.end)}


def _filters(
    query: CostQuery, user: AnyUser, names: dict[str, str], tag_keys: Sequence[str]
) -> dict[str, Any]:
    pickers = filter_options(query, user, names, tag_keys)
    return {
        "question": query,
        "days": days_of(query),
        "limits": sorted({*LIMITS, query.limit}),
        "table_choices": table_choices([group_name(one) for one in query.groups]),
        "pickers": pickers,
        "tag_picker": pickers[-1] if query.tag_key else None,
        "active_filters": active_filters(query, names),
    }


def group_name(group: str) -> str:
    return GROUPS.get(group) or f"Tag {group.removeprefix(BY_TAG)}"


def table_choices(groups: Sequence[str]) -> list[tuple[str, str]]:
    """What can be across in the table of these groupings, by their names."""
    found = [*TABLES.items()]
    if len(groups) > 1:
        found.append(("groups", f"{groups[0]} by {groups[1].lower()}"))
    return found


def _shown(
    found: CostBreakdown,
    user: AnyUser,
    names: dict[str, str],
    tag_keys: Sequence[str],
) -> dict[str, Any]:
    """What the template shows of an answer, with where each part leads on to."""
    query = found.query
    filters = _filters(query, user, names, tag_keys)
    months = LineItemMonth.objects.visible_to(user).in_window(query.window)
    has_lines = months.exists()
    groups = [group_name(group) for group in query.groups]
    expected = by_period_of(query, found.expected.per_day)
    return {
        **filters,
        "answer": found,
        "line_parameters": query.line_parameters if has_lines else "",
        "group_names": groups,
        "pivot": pivot_table(found, names),
        "chart": trend_chart(
            found.trend,
            found.restated,
            expected=expected,
            kind=KINDS[query.chart],
            drills=drills(query, found.lines),
        ),
        "table": by_period(
            found.trend, found.restated, query_of_periods(query), expected=expected
        ),
        "heads": heads(
            query.sort, groups or [GROUPS["none"]], COMPARISONS[query.compare]
        ),
        "lines": [
            (
                line,
                query_of_line(query, line, found.lines),
                _lines_of(query, line) if has_lines else "",
            )
            for line in found.lines
        ],
        **({} if found.lines else _elsewhere(query, user, filters["tag_picker"])),
    }


def _lines_of(query: CostQuery, line: Line) -> str:
    if line.key is None:
        return ""
    return lines_of_keys(
        query, dict(zip(query.groups, keys_of(line.key), strict=False))
    )


def _elsewhere(
    query: CostQuery, user: AnyUser, tag_picker: Picker | None
) -> dict[str, Any]:
    """Where there are costs if none are found: other tags, and the last stored days."""
    context: dict[str, Any] = {"stored": None}
    if tag_picker and query.filters["tag"]:
        context["known_tags"] = _known_tags(query, tag_picker)
    source = CostSource.visible_to(user).filtered(query, user)
    if stored := source.bills().stored_window():
        last = max(stored.start, stored.end - ONE_DAY * DEFAULT_DAYS)
        context |= {"stored": stored, "stored_part": Window(last, stored.end)}
    else:
        context["is_syncing"] = SyncRun.objects.visible_to(user).active().exists()
    return context


def _known_tags(query: CostQuery, picker: Picker) -> list[tuple[Option, str]]:
    """The values that cost the most in the window, and the page of each."""
    known = [one for one in picker.options if one.amount]
    largest = sorted(known, key=lambda one: -(one.amount or 0))[:TAGS_NAMED]
    return [(one, query.parameters(tag=[one.value])) for one in largest]
