"""What it costs: rows, trends and a summary."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from django.http import StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from clouds.labels import account_labels
from clouds.models import CloudAccount
from clouds.versions import data_version
from core.api.csv import flat
from core.api.files import is_sheet, table_file, wants_file
from core.api.parameters import refuse_unknown
from core.api.viewsets import RowsViewSet
from costs.api.serializers import (
    DailyCostSerializer,
    DaysSerializer,
    MetricParameters,
    SummaryParameters,
    SummarySerializer,
    TrendParameters,
    TrendSerializer,
    days_data,
    summary_data,
    trend_data,
)
from costs.export import name_cells, name_columns
from costs.filters import DailyCostFilter, TagCostFilter
from costs.groupings import columns_of, groups_of, key_cells
from costs.growth.still_expected import raw_days_asked
from costs.largest_changes.ranking import largest_changes
from costs.largest_changes.rows import change_rows, ids_of
from costs.largest_changes.serializers import (
    ChangesParameters,
    ChangesSerializer,
    changes_data,
)
from costs.models import DailyCost
from costs.queries.query import CostQuery
from costs.queries.source import CostSource
from costs.queries.summary import Group, Summary, cost_summary, summary_groups
from costs.queries.trend import (
    OTHER,
    Trend,
    cost_trend,
    largest_keys_of,
)
from syncs.datasets import Dataset

# About 1 KB each, until they are written.
LARGEST_POINTS = 200_000
# The newest day first, then by what its rows differ in: a sync that stores a day again
# gives its rows other ids, and a page must go on where the one before it ended.
ORDER = (
    "-day",
    "account_id",
    "service",
    "region",
    "sub_account_id",
    "resource_group",
    "charge_category",
    "currency",
)

DAYS_PARAMETERS = frozenset(
    {*MetricParameters().fields, *TagCostFilter.base_filters}  # type: ignore[attr-defined]
)
SUMMARY_PARAMETERS = DAYS_PARAMETERS | {*SummaryParameters().fields}
TREND_PARAMETERS = DAYS_PARAMETERS | {*TrendParameters().fields}
CHANGES_PARAMETERS = DAYS_PARAMETERS | {*ChangesParameters().fields}
# The columns of a day that is not stored.
NO_POINT = {"day": None, "amount": None}


class DailyCostViewSet(RowsViewSet):
    """Daily costs, reconciled with the bill."""

    queryset = DailyCost.objects.counted().select_related("account").order_by(*ORDER)
    serializer_class = DailyCostSerializer
    filterset_class = DailyCostFilter
    csv_name = "costs"
    cached_actions = frozenset({"trend", "summary", "daily", "changes"})

    def data_version(self) -> str | None:
        return data_version(self.request.user, Dataset.COST)

    @extend_schema(
        parameters=[TrendParameters], responses=TrendSerializer, filters=True
    )
    @action(detail=False, filterset_class=TagCostFilter, pagination_class=None)
    def trend(self, request: Request) -> Response | StreamingHttpResponse:
        """Costs over time, a series per key. Default: the last 30 complete days."""
        query, source = self.read(TREND_PARAMETERS)
        trend = _trend(source, query)
        if wants_file(request):
            rows = trend_rows(trend, self._account_names())
            return table_file(request, "cost-trend", rows, query.window)
        return Response(trend_data(trend))

    @extend_schema(
        parameters=[MetricParameters], responses=DaysSerializer, filters=True
    )
    @action(detail=False, filterset_class=TagCostFilter, pagination_class=None)
    def daily(self, request: Request) -> Response | StreamingHttpResponse:
        """What each day cost in all. Default: the last 30 complete days."""
        query, source = self.read(DAYS_PARAMETERS)
        data = days_data(_trend(source, replace(query, group_by="none")))
        if wants_file(request):
            days = ([*day.values(), data["currency"]] for day in data["days"])
            header = ["date", "cost", "is_estimated", "currency"]
            rows = chain([header], days)
            return table_file(request, "cost-days", rows, query.window)
        return Response(data)

    @extend_schema(
        parameters=[SummaryParameters], responses=SummarySerializer, filters=True
    )
    @action(detail=False, filterset_class=TagCostFilter, pagination_class=None)
    def summary(self, request: Request) -> Response | StreamingHttpResponse:
        """A window in a few numbers. Default: the last 30 complete days."""
        query, source = self.read(SUMMARY_PARAMETERS)
        summary = cost_summary(
            source, query.window, metric=query.metric, before=query.compared_with
        )
        is_grouped = bool(request.query_params.get("group_by") and query.groups)
        groups = summary_groups(source, query, summary) if is_grouped else []
        data = summary_data(summary, groups)
        if wants_file(request) and is_grouped:
            lines = group_rows(groups, query, summary, self._account_names())
            return table_file(request, "cost-summary", lines, query.window)
        if wants_file(request):
            data.pop("groups")
            points = {name: data[name] or NO_POINT for name in ("highest", "lowest")}
            row = flat({**data, **points})
            rows = [list(row), list(row.values())]
            return table_file(request, "cost-summary", rows, query.window)
        return Response(data)

    @extend_schema(
        parameters=[ChangesParameters], responses=ChangesSerializer, filters=True
    )
    @action(detail=False, filterset_class=TagCostFilter, pagination_class=None)
    def changes(self, request: Request) -> Response | StreamingHttpResponse:
        """The largest changes between a window and what it is compared with.

        Default: the last 30 complete days beside the 30 days before.
        """
        names = account_labels(CloudAccount.objects.visible_to(request.user))
        query = self._query(CHANGES_PARAMETERS)
        found = largest_changes(query, request.user, names)
        if wants_file(request):
            rows = change_rows(found, names)
            return table_file(request, "cost-changes", rows, found.query.window)
        return Response(changes_data(found, ids_of(found, request.user)))

    def _account_names(self) -> dict[str, str] | None:
        """The names of accounts, which files for people have beside their ids."""
        if not is_sheet(self.request):
            return None
        return account_labels(CloudAccount.objects.visible_to(self.request.user))

    def read(self, parameters: frozenset[str]) -> tuple[CostQuery, CostSource]:
        """The query, which may have these parameters, and the costs it is about."""
        user = self.request.user
        query = self._query(parameters)
        source = CostSource.visible_to(user).filtered(query, user)
        columns = columns_of(query.group_by)
        source = source.without_archived(columns, query.window, query.compared_with)
        return query, source.in_currency(query.currency) if query.currency else source

    def _query(self, parameters: frozenset[str]) -> CostQuery:
        """Raise InvalidQuery."""
        asked = self.request.query_params
        refuse_unknown(asked, parameters)
        raw_days = raw_days_asked(self.request.user, asked)
        return CostQuery.from_url(asked, timezone.now(), raw_days)


def _trend(source: CostSource, query: CostQuery) -> Trend:
    _check_points(source, query)
    return cost_trend(
        source,
        query.window,
        group_by=query.group_by,
        metric=query.metric,
        granularity=query.granularity,
        limit=query.limit,
    )


def _check_points(source: CostSource, query: CostQuery) -> None:
    """Refuse more points than a process has memory for, which pairs of keys can have.

    One query of two groupings without a small limit.
    """
    columns = columns_of(query.group_by)
    days = len(query.window)
    most = LARGEST_POINTS // (days if query.granularity == "daily" else days // 28 + 1)
    if len(columns) < 2 or (query.limit and query.limit <= most):
        return
    if largest_keys_of(source, columns, query.metric, query.window, most):
        reason = f"There are more than {most:,} keys. Pass a limit of at most {most:,}."
        raise ValidationError({"limit": [reason]})


def group_rows(
    groups: Sequence[Group],
    query: CostQuery,
    summary: Summary,
    account_names: Mapping[str, str] | None,
) -> Iterator[Sequence[Any]]:
    """One row per group; with names as people read them, else as the JSON has them."""
    columns = query.groups if account_names is None else name_columns(query.groups)
    yield [*columns, "total", "previous_total", "change_percent", "currency"]
    for one in groups:
        keys = _key_cells(one.key, query.groups, account_names)
        yield [*keys, one.total, one.before, one.change_percent, summary.currency]


def _key_cells(
    key: str, groups: Sequence[str], account_names: Mapping[str, str] | None
) -> Sequence[str]:
    if account_names is None:
        return key_cells(key, groups)
    return name_cells(None if key == OTHER else key, groups, account_names)


def trend_rows(
    trend: Trend, account_names: Mapping[str, str] | None = None
) -> Iterator[Sequence[Any]]:
    """One row per series and point, so that a pivot table can take it from there.

    With names, as people read them; without, as the JSON has them.
    """
    groups = groups_of(trend.group_by)
    columns = groups if account_names is None else name_columns(groups)
    yield ["day", *columns, "amount", "currency", "metric"]
    for series in trend.series:
        keys = _key_cells(series.key, groups, account_names)
        for point in series.points:
            yield [point.day, *keys, point.amount, trend.currency, trend.metric]
