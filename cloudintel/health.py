"""Is it alive, does all of it answer, and the numbers that Prometheus reads."""

from collections.abc import Callable, Iterator
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
from syncs.runs.start import AWAY

ANSWERS_WITHIN_SECONDS = 2
asking = Lock()


def health(request: HttpRequest) -> JsonResponse:
    """The process is alive; it asks nobody else."""
    return JsonResponse({"status": "ok"})


def status(request: HttpRequest) -> JsonResponse:
    """Each part that is needed, and how fresh the data is; 503 when a part is down.

    It names states only, so that a monitor needs no account. As a part that is down
    may take seconds to say so, one request asks at a time: others are told to come
    back, so that nobody can hold all threads of the server with it.
    """
    if not asking.acquire(blocking=False):
        busy = JsonResponse({"status": "busy"}, status=429)
        busy["Retry-After"] = str(ANSWERS_WITHIN_SECONDS)
        return busy
    try:
        return _status()
    finally:
        asking.release()


def _status() -> JsonResponse:
    parts = {name: _tried(check) for name, check in PARTS.items()}
    down = any(answer != "ok" for answer in parts.values())
    counts: dict[str, int] = {}
    if parts["database"] == "ok":
        accounts = CloudAccount.objects.enabled()
        for one in freshness(accounts, timezone.now()):
            counts[one.state.value] = counts.get(one.state.value, 0) + 1
    told = {"status": "down" if down else "ok", **parts, "freshness": counts}
    return JsonResponse(told, status=503 if down else 200)


def _tried(check: Callable[[], None]) -> str:
    try:
        check()
    except (DatabaseError, *AWAY, Away) as error:
        return f"down: {type(error).__name__}"
    return "ok"


class Away(Exception):
    """A part did not answer as it should."""


def check_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def check_broker() -> None:
    with current_app.connection_for_read() as broker:
        broker.transport_options.setdefault("socket_timeout", ANSWERS_WITHIN_SECONDS)
        broker.ensure_connection(max_retries=1, timeout=ANSWERS_WITHIN_SECONDS)


def check_cache() -> None:
    cache.set("cloudintel:status", "ok", 10)
    if cache.get("cloudintel:status") != "ok":
        raise Away("the cache forgot")


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
    """Prometheus' text. Every number comes from the database, which all processes
    share, or was counted by all processes of this machine in files of their own; so
    they add up however many there are."""
    registry = CollectorRegistry()
    registry.register(DatabaseCollector())
    MultiProcessCollector(registry, str(settings.COUNTS_DIR))
    with settled_counts(settings.COUNTS_DIR):
        text = generate_latest(registry)
    return HttpResponse(text, content_type=CONTENT_TYPE_LATEST)


class DatabaseCollector(Collector):
    """Runs, rows, seconds, requests, dollars, freshness, insights and what waits."""

    def collect(self) -> Iterator[Metric]:
        yield from _runs()
        yield from _usage()
        yield from _freshness()
        yield from insight_metrics(timezone.now())


def _runs() -> Iterator[Metric]:
    labels = ["dataset", "status"]
    runs = GaugeMetricFamily("cloudintel_runs", "Runs that are kept.", labels=labels)
    rows = GaugeMetricFamily("cloudintel_run_rows", "Rows they read.", labels=labels)
    seconds = GaugeMetricFamily(
        "cloudintel_run_seconds", "How long they took in all.", labels=labels
    )
    groups: Any = (
        SyncRun.objects.order_by()
        .values_list("dataset", "status")
        .annotate(
            count=Count("id"),
            total=Sum("rows"),
            took=Sum(F("finished_at") - F("started_at")),
        )
    )
    for dataset, state, count, total, took in groups:
        runs.add_metric([dataset, state], count)
        rows.add_metric([dataset, state], total or 0)
        seconds.add_metric([dataset, state], took.total_seconds() if took else 0)
    yield runs
    yield rows
    yield seconds


def _usage() -> Iterator[Metric]:
    labels = ["service", "operation"]
    requests = GaugeMetricFamily(
        "cloudintel_api_requests", "Requests to the cloud in all.", labels=labels
    )
    dollars = GaugeMetricFamily(
        "cloudintel_api_usd", "What they cost in US dollars.", labels=labels
    )
    groups: Any = (
        ApiUsage.objects.order_by()
        .values_list("service", "operation")
        .annotate(count=Sum("requests"), total=Sum("usd_e5"))
    )
    for service, operation, count, usd_e5 in groups:
        requests.add_metric([service, operation], count)
        dollars.add_metric([service, operation], usd_e5 / 1e5)
    yield requests
    yield dollars


def _freshness() -> Iterator[Metric]:
    states = GaugeMetricFamily(
        "cloudintel_datasets", "Datasets of enabled accounts.", labels=["state"]
    )
    age = GaugeMetricFamily(
        "cloudintel_oldest_good_read_seconds",
        "Since the dataset that lags most was read well.",
        labels=["dataset"],
    )
    now = timezone.now()
    counts: dict[str, int] = {}
    oldest: dict[str, float] = {}
    for one in freshness(CloudAccount.objects.enabled(), now):
        counts[one.state.value] = counts.get(one.state.value, 0) + 1
        if one.last_good_at:
            seconds = (now - one.last_good_at).total_seconds()
            name = one.dataset.value
            oldest[name] = max(oldest.get(name, 0), seconds)
    for state, count in counts.items():
        states.add_metric([state], count)
    for dataset, seconds in oldest.items():
        age.add_metric([dataset], seconds)
    yield states
    yield age
