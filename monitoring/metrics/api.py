"""The endpoints of system metrics: recording them, their values and sums."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.http import StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from core.api.etag import ConditionalMixin
from core.api.files import RENDERERS, table_file, wants_file
from core.api.pagination import Pages
from core.api.parameters import asked_filters, checked, refuse_unknown
from core.api.permissions import MayChange, MayView
from core.api.viewsets import RowsViewSet
from monitoring.metrics.filters import AggregateFilter, PointFilter, SeriesFilter
from monitoring.metrics.models import MetricPoint, MetricSeries
from monitoring.metrics.points import InvalidPoint, Point, parse_point
from monitoring.metrics.querysets import series_version
from monitoring.metrics.record import record_points
from monitoring.metrics.summaries import Summary, summaries

LARGEST_BATCH = 10_000
RIGHTS = [IsAuthenticated, MayView, MayChange]


class MetricPointSerializer(serializers.ModelSerializer[MetricPoint]):
    """The value of a metric with its labels at one time."""

    name = serializers.CharField(source="series.name")
    labels = serializers.JSONField(source="series.labels")
    unit = serializers.CharField(source="series.unit")

    class Meta:
        model = MetricPoint
        fields = ["name", "labels", "recorded_at", "value", "unit"]


class NewMetricSerializer(serializers.Serializer[Any]):
    """A metric to record, unique by name, labels and time. It describes what
    parse_point takes."""

    name = serializers.CharField(max_length=100, help_text="Letters, digits and _ . :")
    value = serializers.FloatField()
    unit = serializers.CharField(
        required=False, allow_blank=True, max_length=20, help_text="One of each name."
    )
    labels = serializers.DictField(
        child=serializers.CharField(max_length=100, allow_blank=True),
        required=False,
        help_text="At most 10.",
    )
    recorded_at = serializers.DateTimeField(
        required=False, help_text="Now by default; UTC where it names no zone."
    )


class RefusedMetricSerializer(serializers.Serializer[Any]):
    """What is wrong with one of a batch."""

    index = serializers.IntegerField(help_text="Index in the request, from 0.")
    name = serializers.CharField(allow_null=True)
    errors = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField())
    )


class RecordedSerializer(serializers.Serializer[Any]):
    """How many are stored, those that were before too, and which are not."""

    stored = serializers.IntegerField()
    refused = RefusedMetricSerializer(many=True)


class MetricSeriesSerializer(serializers.ModelSerializer[MetricSeries]):
    """A metric with one set of labels."""

    class Meta:
        model = MetricSeries
        fields = ["id", "name", "labels", "unit", "created_at", "changed_at"]


class MetricSummarySerializer(serializers.Serializer[Summary]):
    """One hour or day; percentiles are off by at most 1% of themselves."""

    start_at = serializers.DateTimeField()
    count = serializers.IntegerField()
    minimum = serializers.FloatField()
    maximum = serializers.FloatField()
    average = serializers.FloatField()
    p50 = serializers.FloatField()
    p95 = serializers.FloatField()
    p99 = serializers.FloatField()


class AggregateSerializer(serializers.Serializer[Any]):
    """All series of a metric that have the labels, summed up."""

    name = serializers.CharField()
    unit = serializers.CharField()
    interval = serializers.CharField()
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    series = serializers.IntegerField(help_text="Number of series.")
    rows = MetricSummarySerializer(many=True)


class MetricViewSet(RowsViewSet):
    """Values of system metrics, the newest first."""

    queryset = MetricPoint.objects.select_related("series").order_by(
        "-recorded_at", "-series_id"
    )
    permission_classes = RIGHTS
    serializer_class = MetricPointSerializer
    filterset_class = PointFilter
    csv_name = "system-metrics"
    decimals = None

    @extend_schema(
        request=NewMetricSerializer, responses={201: RecordedSerializer}, filters=False
    )
    def create(self, request: Request) -> Response:
        """Record one metric. The same again changes nothing; another value at the same
        time replaces it."""
        refuse_unknown(request.query_params, ())
        recorded = record_all([request.data])
        if recorded["refused"]:
            raise ValidationError(recorded["refused"][0]["errors"])
        return Response(recorded, status=status.HTTP_201_CREATED)


class MetricBatchViewSet(GenericViewSet[MetricPoint]):
    """Many system metrics at once."""

    queryset = MetricPoint.objects.none()
    serializer_class = NewMetricSerializer
    permission_classes = RIGHTS
    pagination_class = None

    @extend_schema(
        request=NewMetricSerializer(many=True),
        responses={201: RecordedSerializer, 207: RecordedSerializer},
        filters=False,
    )
    def create(self, request: Request) -> Response:
        """Record up to 10,000 metrics: 201 if all are stored, 207 with those that are
        not and why otherwise."""
        refuse_unknown(request.query_params, ())
        if not isinstance(request.data, list) or not request.data:
            raise ValidationError({"request": ["Give a list of metrics."]})
        if len(request.data) > LARGEST_BATCH:
            reason = (
                f"Give at most {LARGEST_BATCH:,} metrics, not {len(request.data):,}."
            )
            raise ValidationError({"request": [reason]})
        recorded = record_all(request.data)
        is_whole = not recorded["refused"]
        code = status.HTTP_201_CREATED if is_whole else status.HTTP_207_MULTI_STATUS
        return Response(recorded, status=code)


def record_all(given: Sequence[Any]) -> dict[str, Any]:
    """Store what is right of it; return how many, and what is wrong with the others."""
    now = timezone.now()
    points: dict[int, Point] = {}
    wrong: dict[int, Mapping[str, list[str]]] = {}
    for at, raw in enumerate(given):
        try:
            points[at] = parse_point(raw, now)
        except InvalidPoint as error:
            wrong[at] = error.errors
    places = list(points)
    for place, reason in record_points(list(points.values()), now).items():
        field, _, text = reason.partition(": ")
        wrong[places[place]] = {field: [text]}
    refused = [
        {"index": at, "name": _name_of(given[at]), "errors": wrong[at]}
        for at in sorted(wrong)
    ]
    return {"stored": len(given) - len(wrong), "refused": refused}


def _name_of(raw: Any) -> str | None:
    name = raw.get("name") if isinstance(raw, Mapping) else None
    return name[:100] if isinstance(name, str) else None


class MetricSeriesViewSet(RowsViewSet):
    """Which metrics are recorded, with which labels."""

    queryset = MetricSeries.objects.order_by("name", "id")
    permission_classes = RIGHTS
    pagination_class = Pages
    serializer_class = MetricSeriesSerializer
    filterset_class = SeriesFilter
    csv_name = "metric-series"


class MetricAggregateViewSet(ConditionalMixin, GenericViewSet[MetricSeries]):
    """System metrics summed up by hour or day."""

    queryset = MetricSeries.objects.order_by("name", "id")
    permission_classes = RIGHTS
    pagination_class = None
    filterset_class = AggregateFilter
    serializer_class = AggregateSerializer
    renderer_classes = RENDERERS
    cached_actions = frozenset({"list"})

    def data_version(self) -> str:
        name = self.request.GET.get("name", "").replace("\0", "")
        return f"metric {series_version(name)}"

    @extend_schema(responses=AggregateSerializer, filters=True)
    def list(self, request: Request) -> Response | StreamingHttpResponse:
        """Count, least, largest, average and percentiles by hour or UTC day of the last
        30 days, or of a window, of all series of a name that have the labels."""
        kind: Any = AggregateFilter
        refuse_unknown(request.GET, kind.base_filters)
        narrowed = asked_filters(kind, frozenset(request.GET))
        given = narrowed(request.GET, self.get_queryset())
        asked = checked(given)
        units = dict(given.qs.values_list("pk", "unit"))
        if not units:
            reason = f"No series of {asked['name']} has these labels."
            raise ValidationError({"name": [reason]})
        window = {name: asked[name] for name in ("interval", "start", "end")}
        rows = summaries(units, **window)
        if wants_file(request):
            return table_file(request, "metric-summary", _table(rows), decimals=None)
        answer = {
            **{"name": asked["name"], "unit": next(iter(units.values())), **window},
            **{"series": len(units), "rows": [row._asdict() for row in rows]},
        }
        return Response(answer)


def _table(rows: Sequence[Summary]) -> Iterator[Sequence[Any]]:
    yield Summary._fields
    yield from rows
