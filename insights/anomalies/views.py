"""Anomalies on pages: the list, and each with its root causes and history."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.views.generic import DetailView

from clouds.models import CloudAccount
from core.pages import FilteredPage, VisibleRowsMixin
from core.windows import ONE_DAY, Window
from costs.lines.explanation import LineKind
from costs.lines.shown import NAMES
from insights.anomalies.day_values import day_values
from insights.anomalies.filters import AnomalyFilter
from insights.anomalies.line_causes import line_query
from insights.anomalies.published_score import published_score
from insights.insight_charts import anomaly_chart
from insights.models import Anomaly, Calibration, Judgment
from insights.status_views import ChangeStatusView
from insights.views import refresh_state
from providers.records import ChargeCategory

# Days shown around it.
DAYS_BEFORE, DAYS_AFTER = 45, 14
RELATED = Anomaly.objects.select_related("account", "resource", "owner")


class AnomalyListView(FilteredPage):
    template_name = "insights/anomalies.html"
    live_topics = ("anomalies",)
    permission_required = "insights.view_anomaly"
    filterset_class = AnomalyFilter
    queryset = RELATED.worst_first()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            judged=Judgment.objects.visible_to(self.request.user).precision(),
            calibrations=Calibration.objects.visible_to(self.request.user),
            net_impact=kwargs["object_list"].net_impact(),
            statuses=Anomaly.Status.choices,
            severities=Anomaly.Severity.choices,
            kinds=Anomaly.Kind.choices,
            scopes=Anomaly.Scope.choices,
            score=published_score(),
            state=refresh_state(self.request.user),
            accounts=CloudAccount.objects.visible_to(self.request.user),
            **kwargs,
        )


class AnomalyView(VisibleRowsMixin, DetailView[Anomaly]):
    template_name = "insights/anomaly.html"
    live_topics = ("anomalies",)
    permission_required = "insights.view_anomaly"
    context_object_name = "anomaly"
    queryset = RELATED.prefetch_related("changes")

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
            line_causes=shown_line_causes(self.object),
            lines_query=lines_query(self.object),
            **kwargs,
        )


def shown_line_causes(anomaly: Anomaly) -> list[dict[str, Any]]:
    """Return the causes by line item, with what their kinds are called on pages."""
    return [
        {**cause, "kind": NAMES[LineKind(cause["kind"])]}
        for cause in anomaly.line_causes
    ]


def lines_query(anomaly: Anomaly) -> str:
    """Return the query of the page that explains the anomaly by lines."""
    if not anomaly.line_causes:
        return ""
    return line_query(anomaly.account, anomaly).parameters()


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


class ChangeAnomalyView(ChangeStatusView):
    permission_required = ("insights.view_anomaly", "insights.change_anomaly")
    page = AnomalyView
