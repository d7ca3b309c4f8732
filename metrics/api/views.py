"""Utilization: rows per day, and trends per instance."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.http import StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from clouds.versions import data_version
from core.api.files import table_file, wants_file
from core.api.viewsets import RowsViewSet
from core.windows import last_complete_days
from inventory.models import Resource
from inventory.querysets import ResourceQuerySet
from metrics.api.serializers import (
    CpuMetricSerializer,
    MemoryMetricSerializer,
    NetworkMetricSerializer,
    PercentTrendSerializer,
    UsageMetricSerializer,
)
from metrics.filters import (
    CpuFilter,
    MemoryFilter,
    NetworkFilter,
    PercentFilter,
    UsageFilter,
)
from metrics.models import CpuMetric, MemoryMetric, NetworkMetric, UsageMetric
from metrics.querysets import MetricQuerySet
from syncs.datasets import Dataset

DEFAULT_DAYS = 30
# Of one resource there is one row a day; an index has them in this order.
ORDER = ("-day", "-resource_id")
# What writes metrics, and the resources that these are of.
DATASETS = (
    *(Dataset.CPU, *Dataset.CPU.after),
    *(Dataset.USAGE, *Dataset.USAGE.after),
)


class PercentViewSet(RowsViewSet):
    """Days of a share in percent, with a trend per instance or database."""

    cached_actions = frozenset({"trend"})

    def data_version(self) -> str:
        version = data_version(self.request.user, *DATASETS)
        # The next page's address is part of an answer that is kept, by each name that
        # the server has.
        return version + self.request.build_absolute_uri("/")

    @extend_schema(responses=PercentTrendSerializer(many=True), filters=True)
    @action(detail=False, filterset_class=PercentFilter)
    def trend(self, request: Request) -> Response | StreamingHttpResponse:
        """Utilization over time per instance or database.

        Default: the last 30 complete days. Paginated by resource; only those that have
        data in the window.
        """
        rows: Any = self.filter_queryset(self.get_queryset())
        metrics: MetricQuerySet = rows.order_by("day")
        if not {"start", "end"} & set(request.query_params):
            metrics = metrics.in_window(
                last_complete_days(DEFAULT_DAYS, timezone.now())
            )
        if wants_file(request):
            return table_file(request, f"{self.csv_name}-trend", _trend_rows(metrics))
        page = self.paginate_queryset(_with_days(metrics))
        return self.get_paginated_response(_trends(page or [], metrics))


class CpuMetricViewSet(PercentViewSet):
    """CPU per instance or database and UTC day. No data is no row; 0 is measured."""

    queryset = CpuMetric.objects.select_related("resource").order_by(*ORDER)
    serializer_class = CpuMetricSerializer
    filterset_class = CpuFilter
    csv_name = "cpu"


class MemoryMetricViewSet(PercentViewSet):
    """Memory per instance or database and UTC day, where its cloud tells."""

    queryset = MemoryMetric.objects.select_related("resource").order_by(*ORDER)
    serializer_class = MemoryMetricSerializer
    filterset_class = MemoryFilter
    csv_name = "memory"


class NetworkMetricViewSet(RowsViewSet):
    """Network per instance and UTC day, in bytes."""

    queryset = NetworkMetric.objects.select_related("resource").order_by(*ORDER)
    serializer_class = NetworkMetricSerializer
    filterset_class = NetworkFilter
    csv_name = "network"

    def data_version(self) -> str:
        return data_version(self.request.user, Dataset.CPU, Dataset.INSTANCES)


class UsageMetricViewSet(RowsViewSet):
    """How much databases, load balancers, NAT gateways and storage accounts are used:
    a row per resource, UTC day and metric. No data is no row; 0 is measured."""

    queryset = UsageMetric.objects.select_related("resource").order_by(
        *ORDER, "-metric"
    )
    serializer_class = UsageMetricSerializer
    filterset_class = UsageFilter
    csv_name = "usage"

    def data_version(self) -> str:
        return data_version(self.request.user, *DATASETS)


def _with_days(metrics: MetricQuerySet) -> ResourceQuerySet:
    """Return the resources of these metrics."""
    has_metrics = Exists(metrics.filter(resource=OuterRef("pk")))
    return (
        Resource.objects.filter(has_metrics).only("resource_id", "name").order_by("id")
    )


def _trends(
    resources: Sequence[Resource], metrics: MetricQuerySet
) -> list[dict[str, Any]]:
    """Return what PercentTrendSerializer describes, which takes thrice as long."""
    days = metrics.filter(resource__in=[one.pk for one in resources]).values_list(
        "resource_id", "day", "average_percent", "maximum_percent"
    )
    points: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for key, day, average, maximum in days:
        points[key].append({"day": day, "average": average, "maximum": maximum})
    return [
        {
            "instance_id": one.resource_id,
            "name": one.name,
            "points": points[one.pk],
        }
        for one in resources
    ]


def _trend_rows(metrics: QuerySet[Any]) -> Iterator[Sequence[Any]]:
    yield ["instance_id", "name", "day", "average", "maximum"]
    columns = ("day", "average_percent", "maximum_percent")
    rows = metrics.order_by("resource", "day").values_list(
        "resource__resource_id", "resource__name", *columns
    )
    yield from rows.iterator(chunk_size=2000)
