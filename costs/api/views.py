"""What it costs: rows, trends and a summary."""

from collections.abc import Iterator, Sequence
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

from clouds.versions import data_version
from core.api.csv import csv_file, flat, wants_csv
from core.api.parameters import refuse_unknown
from core.api.viewsets import RowsViewSet
from costs.api.serializers import (
    DailyCostSerializer,
    DaysSerializer,
    MetricParameters,
    SummarySerializer,
    TrendParameters,
    TrendSerializer,
    days_data,
    summary_data,
    trend_data,
)
from costs.filters import DailyCostFilter, TagCostFilter
from costs.growth.still_expected import raw_days_asked
from costs.models import DailyCost
from costs.queries.query import CostQuery, InvalidQuery
from costs.queries.source import CostSource
from costs.queries.summary import cost_summary
from costs.queries.trend import SeveralCurrencies, Trend, cost_trend
from syncs.datasets import Dataset

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

SUMMARY_PARAMETERS = frozenset(
    {*MetricParameters().fields, *TagCostFilter.base_filters}  # type: ignore[attr-defined]
)
TREND_PARAMETERS = SUMMARY_PARAMETERS | {*TrendParameters().fields}
# The columns of a day that is not stored.
NO_POINT = {"day": None, "amount": None}


class DailyCostViewSet(RowsViewSet):
    """Daily costs, reconciled with the bill."""

    queryset = DailyCost.objects.counted().select_related("account").order_by(*ORDER)
    serializer_class = DailyCostSerializer
    filterset_class = DailyCostFilter
    csv_name = "costs"
    cached_actions = frozenset({"trend", "summary", "daily"})

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
        if wants_csv(request):
            return csv_file(request, "cost-trend", trend_rows(trend))
        return Response(trend_data(trend))

    @extend_schema(
        parameters=[MetricParameters], responses=DaysSerializer, filters=True
    )
    @action(detail=False, filterset_class=TagCostFilter, pagination_class=None)
    def daily(self, request: Request) -> Response | StreamingHttpResponse:
        """What each day cost in all. Default: the last 30 complete days."""
        query, source = self.read(SUMMARY_PARAMETERS)
        data = days_data(_trend(source, replace(query, group_by="none")))
        if wants_csv(request):
            rows = ([*day.values(), data["currency"]] for day in data["days"])
            header = ["date", "cost", "is_estimated", "currency"]
            return csv_file(request, "cost-days", chain([header], rows))
        return Response(data)

    @extend_schema(
        parameters=[MetricParameters], responses=SummarySerializer, filters=True
    )
    @action(detail=False, filterset_class=TagCostFilter, pagination_class=None)
    def summary(self, request: Request) -> Response | StreamingHttpResponse:
        """A window in a few numbers. Default: the last 30 complete days."""
        query, source = self.read(SUMMARY_PARAMETERS)
        try:
            summary = cost_summary(source, query.window, metric=query.metric)
        except SeveralCurrencies as error:
            raise ValidationError({"currency": [str(error)]}) from None
        data = summary_data(summary)
        if wants_csv(request):
            points = {name: data[name] or NO_POINT for name in ("highest", "lowest")}
            row = flat({**data, **points})
            return csv_file(request, "cost-summary", [list(row), list(row.values())])
        return Response(data)

    def read(self, parameters: frozenset[str]) -> tuple[CostQuery, CostSource]:
        """The query, which may have these parameters, and the costs it is about."""
        user = self.request.user
        refuse_unknown(self.request.query_params, parameters)
        try:
            asked = self.request.query_params
            query = CostQuery.from_url(
                asked, timezone.now(), raw_days_asked(user, asked)
            )
            source = CostSource.visible_to(user).filtered(query, user)
        except InvalidQuery as error:
            raise ValidationError(error.errors) from None
        return query, source.in_currency(query.currency) if query.currency else source


def _trend(source: CostSource, query: CostQuery) -> Trend:
    try:
        return cost_trend(
            source,
            query.window,
            group_by=query.group_by,
            metric=query.metric,
            granularity=query.granularity,
            limit=query.limit,
        )
    except SeveralCurrencies as error:
        raise ValidationError({"currency": [str(error)]}) from None


def trend_rows(trend: Trend) -> Iterator[Sequence[Any]]:
    """One row per series and point, so that a pivot table can take it from there."""
    key = [] if trend.group_by == "none" else [trend.group_by]
    yield ["day", *key, "amount", "currency", "metric"]
    for series in trend.series:
        for point in series.points:
            name = [series.key] if key else []
            yield [point.day, *name, point.amount, trend.currency, trend.metric]
