"""/metrics: the installation's numbers in Prometheus' text format."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.db.models import Count, F, Sum
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from rest_framework.decorators import api_view, permission_classes
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.views import APIView

from clouds.access import is_limited
from clouds.models import CloudAccount
from insights.prometheus import insight_metrics
from monitoring.database.gauges import database_gauges
from monitoring.health.newest import newest_findings
from monitoring.models import HealthState
from monitoring.prometheus.count_files import settled_counts
from syncs.models import ApiUsage, SyncRun
from syncs.runs.freshness import freshness

UP = {HealthState.OK: 1, HealthState.DEGRADED: 0.5, HealthState.DOWN: 0}


class MayScrape(BasePermission):
    message = "This needs the permission syncs.view_syncrun, and sight of all accounts."

    def has_permission(self, request: Request, view: APIView) -> bool:
        may_view = request.user.has_perm("syncs.view_syncrun")
        return may_view and not is_limited(request.user)


@extend_schema(exclude=True)
@api_view(["GET"])
@permission_classes([IsAuthenticated, MayScrape])
def metrics(request: Request) -> HttpResponse:
    """Return metrics in Prometheus' text format, the same from every web process:
    from the database, and from the files in which all processes of this machine count.
    """
    registry = CollectorRegistry()
    registry.register(DatabaseCollector())
    MultiProcessCollector(registry, str(settings.COUNTS_DIR))
    with settled_counts(settings.COUNTS_DIR):
        text = generate_latest(registry)
    return HttpResponse(text, content_type=CONTENT_TYPE_LATEST)


class DatabaseCollector(Collector):
    def collect(self) -> Iterator[Metric]:
        yield from _runs()
        yield from _usage()
        yield from _freshness()
        yield from _health()
        yield from database_gauges(timezone.now())
        yield from insight_metrics(timezone.now())


def _gauges(
    names: dict[str, str], labels: list[str], rows: Iterable[tuple[list[str], Any]]
) -> list[Metric]:
    """Return a gauge per name and help text, of (values of the labels, numbers)."""
    gauges = [
        GaugeMetricFamily(f"cloudintel_{name}", text, labels=labels)
        for name, text in names.items()
    ]
    for values, numbers in rows:
        for gauge, number in zip(gauges, numbers, strict=True):
            gauge.add_metric(values, number)
    return list(gauges)


def _runs() -> list[Metric]:
    groups: Any = (
        SyncRun.objects.order_by()
        .values_list("dataset", "status")
        .annotate(
            count=Count("id"),
            total=Sum("rows"),
            duration=Sum(F("finished_at") - F("started_at")),
        )
    )
    names = {
        "runs": "Sync runs that are stored.",
        "run_rows": "Rows that they read.",
        "run_seconds": "Their total duration.",
    }
    return _gauges(
        names,
        ["dataset", "status"],
        (
            (labels, (count, total or 0, time.total_seconds() if time else 0))
            for *labels, count, total, time in groups
        ),
    )


def _usage() -> list[Metric]:
    groups: Any = (
        ApiUsage.objects.order_by()
        .values_list("service", "operation")
        .annotate(count=Sum("requests"), total=Sum("usd_e5"))
    )
    names = {
        "api_requests": "Requests sent to cloud APIs.",
        "api_usd": "Their cost in US dollars.",
    }
    rows = ((labels, (count, usd_e5 / 1e5)) for *labels, count, usd_e5 in groups)
    return _gauges(names, ["service", "operation"], rows)


def _freshness() -> Iterator[Metric]:
    now = timezone.now()
    oldest: dict[str, float] = {}
    datasets = freshness(CloudAccount.objects.enabled(), now)
    for one in datasets:
        if one.last_good_at:
            seconds = (now - one.last_good_at).total_seconds()
            name = one.dataset.value
            oldest[name] = max(oldest.get(name, 0), seconds)
    states = Counter(one.state.value for one in datasets).items()
    names = {"datasets": "Datasets of enabled accounts, by freshness."}
    yield from _gauges(names, ["state"], (([state], [n]) for state, n in states))
    text = "Age of the oldest successful sync among enabled accounts."
    names = {"oldest_good_read_seconds": text}
    yield from _gauges(names, ["dataset"], (([key], [n]) for key, n in oldest.items()))


def _health() -> list[Metric]:
    names = {
        "component_up": "1: the component is ok, 0.5: degraded, 0: down.",
        "component_response_seconds": "How long its newest check took.",
    }
    rows = (
        ([one.component], (UP[one.state], one.response_ms / 1000))
        for one in newest_findings(timezone.now())
    )
    return _gauges(names, ["component"], rows)
