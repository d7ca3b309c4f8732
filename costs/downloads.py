"""The costs page as files: its table, a workbook with every key, and all as JSON."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.views.generic import View

from clouds.labels import account_labels
from core.api.files import file_name, table_file
from core.api.json import Encoder
from costs.export import (
    as_json,
    name_cells,
    name_columns,
    restatement_rows,
    table_rows,
)
from costs.pivot_table import pivot_of_groups
from costs.queries.breakdown import CostBreakdown, restatements_of
from costs.queries.pivot import series_of_lines
from costs.queries.query import CostQuery, InvalidQuery
from costs.queries.source import CostSource
from costs.views import BreakdownMixin

# Of a workbook: as many keys as somebody scrolls through, in as many cells as are
# written within seconds; the rest is summed.
LARGEST_KEYS = 1000
LARGEST_CELLS = 200_000
Rows = Iterable[Sequence[Any]]


class CostsTable(BreakdownMixin, View):
    """The page's table as a CSV file."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        try:
            names = account_labels(self.accounts())
            found = self.breakdown(names)
        except InvalidQuery as invalid:
            return refused(invalid)
        return self.file(found, names)

    def file(self, found: CostBreakdown, names: Mapping[str, str]) -> HttpResponseBase:
        return table_file(
            self.request, "costs", table_rows(found, names), found.query.window
        )


class CostsWorkbook(CostsTable):
    """Every key in a table, with its days or months, and by two groupings."""

    def query(self) -> CostQuery:
        query = super().query()
        keys = min(LARGEST_KEYS, LARGEST_CELLS // len(query.window))
        return replace(query, limit=keys)

    def shows_every_key(self, query: CostQuery) -> bool:
        return True

    def file(self, found: CostBreakdown, names: Mapping[str, str]) -> HttpResponseBase:
        per = "months" if found.query.granularity == "monthly" else "days"
        more: dict[str, Rows] = {per: period_rows(found, names)}
        if len(found.query.groups) > 1:
            more["pivot"] = pivot_rows(found, names)
        rows = table_rows(found, names)
        window = found.query.window
        return table_file(self.request, "costs", rows, window, more=more)


def period_rows(
    found: CostBreakdown, account_names: Mapping[str, str]
) -> Iterator[Sequence[Any]]:
    """A row per key, with days or months across."""
    groups, is_monthly = found.query.groups, found.query.granularity == "monthly"
    days = [f"{day:%Y-%m}" if is_monthly else str(day) for day in found.trend.periods]
    yield [*name_columns(groups), *days, "total"]
    for line, series in series_of_lines(found.trend, found.lines):
        names = name_cells(line.key, groups, account_names)
        yield [*names, *(point.amount for point in series.points), series.total]


def pivot_rows(
    found: CostBreakdown, account_names: Mapping[str, str]
) -> Iterator[Sequence[Any]]:
    """A row per key of the first grouping, with those of the second across."""
    pivot = pivot_of_groups(found, account_names, None)
    outer = found.query.groups[:1]
    labels = [column.label for column in pivot.columns]
    yield [*name_columns(outer), *labels, "total"]
    for row in pivot.rows:
        yield [*name_cells(row.key, outer, account_names), *row.amounts, row.total]


class RestatementsTable(BreakdownMixin, View):
    """Every change that the cloud made to the days of the page, as a file."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        try:
            query = self.query()
            CostSource.visible_to(request.user).filtered(query, request.user)
        except InvalidQuery as invalid:
            return refused(invalid)
        rows = restatement_rows(restatements_of(query, request.user))
        return table_file(request, "restatements", rows, query.window)


class CostsJson(BreakdownMixin, View):
    """All that the page shows, as JSON."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        try:
            found = self.breakdown(account_labels(self.accounts()))
        except InvalidQuery as invalid:
            return JsonResponse(invalid.errors, status=400)
        response = JsonResponse(
            as_json(found), encoder=Encoder, json_dumps_params={"indent": 1}
        )
        name = file_name("costs", request.GET, found.query.window)
        header = content_disposition_header(True, f"{name}.json")
        response["Content-Disposition"] = header
        return response


def refused(invalid: InvalidQuery) -> HttpResponse:
    lines = [f"{name}: {' '.join(why)}" for name, why in invalid.errors.items()]
    return HttpResponseBadRequest("\n".join(lines), content_type="text/plain")
