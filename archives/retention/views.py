"""The page of retention: periods, what is due, and where files are."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views import View
from django.views.generic import ListView

from archives.models import Archive, RetentionRun
from archives.prune import CannotPrune
from archives.retention.queue import AlreadyAsked, ask_for_run
from archives.retention.runs import next_planned
from archives.retention.summary import kept_tables
from clouds.permissions import AllAccountsMixin
from core.pages import ListPages
from syncs.runs.start import BrokerUnavailable
from users.audit import actor_of

RUNS_SHOWN = 7


class RetentionPageView(AllAccountsMixin, ListView[Archive]):
    """Files are listed below, the newest month first."""

    template_name = "archives/retention.html"
    permission_required = ("archives.view_retentionrun", "archives.view_archive")
    queryset = Archive.objects.order_by("-month", "table", "-id")
    paginate_by = 25
    paginator_class = ListPages

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        try:
            tables = kept_tables(now)
        except CannotPrune as error:  # RETENTION_DAYS was not checked at start-up
            messages.error(self.request, str(error))
            tables = []
        return super().get_context_data(
            tables=tables,
            due=[one for table in tables for one in table.due],
            runs=RetentionRun.objects.order_by("-asked_at", "-id")[:RUNS_SHOWN],
            next_at=next_planned(now) if settings.RETENTION_DAILY else None,
            place=settings.ARCHIVE_PLACE,
            **kwargs,
        )


class RunRetentionPageView(AllAccountsMixin, View):
    permission_required = "archives.run_retention"
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            ask_for_run(timezone.now(), actor_of(request))
            messages.success(request, "Retention was queued; a worker does it.")
        except (AlreadyAsked, BrokerUnavailable) as error:
            messages.error(request, str(error))
        return redirect("retention")
