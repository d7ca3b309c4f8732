"""The page of teams, and what it shows as files."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.generic import TemplateView, View

from clouds.access import is_limited
from clouds.labels import account_labels
from core.api.files import table_file
from costs.allocation.engine import NOT_ALLOCATED
from costs.allocation.querysets import COLUMNS, conditions_of
from costs.allocation.serializers import (
    LISTED,
    TeamCostParameters,
    UncoveredSerializer,
    uncovered_data,
)
from costs.allocation.team_costs import TeamCosts, Uncovered, team_breakdown
from costs.chart import by_period, folded, trend_chart
from costs.downloads import refused
from costs.export import table_rows
from costs.models import TeamRule
from costs.queries.breakdown import CostBreakdown, by_period_of, label_of
from costs.queries.links import quick_ranges
from costs.queries.query import CostQuery, InvalidQuery, query_string
from costs.queries.table import heads
from costs.views import (
    GRANULARITIES,
    METRICS,
    BreakdownMixin,
    days_of,
    page_query,
)

# Series that a chart has colors for.
SERIES = 10
PARAMETERS = {*TeamCostParameters().fields, "sort"}


class TeamsMixin(BreakdownMixin):
    """A view of what teams pay, as its URL asks."""

    permission_required = ("costs.view_team", "costs.view_dailycost")

    def costs(self, names: Mapping[str, str]) -> tuple[CostBreakdown, TeamCosts]:
        """Raise InvalidQuery."""
        asked = self.request.GET.copy()
        # The other filters of the costs page: rules decide about these.
        for name in asked.keys() - PARAMETERS:
            del asked[name]
        query = page_query(asked, timezone.now(), self.raw_days)
        found, of_teams = team_breakdown(query, self.request.user, names)
        return replace(found, query=replace(found.query, group_by="team")), of_teams


class TeamsView(TeamsMixin, TemplateView):
    """What each team pays, by which rules, and what no rule covers."""

    template_name = "costs/teams.html"
    extra_context = {
        "metric_choices": METRICS.items(),
        "granularity_choices": GRANULARITIES.items(),
    }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        seen = self.accounts()
        names = account_labels(seen)
        context = super().get_context_data(**kwargs) | {
            "quick_ranges": quick_ranges(timezone.now(), self.raw_days),
            "accounts": seen,
            "has_accounts": bool(names),
            "sees_rules": not is_limited(self.request.user),
        }
        try:
            found, of_teams = self.costs(names)
        except InvalidQuery as invalid:
            query, errors = self.refused(invalid)
            return context | {"question": query, "days": days_of(query)} | errors
        rules = TeamRule.objects.visible_to(self.request.user)
        context["rules"] = [
            (rule, _conditions(rule, names), of_teams.rules.get(rule.pk))
            for rule in rules.prefetch_related("shares__team")
        ]
        return context | _shown(found, of_teams, names)


def _shown(
    found: CostBreakdown, of_teams: TeamCosts, names: Mapping[str, str]
) -> dict[str, Any]:
    """What the template shows of an answer, with where each part leads on to."""
    trend = replace(found.trend, series=folded(found.trend.series, SERIES))
    rest = of_teams.uncovered[:LISTED]
    expected = by_period_of(found.query, found.expected.per_day)
    return {
        "answer": found,
        "question": found.query,
        "days": days_of(found.query),
        "api_parameters": _api_parameters(found.query),
        "teams": of_teams,
        "allocated_percent": _allocated_percent(found),
        "chart": trend_chart(trend, found.restated, expected=expected),
        "table": by_period(found.trend, found.restated, expected=expected),
        "group_names": ["Team"],
        "heads": heads(found.query.sort, ["Team"], "Previous period"),
        "lines": [(line, None, "") for line in found.lines],
        "uncovered": [_uncovered_line(one, found.query, names) for one in rest],
        "more_uncovered": len(of_teams.uncovered) - len(rest),
    }


def _api_parameters(query: CostQuery) -> str:
    """The query string of the endpoint with the same numbers."""
    names = PARAMETERS - {"limit"}
    asked = {name: one for name, one in query.values.items() if name in names}
    return query_string(asked)


def _allocated_percent(found: CostBreakdown) -> float | None:
    rest = [line.share_percent for line in found.lines if line.key == NOT_ALLOCATED]
    if found.total is None or found.total.share_percent is None:
        return None
    return 100 - (rest[0] or 0) if rest else 100.0


def _uncovered_line(
    one: Uncovered, query: CostQuery, names: Mapping[str, str]
) -> tuple[str, str, Uncovered, str]:
    """A service that no rule covers, where, its amount, and the query of its costs."""
    data = uncovered_data(one)
    key, value, account = data["tag_key"], data["tag_value"], data["account"]
    parts = [
        names.get(data["sub_account_id"], data["sub_account_id"]),
        data["resource_group"],
        account and f"bill of {names.get(account, account)}",
        key and (f"{key}={value}" if value else f"without tag {key}"),
    ]
    filters = {
        "service": data["service"],
        "sub_account": data["sub_account_id"],
        "resource_group": data["resource_group"],
        "account": account,
        "tag": key and f"{key}={value}",
    }
    # What rules do not look at stays as the page has it.
    chosen = {name: value for name, value in filters.items() if value}
    values = {**query.values, "group_by": "", "limit": "", **chosen}
    where = ", ".join(part for part in parts if part)
    service = label_of(data["service"], "service", names)
    return service, where, one, query_string(values)


def _conditions(rule: TeamRule, names: Mapping[str, str]) -> list[tuple[str, str]]:
    """What a rule looks at, and the values that it takes."""
    labels = {
        COLUMNS["accounts"]: "Bill of",
        COLUMNS["sub_accounts"]: "Account",
        COLUMNS["services"]: "Service",
        COLUMNS["resource_groups"]: "Resource group",
    }
    return [
        (
            labels.get(column, f"Tag {rule.tag_key}"),
            ", ".join(sorted(names.get(value, value) for value in values)),
        )
        for column, values in conditions_of(rule).items()
    ]


class TeamsFile(TeamsMixin, View):
    """A table of the page as a CSV file."""

    file_name = "teams"

    def get(self, request: HttpRequest) -> HttpResponseBase:
        try:
            found, of_teams = self.costs(account_labels(self.accounts()))
        except InvalidQuery as invalid:
            return refused(invalid)
        rows = self.rows(found, of_teams)
        return table_file(request, self.file_name, rows, found.query.window)

    def rows(
        self, found: CostBreakdown, of_teams: TeamCosts
    ) -> Iterator[Sequence[Any]]:
        return table_rows(found, {})


class UncoveredFile(TeamsFile):
    """All that no rule covers."""

    file_name = "not-allocated"

    def rows(
        self, found: CostBreakdown, of_teams: TeamCosts
    ) -> Iterator[Sequence[Any]]:
        yield [*UncoveredSerializer().fields, "currency"]
        for one in of_teams.uncovered:
            yield [*uncovered_data(one).values(), found.trend.currency]
