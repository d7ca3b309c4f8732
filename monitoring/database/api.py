"""Endpoints of the database: its state, connections, queries, and publishing."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

import django_filters as filters
from django.db.models import Model
from django.http import StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view, permission_classes
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from clouds.permissions import SeesAllAccounts
from core.api.files import table_file, wants_file
from core.api.filters import OneChoice, WindowFilter, moment_filter
from core.api.pagination import Pages
from core.api.parameters import checked, refuse_unknown
from core.api.permissions import MayView, requires, view_right
from core.api.problems import errors
from core.api.viewsets import RowsViewSet
from monitoring.database.cache_rates import cache_rates
from monitoring.database.pooler import PoolerAway, pools
from monitoring.database.publishing import publish_metrics
from monitoring.database.report import ORDERS, QueryTimes, query_times
from monitoring.database.state import connections, database_state
from monitoring.models import NamedQuery, QueryHour, SlowQuery
from users.audit import record

DEFAULT_HOURS = 24


@extend_schema(exclude=True)
@api_view(["GET"])
@permission_classes(
    [IsAuthenticated, requires(view_right(NamedQuery)), SeesAllAccounts]
)
def database_status(request: Request) -> Response:
    """Size, tables, connections, what waits, migrations, backups and cache rates."""
    refuse_unknown(request.query_params, ())
    rates = [
        {
            "kind": one.kind,
            "hits": one.hits,
            "misses": one.misses,
            "hit_percent": one.hit_percent,
        }
        for one in cache_rates()
    ]
    return Response({**database_state(timezone.now()), "cache": rates})


class PoolerSerializer(serializers.Serializer[Any]):
    """One pool of pgbouncer."""

    database = serializers.CharField()
    user = serializers.CharField()
    pool_mode = serializers.CharField(allow_null=True)
    clients = serializers.IntegerField(help_text="Clients that have a connection.")
    waiting = serializers.IntegerField(help_text="Clients that wait for a connection.")
    in_use = serializers.IntegerField()
    idle = serializers.IntegerField()
    longest_wait_seconds = serializers.IntegerField(allow_null=True)


class PoolSerializer(serializers.Serializer[Any]):
    """Connections to the database; null where it is a file without a server."""

    in_use = serializers.IntegerField(allow_null=True)
    idle = serializers.IntegerField(allow_null=True)
    idle_in_transaction = serializers.IntegerField(allow_null=True)
    limit = serializers.IntegerField(
        allow_null=True, help_text="Connections that the server allows."
    )
    waiting = serializers.IntegerField(
        allow_null=True, help_text="Connections that wait for a lock."
    )
    pgbouncer = PoolerSerializer(
        many=True, allow_null=True, help_text="null: PGBOUNCER_URL is not set, or away."
    )
    pgbouncer_error = serializers.CharField(allow_blank=True)


class PublishedSerializer(serializers.Serializer[Any]):
    """How many metrics each place took; only places that are set are in it."""

    pushgateway = serializers.IntegerField(required=False)
    cloudwatch = serializers.IntegerField(required=False)


class DatabaseView(APIView):
    viewed_models: tuple[type[Model], ...] = (NamedQuery,)
    permission_classes = [IsAuthenticated, MayView, SeesAllAccounts]


class PoolView(DatabaseView):
    @extend_schema(responses=PoolSerializer)
    def get(self, request: Request) -> Response:
        """Connections in use, idle and waiting, and pgbouncer's where one is used."""
        refuse_unknown(request.query_params, ())
        return Response({**connections(), **known_pools()})


def known_pools() -> dict[str, Any]:
    try:
        return {"pgbouncer": pools(), "pgbouncer_error": ""}
    except PoolerAway as error:
        return {"pgbouncer": None, "pgbouncer_error": str(error)}


class PublishMetricsView(DatabaseView):
    permission_classes = [
        IsAuthenticated,
        requires("monitoring.publish_metrics"),
        SeesAllAccounts,
    ]

    @extend_schema(
        request=None, responses={200: PublishedSerializer, **errors(409, 503)}
    )
    def post(self, request: Request) -> Response:
        """Send metrics of the database to the Pushgateway or CloudWatch that is set."""
        refuse_unknown(request.query_params, ())
        taken = publish_metrics(timezone.now())
        details: dict[str, Any] = {**taken}
        record(request, "metrics.publish", **details)
        return Response(taken)


class SlowQuerySerializer(serializers.ModelSerializer[SlowQuery]):
    """The slowest call of a query that was slow, with its plan."""

    class Meta:
        model = SlowQuery
        fields = ["at", "elapsed_ms", "plan"]


class QueryTimesSerializer(serializers.Serializer[QueryTimes]):
    """The calls of one query. Percentiles are of buckets: within 10%."""

    name = serializers.CharField()
    text = serializers.CharField(help_text="SQL with ? in place of each value.")
    count = serializers.IntegerField()
    total_ms = serializers.FloatField()
    mean_ms = serializers.FloatField()
    p50_ms = serializers.FloatField()
    p95_ms = serializers.FloatField()
    p99_ms = serializers.FloatField()
    slowest_ms = serializers.FloatField()
    slow = SlowQuerySerializer(
        allow_null=True, help_text="null: no call took 200 ms or more."
    )


class QueryTimesFilter(WindowFilter):
    start = moment_filter("hour", "gte", "From this hour; default: 24 hours ago.")
    end = moment_filter("hour", "lt", "Until this hour; exclusive.")
    search = filters.CharFilter(help_text="Part of a name or text.", max_length=200)
    ordering = OneChoice(
        choices=[(one, one) for one in ORDERS],
        help_text="The largest first, but name; default: total_ms.",
    )

    def times(self, now: datetime) -> Sequence[QueryTimes]:
        """Raise ValidationError naming the parameter."""
        asked = checked(self)
        start = asked["start"] or now - timedelta(hours=DEFAULT_HOURS)
        found = query_times(start, asked["end"] or now)
        if part := (asked["search"] or "").lower():
            found = [
                x for x in found if part in x.name.lower() or part in x.text.lower()
            ]
        order = asked["ordering"] or ORDERS[0]
        if order == "name":
            return sorted(found, key=lambda one: one.name)
        return sorted(found, key=lambda one: (-getattr(one, order), one.name))


class QueryTimesViewSet(RowsViewSet):
    """What queries took by name, what took longest in all first."""

    queryset = QueryHour.objects.order_by("id")
    viewed_models: tuple[type[Model], ...] = (NamedQuery,)
    permission_classes = [IsAuthenticated, MayView]
    serializer_class = QueryTimesSerializer
    filterset_class = QueryTimesFilter
    pagination_class = Pages
    csv_name = "queries"

    @extend_schema(responses={200: QueryTimesSerializer(many=True)})
    def list(  # type: ignore[override]
        self, request: Request, *args: Any, **kwargs: Any
    ) -> Response | StreamingHttpResponse:
        asked = QueryTimesFilter(request.query_params, self.get_queryset())
        refuse_unknown(request.query_params, {*asked.filters, *Pages.parameters})
        found = asked.times(timezone.now())
        if wants_file(request):
            return table_file(request, self.csv_name, _lines(found))
        page = self.paginate_queryset(cast("Any", found)) or []
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


def _lines(found: Sequence[QueryTimes]) -> Iterator[Sequence[Any]]:
    fields: dict[str, Any] = {**QueryTimesSerializer().fields}
    names = [name for name in fields if name != "slow"]
    yield names
    for one in found:
        yield [getattr(one, name) for name in names]
