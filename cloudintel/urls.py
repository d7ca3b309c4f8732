"""Every address. Each app keeps those of its own pages; the API's are all here."""

from collections.abc import Callable

from django.contrib import admin
from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.permissions import IsAuthenticated
from rest_framework.routers import APIRootView, DefaultRouter
from rest_framework.viewsets import ViewSetMixin

from alerts.api import NoticeViewSet, RouteViewSet
from archives.backup.api import BackupViewSet
from archives.retention.api import (
    ArchiveViewSet,
    RetentionRunViewSet,
    RetentionView,
    RunRetentionView,
)
from assistant.api import AskView, AssistantViewSet, InteractionViewSet
from carbon.api import CarbonViewSet
from costs.allocation.api import TeamRuleViewSet, TeamViewSet
from costs.api.views import DailyCostViewSet
from costs.calendar.api import CoverageViewSet
from costs.commitments.api import CommitmentCoverageViewSet, CommitmentUseViewSet
from costs.lines.api import LineItemViewSet
from dashboard.api.infrastructure import (
    InfrastructureViewSet,
    PricedResourceViewSet,
    StorageViewSet,
    VmViewSet,
)
from dashboard.api.views import (
    DashboardMetricViewSet,
    DashboardViewSet,
    SearchViewSet,
)
from dashboard.api_schema import SchemaView
from dashboard.carbon import CarbonView
from dashboard.demo.api import DEMO_ROUTES, DemoViewSet
from dashboard.digests.api import DigestViewSet
from dashboard.explained_costs import ExplainedCostsView, ExplainedCostViewSet
from dashboard.home import SummaryView
from dashboard.instances import InstanceCpuViewSet, InstanceListView
from insights.advice.api import AdviceViewSet
from insights.anomalies.api import AnomalyViewSet
from insights.budgets.api.views import BudgetViewSet
from insights.feedback.api import FeedbackViewSet
from insights.forecasts.api import ForecastViewSet
from insights.labels.api import LabeledDayViewSet
from insights.owners.api import AssignmentView, OwnerRuleViewSet
from insights.planned_changes.api import PlannedChangeViewSet
from insights.recommendations.api.views import RecommendationViewSet
from insights.remediation.api import RemediationViewSet
from inventory.api.views import ENDPOINTS, ResourceViewSet
from live.api import LiveViewSet
from metrics.api.views import (
    CpuMetricViewSet,
    MemoryMetricViewSet,
    NetworkMetricViewSet,
    UsageMetricViewSet,
)
from monitoring.database.api import (
    PoolView,
    PublishMetricsView,
    QueryTimesViewSet,
)
from monitoring.health.api import HealthPeriodViewSet, HealthViewSet
from monitoring.health.status import health, status
from monitoring.metrics.api import (
    MetricAggregateViewSet,
    MetricBatchViewSet,
    MetricSeriesViewSet,
    MetricViewSet,
)
from monitoring.metrics.views import history
from monitoring.prometheus.exposition import metrics
from monitoring.rules.api import BreachViewSet
from monitoring.scans.api import FindingViewSet, ScanViewSet
from pricing.api import ResourcePriceViewSet
from syncs.accounts.api import CloudAccountViewSet
from syncs.api_usage.api import ApiUsageViewSet
from syncs.backfills.api import BackfillViewSet
from syncs.backfills.monitoring_api import BACKFILL_ROUTES, BackfillMonitorViewSet
from syncs.datasets import Dataset
from syncs.runs.api import FreshnessViewSet, StartSyncView, SyncRunViewSet
from users.api import AuditEntryViewSet
from users.saved_views.api import SavedViewViewSet
from users.views import AdminLoginRedirect, SignOut

pages: list[URLPattern | URLResolver] = [
    path("", SummaryView.as_view(), name="summary"),
    path("carbon/", CarbonView.as_view(), name="carbon"),
    path("instances/", InstanceListView.as_view(), name="instances"),
    path("", include("alerts.urls")),
    path("", include("archives.urls")),
    path("", include("assistant.urls")),
    path("costs/", ExplainedCostsView.as_view(), name="costs"),
    path("", include("costs.urls")),
    path("", include("insights.urls")),
    path("", include("inventory.urls")),
    path("", include("dashboard.urls")),
    path("", include("metrics.urls")),
    path("", include("monitoring.urls")),
    path("", include("syncs.urls")),
    path("", include("users.urls")),
]

handler400 = "core.api.problems.bad_request"
handler403 = "core.api.problems.permission_denied"
handler404 = "core.api.problems.not_found"
handler500 = "core.api.problems.server_error"


class Root(APIRootView):
    """The endpoints of the API. /api/docs/ describes their parameters and fields."""

    permission_classes = [IsAuthenticated]


router = DefaultRouter()
router.APIRootView = Root
# `?format=` chooses the format; a second way, by a suffix, would be a second address.
router.include_format_suffixes = False
router.register("accounts", CloudAccountViewSet)
router.register("instances", InstanceCpuViewSet, basename="api-instance")
router.register("resources", ResourceViewSet)
for one in ENDPOINTS.values():
    router.register(one.csv_name, one)
router.register("resource-prices", ResourcePriceViewSet)
router.register("costs", ExplainedCostViewSet)
router.register("lines", LineItemViewSet, basename="line")
router.register("teams", TeamViewSet)
router.register("team-rules", TeamRuleViewSet)
router.register("commitments", CommitmentUseViewSet)
router.register("commitment-coverage", CommitmentCoverageViewSet)
router.register("cpu", CpuMetricViewSet)
router.register("memory", MemoryMetricViewSet)
router.register("network", NetworkMetricViewSet)
router.register("usage", UsageMetricViewSet)
router.register("carbon", CarbonViewSet, basename="carbon")
router.register("runs", SyncRunViewSet)
router.register("backfills", BackfillViewSet)
router.register("api-usage", ApiUsageViewSet)
router.register("forecasts", ForecastViewSet)
router.register("anomalies", AnomalyViewSet)
router.register("recommendations", RecommendationViewSet)
router.register("remediations", RemediationViewSet)
router.register("advice", AdviceViewSet)
router.register("feedback", FeedbackViewSet)
router.register("training-data", LabeledDayViewSet)
router.register("budgets", BudgetViewSet)
router.register("planned-changes", PlannedChangeViewSet)
router.register("owner-rules", OwnerRuleViewSet)
router.register("saved-views", SavedViewViewSet)
router.register("monitoring/breaches", BreachViewSet)
router.register("notices", NoticeViewSet)
router.register("alert-routes", RouteViewSet)
router.register("digests", DigestViewSet)
router.register("assistant/questions", InteractionViewSet)
router.register("audit", AuditEntryViewSet)
router.register("monitoring/health/history", HealthPeriodViewSet)
router.register("monitoring/backups", BackupViewSet)
router.register("monitoring/archives", ArchiveViewSet)
router.register("monitoring/retention/runs", RetentionRunViewSet)
router.register("monitoring/scans", ScanViewSet)
router.register("monitoring/findings", FindingViewSet)


def action_view(
    viewset: type[ViewSetMixin], name: str
) -> Callable[..., HttpResponseBase]:
    """Return one action of a viewset as a view, with the settings of that action."""
    return viewset.as_view({"get": name}, **getattr(viewset, name).kwargs)


INFRASTRUCTURE: dict[str, type[InfrastructureViewSet]] = {
    "vms": VmViewSet,
    "storage": StorageViewSet,
    "resources": PricedResourceViewSet,
}
start_sync = StartSyncView.as_view()
SYNC = [
    path(f"{name}/", start_sync, {"dataset": one}, f"api-sync-{name}")
    for one in Dataset
    for name in one.names
]
MONITORING = [
    path("metrics/", MetricViewSet.as_view({"get": "list", "post": "create"})),
    path("metrics/batch/", MetricBatchViewSet.as_view({"post": "create"})),
    path(
        "metrics/aggregate/",
        MetricAggregateViewSet.as_view({"get": "list"}),
        name="metric-aggregate",
    ),
    path("metrics/series/", MetricSeriesViewSet.as_view({"get": "list"})),
    *(
        path(f"backfill/{name}/", BackfillMonitorViewSet.as_view(methods))
        for name, methods in BACKFILL_ROUTES.items()
    ),
    path("database/queries/", QueryTimesViewSet.as_view({"get": "list"})),
    path("database/pool/", PoolView.as_view()),
    path("database/publish-metrics/", PublishMetricsView.as_view()),
    path("retention/", RetentionView.as_view()),
    path("retention/run/", RunRetentionView.as_view()),
    path("health/", HealthViewSet.as_view({"get": "list"})),
]
ASSISTANT = [
    path("ask/", AskView.as_view(), name="api-ask"),
    path("tools/", AssistantViewSet.as_view({"get": "tools"})),
    path("reports/<slug:agent>/", AssistantViewSet.as_view({"get": "report"})),
]
# Nested, as an address is compared with each pattern before its own.
api: list[URLPattern | URLResolver] = [
    path("sync/", include(SYNC)),
    path(
        "dashboard/summary/",
        DashboardViewSet.as_view({"get": "summary"}),
        name="dashboard-summary",
    ),
    path("dashboard/history/", DashboardMetricViewSet.as_view({"get": "list"})),
    path("search/", SearchViewSet.as_view({"get": "list"}), name="api-search"),
    *(
        path(f"infrastructure/{name}/", viewset.as_view({"get": "list"}))
        for name, viewset in INFRASTRUCTURE.items()
    ),
    path(
        "infrastructure/resources/costs/",
        PricedResourceViewSet.as_view({"get": "costs"}),
        name="resource-costs",
    ),
    *(
        path(f"demo/{name}", DemoViewSet.as_view(methods))
        for name, methods in DEMO_ROUTES.items()
    ),
    path("monitoring/", include(MONITORING)),
    path("assistant/", include(ASSISTANT)),
    path("coverage/", CoverageViewSet.as_view({"get": "list"})),
    path("freshness/", FreshnessViewSet.as_view({"get": "list"})),
    path("live/", LiveViewSet.as_view({"get": "list"}), name="api-live"),
    path("assignments/", AssignmentView.as_view()),
    path("", include(router.urls)),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include(api)),
    # Before the pages, as each row of the admin's lists is compared with these.
    # The admin signs in on the same page as everything else.
    path("admin/login/", AdminLoginRedirect.as_view()),
    path("admin/logout/", SignOut.as_view()),
    path(
        "admin/password_change/", RedirectView.as_view(pattern_name="password_change")
    ),
    path("admin/", admin.site.urls),
    *pages,
    path("api/schema/", SchemaView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(), name="swagger"),
    # Short aliases for scripts.
    *(path(f"sync-{one.alias}", start_sync, {"dataset": one}) for one in Dataset),
    path("cost-trend", action_view(DailyCostViewSet, "trend")),
    path("cost-summary", action_view(DailyCostViewSet, "summary")),
    path("cpu-trend", action_view(CpuMetricViewSet, "trend")),
    path("health", health),
    path("status", status),
    path("metrics", metrics),
    path("metrics/history", history),
]
