"""/health, /status, and /metrics for Prometheus."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from threading import Lock
from typing import Any

from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.models import Count, F, Sum
from django.http import HttpRequest, HttpResponse, JsonResponse
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

from cloudintel.prometheus_files import settled_counts
from clouds.access import is_limited
from clouds.models import CloudAccount
from insights.prometheus import insight_metrics
from syncs.models import ApiUsage, SyncRun, Worker
from syncs.runs.freshness import freshness
from syncs.runs.start import broker_errors

ANSWERS_WITHIN_SECONDS = 2
checking = Lock()


def health(request: HttpRequest) -> JsonResponse:
    """The process responds. No other part is checked."""
    return JsonResponse({"status": "ok"})


def status(request: HttpRequest) -> JsonResponse:
    """Return the state of each part and data freshness; 503 when a part is down.

    It names states only, so that a monitor needs no token. A part that is down may take
    seconds to time out, so one request checks at a time and others get 429: nobody can
    block all threads of the server.
    """
    if not checking.acquire(blocking=False):
        busy = JsonResponse({"status": "busy"}, status=429)
        busy["Retry-After"] = str(ANSWERS_WITHIN_SECONDS)
        return busy
    try:
        return _status()
    finally:
        checking.release()


def _status() -> JsonResponse:
    parts = {name: _state_of(check) for name, check in PARTS.items()}
    down = any(answer != "ok" for answer in parts.values())
    counts: dict[str, int] = {}
    if parts["database"] == "ok":
        datasets = freshness(CloudAccount.objects.enabled(), timezone.now())
        counts = Counter(one.state.value for one in datasets)
    body = {"status": "down" if down else "ok", **parts, "freshness": counts}
    return JsonResponse(body, status=503 if down else 200)


def _state_of(check: Callable[[], None]) -> str:
    try:
        check()
    except failures() as error:
        return f"down: {type(error).__name__}"
    return "ok"


def failures() -> tuple[type[Exception], ...]:
    return (DatabaseError, Away, *broker_errors())


class Away(Exception):
    """A part responds, but not as it should."""


def check_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def check_broker() -> None:
    with current_app.connection_for_read() as broker:
        broker.transport_options["socket_timeout"] = ANSWERS_WITHIN_SECONDS
        broker.ensure_connection(max_retries=1, timeout=ANSWERS_WITHIN_SECONDS)


def check_cache() -> None:
    cache.set("cloudintel:status", "ok", 10)
    if cache.get("cloudintel:status") != "ok":
        raise Away("the cache did not return what was stored")


def check_workers() -> None:
    if not Worker.objects.alive(timezone.now()):
        raise Away("no worker has sent a heartbeat")


PARTS = {
    "database": check_database,
    "broker": check_broker,
    "cache": check_cache,
    "workers": check_workers,
}


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
