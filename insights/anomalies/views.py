"""Anomalies on pages: the list, and each with its root causes and history."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.db.models import Sum
from django.views.generic import DetailView
from django_filters.views import FilterView

from clouds.models import CloudAccount
from core.pages import ListPages
from core.windows import ONE_DAY, Window
from costs.models import DailyCost, TagCost
from costs.querysets import DailyCostQuerySet
from insights.anomalies.filters import AnomalyFilter
from insights.anomalies.querysets import AnomalyQuerySet
from insights.insight_charts import anomaly_chart
from insights.models import Anomaly
from insights.status_views import ChangeStatusView
from metrics.models import CpuMetric
from providers.records import ChargeCategory

# Days shown around it.
DAYS_BEFORE, DAYS_AFTER = 45, 14


class AnomalyListView(PermissionRequiredMixin, FilterView):
    template_name = "insights/anomalies.html"
    permission_required = "insights.view_anomaly"
    filterset_class = AnomalyFilter
    paginate_by = 25
    paginator_class = ListPages

    def get_queryset(self) -> AnomalyQuerySet:
        rows = Anomaly.objects.visible_to(self.request.user)
        return rows.select_related("account", "resource", "owner").worst_first()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            net_impact=kwargs["object_list"].net_impact(),
            statuses=Anomaly.Status.choices,
            severities=Anomaly.Severity.choices,
            scopes=Anomaly.Scope.choices,
            accounts=CloudAccount.objects.visible_to(self.request.user),
            **kwargs,
        )


class AnomalyView(PermissionRequiredMixin, DetailView[Anomaly]):
    template_name = "insights/anomaly.html"
    permission_required = "insights.view_anomaly"
    context_object_name = "anomaly"

    def get_queryset(self) -> AnomalyQuerySet:
        rows = Anomaly.objects.visible_to(self.request.user)
        rows = rows.select_related("account", "resource", "owner")
        return rows.prefetch_related("changes")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        window = Window(
            self.object.first_day - timedelta(days=DAYS_BEFORE),
            self.object.last_day + timedelta(days=DAYS_AFTER),
        )
        actual = day_values(self.object, window)
        stop = max(actual, default=window.start) + ONE_DAY
        window = Window(window.start, max(stop, window.start + ONE_DAY))
        return super().get_context_data(
            actual=sorted(actual.items()),
            chart=anomaly_chart(self.object, actual, window),
            costs_query=costs_query(self.object),
            **kwargs,
        )


def costs_query(anomaly: Anomaly) -> str:
    """Return the query of the costs page for the days and the part of the anomaly."""
    tag = anomaly.tag_key and f"{anomaly.tag_key}={anomaly.tag_value}"
    wanted = {
        "start": anomaly.first_day.isoformat(),
        "end": (anomaly.last_day + ONE_DAY).isoformat(),
        "currency": anomaly.currency,
        "account": anomaly.account.account_id if anomaly.account else "",
        "sub_account": anomaly.sub_account_id,
        "service": anomaly.service,
        "region": anomaly.region,
        # Those of a tag are found in all charges, others in usage.
        "charge_category": "" if tag else ChargeCategory.USAGE.value,
        "group_by": f"tag:{anomaly.tag_key}" if tag else "",
        "tag": tag,
    }
    return urlencode({name: value for name, value in wanted.items() if value})


def day_values(
    anomaly: Anomaly, window: Window
) -> Mapping[date, Decimal | float | None]:
    """Return the daily values of the part that the anomaly is of. One query."""
    if anomaly.resource_id:
        days = CpuMetric.objects.in_window(window).filter(resource=anomaly.resource_id)
        return dict(days.values_list("day", "average_percent"))
    rows = _rows(anomaly).in_window(window).filter(currency=anomaly.currency)
    which = {
        "account": anomaly.account_id,
        "sub_account_id": anomaly.sub_account_id,
        "service": anomaly.service,
        "region": anomaly.region,
    }
    rows = rows.filter(**{name: value for name, value in which.items() if value})
    return dict(rows.order_by().values_list("day").annotate(amount=Sum("billed")))


def _rows(anomaly: Anomaly) -> DailyCostQuerySet:
    """Return the costs that it was found in; by tag they have no charge category."""
    if anomaly.tag_key:
        tag = {"tag_key": anomaly.tag_key, "tag_value": anomaly.tag_value}
        return TagCost.objects.counted().filter(**tag)
    usage = ChargeCategory.USAGE.value
    return DailyCost.objects.counted().filter(charge_category=usage)


class ChangeAnomalyView(ChangeStatusView):
    permission_required = ("insights.view_anomaly", "insights.change_anomaly")
    page = AnomalyView
