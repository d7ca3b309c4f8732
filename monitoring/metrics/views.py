"""The page of the host's metrics, and the same as JSON at /metrics/history."""

from dataclasses import asdict
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view, permission_classes
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from clouds.permissions import AllAccountsMixin, SeesAllAccounts
from core.api.parameters import refuse_unknown
from core.api.permissions import requires
from core.api.problems import accepts_html
from monitoring.metrics.history import host_history
from monitoring.metrics.host import HOST_METRICS
from monitoring.metrics.models import MetricSeries
from monitoring.models import Breach

VIEW_METRICS = "monitoring.view_metricpoint"
DEFAULT_HOURS, MOST_HOURS = 24, 400 * 24
RANGES = [
    *((1, "1 hour"), (6, "6 hours"), (24, "24 hours")),
    *((7 * 24, "7 days"), (30 * 24, "30 days"), (90 * 24, "90 days")),
]
OTHERS_LISTED = 50


class HoursForm(forms.Form):
    hours = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=MOST_HOURS,
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"),
            f"Give a number of hours from 1 to {MOST_HOURS:,}.",
        ),
    )

    def clean_hours(self) -> int:
        return self.cleaned_data["hours"] or DEFAULT_HOURS


class SystemMetricsView(AllAccountsMixin, TemplateView):
    """Each metric of each host over time, and what else is recorded."""

    template_name = "monitoring/system.html"
    permission_required = VIEW_METRICS

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = HoursForm(self.request.GET)
        hours = form.cleaned_data["hours"] if form.is_valid() else DEFAULT_HOURS
        history = host_history(hours, timezone.now())
        return super().get_context_data(
            form=form,
            history=history,
            rows=[(one, history.line(one)) for one in history.series],
            hosts=len({one.host for one in history.series}),
            ranges=RANGES,
            breaches=Breach.objects.filter(ended_at=None)
            .exclude(notified_at=None)
            .select_related("rule"),
            others=list(other_series()[:OTHERS_LISTED]),
            others_count=other_series().count(),
            **kwargs,
        )


def other_series() -> QuerySet[MetricSeries]:
    return MetricSeries.objects.exclude(name__in=list(HOST_METRICS)).order_by(
        "-changed_at", "-pk"
    )


@extend_schema(exclude=True)
@api_view(["GET"])
@permission_classes([IsAuthenticated, requires(VIEW_METRICS), SeesAllAccounts])
def history(request: Request) -> Response | HttpResponse:
    """Return the metrics of each host in the last `hours`; browsers get the page."""
    if accepts_html(request._request):
        asked = request.GET.urlencode()
        return redirect(f"{reverse('system-metrics')}{'?' if asked else ''}{asked}")
    refuse_unknown(request.GET, ["hours"])
    form = HoursForm(request.GET)
    if not form.is_valid():
        raise ValidationError({"hours": [*form.errors["hours"]]})
    found = host_history(form.cleaned_data["hours"], timezone.now())
    series = [{"latest": one.latest, **asdict(one)} for one in found.series]
    return Response({**asdict(found), "series": series})
