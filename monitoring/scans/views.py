"""Scans on a page: the trend, what is open, and each finding with its suppression."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.generic import DetailView
from django_filters.views import FilterView

from clouds.permissions import AllAccountsMixin
from core.pages import ListPages
from monitoring.scans.api import SUPPRESS
from monitoring.scans.engine.issues import Severity
from monitoring.scans.filters import FindingFilter
from monitoring.scans.forms import SuppressionForm
from monitoring.scans.models import Finding, FindingStatus, Scan
from monitoring.scans.suppression import CannotSuppress, suppress, take_back
from users.audit import actor_of

VIEW = ("monitoring.view_finding", "monitoring.view_scan")
TREND_SCANS = 60
# As the stylesheet names them.
COLORS = {
    Severity.CRITICAL: "bad",
    Severity.HIGH: "warn",
    Severity.MEDIUM: "accent",
    Severity.LOW: "c-other",
}


class ScansView(AllAccountsMixin, FilterView):
    permission_required = VIEW
    template_name = "monitoring/scans.html"
    filterset_class = FindingFilter
    paginate_by = 50
    paginator_class = ListPages

    def get_queryset(self) -> QuerySet[Finding]:
        return Finding.objects.all().worst_first()

    def get_filterset_kwargs(self, filterset_class: Any) -> dict[str, Any]:
        """What is open is shown, unless something else is asked for."""
        given = super().get_filterset_kwargs(filterset_class)
        asked = self.request.GET.copy()
        asked.setdefault("status", FindingStatus.OPEN.value)
        return {**given, "data": asked}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        scans = list(Scan.objects.all()[:TREND_SCANS])
        today, chart = timezone.now().date(), trend_chart(scans)
        return super().get_context_data(
            scans=scans[:10],
            newest=scans[0] if scans else None,
            open=Finding.objects.all().open_by_severity(today),
            chart=chart if len(scans) > 1 and chart["series"] else None,
            **kwargs,
        )


def trend_chart(scans: Sequence[Scan]) -> dict[str, Any]:
    """Return the open findings at the end of each day's last scan, for charts.js, of
    the severities that had any."""
    last = {scan.finished_at.date(): scan for scan in reversed(scans)}
    counts = {
        severity: [getattr(scan, severity) for scan in last.values()]
        for severity in reversed(Severity)
    }
    return {
        "kind": "stacked",
        "unit": "findings",
        "granularity": "daily",
        "labels": [day.isoformat() for day in last],
        "estimated": [],
        "series": [
            {
                "label": severity.capitalize(),
                "values": values,
                "color": COLORS[severity],
                "drill": None,
            }
            for severity, values in counts.items()
            if any(values)
        ],
    }


class FindingView(AllAccountsMixin, DetailView[Finding]):
    permission_required = VIEW
    template_name = "monitoring/finding.html"
    queryset = Finding.objects.select_related("suppressed_by")
    context_object_name = "finding"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        status = self.object.status_on(timezone.now().date())
        may_suppress = self.request.user.has_perm(SUPPRESS)
        given: dict[str, Any] = {"form": SuppressionForm()} | kwargs
        return super().get_context_data(
            status=status, may_suppress=may_suppress, **given
        )

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.object = self.get_object()
        if not request.user.has_perm(SUPPRESS):
            return self.handle_no_permission()
        if "reopen" in request.POST:
            take_back(self.object, actor_of(request))
            messages.success(request, "The suppression was taken back.")
            return redirect("scans")
        form = SuppressionForm(request.POST)
        if form.is_valid() and self._suppress(form):
            until = form.cleaned_data["until"]
            messages.success(request, f"Suppressed until {until:%-d %B %Y}.")
            return redirect("scans")
        return self.render_to_response(self.get_context_data(form=form), status=400)

    def _suppress(self, form: SuppressionForm) -> bool:
        reason, until = form.cleaned_data["reason"], form.cleaned_data["until"]
        actor, today = actor_of(self.request), timezone.now().date()
        try:
            suppress(self.object, reason, until, today, actor)
        except CannotSuppress as error:
            form.add_error("until", str(error))
        return form.is_valid()
