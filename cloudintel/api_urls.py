"""The URLs of the API."""

from collections.abc import Callable

from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.permissions import IsAuthenticated
from rest_framework.routers import APIRootView, DefaultRouter
from rest_framework.viewsets import ViewSetMixin

from cloudintel.openapi import SchemaView
from costs.api.views import DailyCostViewSet
from dashboard.instances_api import InstanceCpuViewSet
from insights.anomalies.api import AnomalyViewSet
from insights.budgets.api.views import BudgetViewSet
from insights.forecasts.api import ForecastViewSet
from insights.recommendations.api.views import FeedbackViewSet, RecommendationViewSet
from metrics.api.views import CpuMetricViewSet, NetworkMetricViewSet
from syncs.accounts.api import CloudAccountViewSet
from syncs.api_usage.api import ApiUsageViewSet
from syncs.backfills.api import BackfillViewSet
from syncs.datasets import Dataset
from syncs.runs.api import StartSyncView, SyncRunViewSet
from users.api import AuditEntryViewSet


class Root(APIRootView):
    """The endpoints of the API. /api/docs/ describes their parameters and fields."""

    permission_classes = [IsAuthenticated]


router = DefaultRouter()
router.APIRootView = Root
router.register("accounts", CloudAccountViewSet)
router.register("instances", InstanceCpuViewSet, basename="api-instance")
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

start_sync = StartSyncView.as_view()


def answering(
    viewset: type[ViewSetMixin], name: str
) -> Callable[..., HttpResponseBase]:
    """Return one action of a viewset as a view, with the settings of that action."""
    return viewset.as_view({"get": name}, **getattr(viewset, name).kwargs)


# Short aliases, which scripts use.
first_names = [
    *(path(f"sync-{one.first_name}", start_sync, {"dataset": one}) for one in Dataset),
    path("cost-trend", answering(DailyCostViewSet, "trend")),
    path("cost-summary", answering(DailyCostViewSet, "summary")),
    path("cpu-trend", answering(CpuMetricViewSet, "trend")),
]

urlpatterns: list[URLPattern | URLResolver] = [
    *(
        path(f"api/v1/sync/{name}/", start_sync, {"dataset": one}, f"api-sync-{name}")
        for one in Dataset
        for name in one.names
    ),
    path("api/v1/", include(router.urls)),
    path("api/schema/", SchemaView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(), name="swagger"),
    *first_names,
]
