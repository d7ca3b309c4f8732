"""The dashboard's endpoints: its summary, what it was on each day, and search."""

from dataclasses import asdict
from typing import cast

from django.contrib.auth.models import User
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from clouds.models import CloudAccount
from clouds.permissions import SeesAllAccounts
from core.api.etag import ConditionalMixin
from core.api.filters import AnyText, WindowFilter, end_filter, start_filter
from core.api.parameters import parameters_of, refuse_unknown
from core.api.permissions import MayView
from core.api.viewsets import RowsViewSet
from costs.models import DailyCost
from dashboard.api.serializers import (
    CurrencyParameter,
    DashboardMetricSerializer,
    DashboardSerializer,
    HitSerializer,
    SearchParameters,
    dashboard_data,
)
from dashboard.models import DashboardMetric
from dashboard.search import search
from dashboard.summary import dashboard_summary, summary_version
from insights.models import Forecast, Recommendation
from inventory.models import Instance
from metrics.models import CpuMetric


class DashboardViewSet(ConditionalMixin, ViewSet):
    """What the pages say in all, in one answer."""

    viewed_models = (DailyCost, Instance, CpuMetric, Forecast, Recommendation)
    cached_actions = frozenset({"summary"})

    def data_version(self) -> str:
        return summary_version(self.request.user)

    @extend_schema(parameters=[CurrencyParameter], responses=DashboardSerializer)
    def summary(self, request: Request) -> Response:
        """Costs, projection, utilization, counts and potential savings of the 30 days
        up to the newest complete one, in one currency."""
        refuse_unknown(request.query_params, CurrencyParameter().fields)
        currency = request.query_params.get("currency", "").strip().upper()
        found = dashboard_summary(timezone.now(), request.user, currency or None)
        return Response(dashboard_data(found))


class SeesHistory(SeesAllAccounts):
    message = (
        "The history is of all accounts together, and some are hidden from you. Ask "
        "/api/v1/dashboard/summary/ and /api/v1/costs/daily/, which are of yours."
    )


class DashboardMetricFilter(WindowFilter):
    start = start_filter()
    end = end_filter()
    currency = AnyText(help_text="One or several, such as USD.")


class DashboardMetricViewSet(RowsViewSet):
    """The summary of all accounts at the end of each day, the newest first; today's is
    as of now. For users who see all accounts."""

    queryset = DashboardMetric.objects.order_by("-day", "currency")
    permission_classes = [IsAuthenticated, SeesHistory, MayView]
    serializer_class = DashboardMetricSerializer
    filterset_class = DashboardMetricFilter
    csv_name = "dashboard-history"


class SearchViewSet(ViewSet):
    """What can be found by name."""

    # What every role sees; each other kind that is found takes its own permission.
    viewed_models = (CloudAccount,)

    @extend_schema(parameters=[SearchParameters], responses=HitSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Pages, saved views, accounts, services, budgets and resources that you may
        see, at most six of each."""
        asked = parameters_of(request, SearchParameters)
        user = cast("User", request.user)
        found = search(asked["q"], user, timezone.now())
        return Response([asdict(hit) for hit in found])
