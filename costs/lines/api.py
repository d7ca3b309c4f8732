"""The endpoints of line items."""

from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Model
from django.http import FileResponse, StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from clouds.models import CloudAccount
from clouds.versions import data_version
from core.api.etag import ConditionalMixin
from core.api.files import RENDERERS, table_file, wants_file
from core.api.parameters import parameters_of, refuse_unknown
from core.money import ZERO
from costs.focus.focus_file import open_focus
from costs.lines.commitments import commitments
from costs.lines.explanation import explain_lines
from costs.lines.line_groups import line_breakdown, line_totals, lines
from costs.lines.line_query import LINES, LineQuery
from costs.lines.line_source import (
    LineSource,
    currencies_of,
    line_source,
    newest_window,
)
from costs.lines.models import LINES_DATASET, LineItemMonth
from costs.lines.serializers import (
    CommitmentListSerializer,
    CommitmentSerializer,
    FocusParameters,
    LineExplanationParameters,
    LineExplanationSerializer,
    LineGroupParameters,
    LineGroupsSerializer,
    LineItemSerializer,
    LineListParameters,
    LineListSerializer,
    LineParameters,
    PartParameters,
    commitment_rows,
    explanation_data,
    explanation_rows,
    group_rows,
    groups_data,
    line_rows,
    periods_data,
)
from costs.models import DailyCost
from costs.queries.trend import SeveralCurrencies
from syncs.datasets import Dataset

# So many lines are paged through; a file has them all.
DEEPEST = 100_000
LARGEST_FILE_GROUPS = 100_000
# A request waits for its file.
LARGEST_EXPORT = 2_000_000

Answer = Response | StreamingHttpResponse


@dataclass(frozen=True, slots=True)
class Part:
    """Which rows of an answer are on the page that is asked for."""

    size: int
    offset: int


class LineItemViewSet(ConditionalMixin, GenericViewSet[LineItemMonth]):
    """Every line of the bills that were read from files.

    Default: the newest stored month, beside the month before.
    """

    queryset = LineItemMonth.objects.all()
    serializer_class = LineItemSerializer
    renderer_classes = RENDERERS
    pagination_class = None
    viewed_models: tuple[type[Model], ...] = (DailyCost,)
    cached_actions = frozenset({"list", "groups", "explanation", "commitments"})

    def data_version(self) -> str | None:
        return data_version(self.request.user, Dataset.COST, LINES_DATASET)

    @extend_schema(
        parameters=[LineListParameters], responses=LineListSerializer, filters=False
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Answer:
        """Lines by themselves, the highest cost first; as csv all of them."""
        source = self.source(LineListParameters)
        if wants_file(request):
            rows = line_rows(lines(source) if source.is_stored else iter(()))
            return table_file(request, "lines", rows, source.query.window)
        part, count, total = self.part(), 0, ZERO
        found: list[Any] = []
        if source.is_stored:
            count, total = line_totals(source)
            found = [*lines(source, part.size, part.offset)]
        return self._answer(
            source,
            count=count,
            total=total,
            results=LineItemSerializer(found, many=True).data,
        )

    @extend_schema(
        parameters=[LineGroupParameters], responses=LineGroupsSerializer, filters=False
    )
    @action(detail=False)
    def groups(self, request: Request) -> Answer:
        """Lines summed by one dimension or any tag, the highest cost first."""
        source = self.source(LineGroupParameters)
        if source.query.group_by == LINES:
            reason = "Lines by themselves are at /api/v1/lines/."
            raise ValidationError({"group_by": [reason]})
        part = self.part()
        if wants_file(request):
            part = Part(LARGEST_FILE_GROUPS, 0)
        found = line_breakdown(source, part.size, part.offset)
        if wants_file(request):
            rows = group_rows(found, source.query)
            return table_file(request, "line-groups", rows, source.query.window)
        return self._answer(
            source, group_by=source.query.group_by, **groups_data(found)
        )

    @extend_schema(
        parameters=[LineExplanationParameters],
        responses=LineExplanationSerializer,
        filters=False,
    )
    @action(detail=False)
    def explanation(self, request: Request) -> Answer:
        """Why costs differ from those of another period, down to resources, in steps
        that sum to the difference."""
        source = self.source(LineExplanationParameters)
        found = explain_lines(source) if source.is_comparable else None
        if not wants_file(request):
            data = explanation_data(found)
            return self._answer(source, grain=source.query.grain, **data)
        if found is None:
            reason = "The lines of both periods are not stored. Choose other days."
            raise ValidationError({"start": [reason]})
        rows = explanation_rows(found, source.query)
        return table_file(request, "line-explanation", rows, source.query.window)

    @extend_schema(
        parameters=[LineParameters], responses=CommitmentListSerializer, filters=False
    )
    @action(detail=False)
    def commitments(self, request: Request) -> Answer:
        """What was used of reservations and savings plans, the largest waste first."""
        source = self.source(LineParameters)
        found = commitments(source) if source.is_stored else []
        if wants_file(request):
            rows = commitment_rows(found, source.query)
            return table_file(request, "commitments", rows, source.query.window)
        return self._answer(
            source, results=[CommitmentSerializer(one).data for one in found]
        )

    @extend_schema(
        parameters=[FocusParameters],
        responses={(200, "application/octet-stream"): bytes},
        filters=False,
    )
    @action(detail=False)
    def focus(self, request: Request) -> FileResponse:
        """Stored costs as a file of FOCUS 1.2: lines where there are lines, else by
        day, account, service and region."""
        asked = parameters_of(request, FocusParameters)
        accounts = CloudAccount.objects.visible_to(request.user)
        if account := asked.get("account"):
            accounts = accounts.filter(account_id=account)
            if not accounts:
                reason = f"{account} is no connected account."
                raise ValidationError({"account": [reason]})
        window, kind = asked["window"], asked["file"]
        months = LineItemMonth.objects.filter(account__in=accounts).in_window(window)
        if sum(one.row_count for one in months) > LARGEST_EXPORT:
            reason = f"These are more than {LARGEST_EXPORT:,} lines. Use export_focus."
            raise ValidationError({"start": [reason]})
        name = f"focus_{window.start}_{window.end}.{kind}"
        file = open_focus(accounts, window, kind)
        return FileResponse(file, as_attachment=True, filename=name)

    def source(self, parameters: type[serializers.Serializer[Any]]) -> LineSource:
        """Return the lines that are asked for, in one currency."""
        asked, user = self.request.query_params, self.request.user
        refuse_unknown(asked, parameters().fields)
        now = timezone.now()
        query = LineQuery.from_url(asked, now, newest_window(user, now))
        currencies = currencies_of(query, user)
        if len(currencies) > 1 and not query.currency:
            raise SeveralCurrencies(currencies)
        currency = query.currency or "".join(currencies)
        return line_source(replace(query, currency=currency), user)

    def part(self) -> Part:
        given = PartParameters(data=self.request.query_params)
        given.is_valid(raise_exception=True)
        page, size = given.validated_data["page"], given.validated_data["page_size"]
        if page * size > DEEPEST:
            reason = f"Only {DEEPEST:,} are paged through; format=csv has them all."
            raise ValidationError({"page": [reason]})
        return Part(size, (page - 1) * size)

    def _answer(self, source: LineSource, **data: Any) -> Response:
        return Response({**periods_data(source), **data})
