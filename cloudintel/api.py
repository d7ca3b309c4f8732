"""Where each endpoint of the API is."""

from collections.abc import Callable

from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.permissions import IsAuthenticated
from rest_framework.routers import APIRootView, DefaultRouter
from rest_framework.viewsets import ViewSetMixin

from cloudintel.machines_api import MachineViewSet
from cloudintel.schema import SchemaView
from costs.api.views import DailyCostViewSet
from insights.anomalies.api.views import AnomalyViewSet
from insights.budgets.api.views import BudgetViewSet
from insights.forecasts.api.views import ForecastViewSet
from insights.recommendations.api.views import FeedbackViewSet, RecommendationViewSet
from metrics.api.views import CpuMetricViewSet, NetworkMetricViewSet
from people.api.views import AuditEntryViewSet
from syncs.api.backfill_views import BackfillViewSet
from syncs.api.usage_views import ApiUsageViewSet
from syncs.api.views import CloudAccountViewSet, StartSyncView, SyncRunViewSet
from syncs.models import Dataset


class Root(APIRootView):
    """The addresses of the API. What each answers is told by its schema."""

    permission_classes = [IsAuthenticated]


router = DefaultRouter()
router.APIRootView = Root
router.register("accounts", CloudAccountViewSet)
router.register("instances", MachineViewSet, basename="api-instance")
router.register("costs", DailyCostViewSet)
router.register("cpu", CpuMetricViewSet)
router.register("network", NetworkMetricViewSet)
router.register("runs", SyncRunViewSet)
router.register("backfills", BackfillViewSet)
router.register("api-usage", ApiUsageViewSet)
router.register("forecasts", ForecastViewSet)
router.register("anomalies", AnomalyViewSet)
router.register("recommendations", RecommendationViewSet)
router.register("feedback", FeedbackViewSet)
router.register("budgets", BudgetViewSet)
router.register("audit", AuditEntryViewSet)

sync_ec2 = StartSyncView.as_view(dataset=Dataset.EC2)
sync_cost = StartSyncView.as_view(dataset=Dataset.COST)
sync_cpu = StartSyncView.as_view(dataset=Dataset.CPU)


def answering(
    viewset: type[ViewSetMixin], name: str
) -> Callable[..., HttpResponseBase]:
    """One action of a viewset on its own, with the settings of that action."""
    return viewset.as_view({"get": name}, **getattr(viewset, name).kwargs)


# The product's first names, which scripts still use.
first_names = [
    path("sync-ec2", sync_ec2),
    path("sync-cost", sync_cost),
    path("sync-cpu", sync_cpu),
    path("cost-trend", answering(DailyCostViewSet, "trend")),
    path("cost-summary", answering(DailyCostViewSet, "summary")),
    path("cpu-trend", answering(CpuMetricViewSet, "trend")),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/sync/ec2/", sync_ec2, name="api-sync-ec2"),
    path("api/v1/sync/cost/", sync_cost, name="api-sync-cost"),
    path("api/v1/sync/cpu/", sync_cpu, name="api-sync-cpu"),
    path("api/v1/", include(router.urls)),
    path("api/schema/", SchemaView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(), name="swagger"),
    *first_names,
]
