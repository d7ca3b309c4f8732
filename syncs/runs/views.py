"""Pages of what was read and how fresh it is, and the start of a sync."""

from typing import Any

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.http import url_has_allowed_host_and_scheme
from django.views import View
from django.views.generic import DetailView

from clouds.labels import clouds_of
from clouds.models import CloudAccount
from core.pages import FilteredPage, ListPages, VisibleRowsMixin
from core.windows import utc_day
from syncs.api_usage.report import api_spend, day_bars, price_of_syncs
from syncs.backfills.models import FILLABLE
from syncs.datasets import Dataset, is_read_from
from syncs.models import ApiUsage, Backfill, Incident, SyncRun
from syncs.runs.filters import SyncRunFilter
from syncs.runs.freshness import freshness, per_account, per_dataset
from syncs.runs.start_messages import start_and_report

ACCOUNTS_PER_PAGE = 20
# The rest is in the admin; open ones come first.
BACKFILLS_SHOWN = 10
INCIDENTS_SHOWN = 50


class RunPaginator(ListPages):
    """Count the runs of a list, and the active ones of them, in one query."""

    @cached_property
    def counts(self) -> dict[str, int]:
        runs = self.object_list
        assert isinstance(runs, QuerySet)  # noqa: S101 - for the type checker
        active = Q(status__in=SyncRun.ACTIVE)
        return runs.aggregate(
            all=Count("pk"),
            active=Count("pk", filter=active),
        )

    @cached_property
    def count(self) -> int:
        return self.counts["all"]


class SyncsView(FilteredPage):
    """How fresh each dataset is, what reading costs, and the runs that read."""

    live_topics = ("runs",)
    template_name = "syncs/syncs.html"
    permission_required = (
        "clouds.view_cloudaccount",
        "syncs.view_syncrun",
        "syncs.view_backfill",
        "syncs.view_incident",
        "syncs.view_apiusage",
    )
    queryset = SyncRun.objects.select_related("account", "started_by")
    filterset_class = SyncRunFilter
    paginator_class = RunPaginator

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now, user = timezone.now(), self.request.user
        accounts = (
            CloudAccount.objects.enabled().visible_to(user).select_related("payer")
        )
        found = freshness(accounts, now)
        pages = Paginator(per_account(found), ACCOUNTS_PER_PAGE)
        spend = api_spend(now, ApiUsage.objects.visible_to(user))
        newest = Backfill.objects.visible_to(user).select_related("account")
        backfills = list(newest.with_progress().open_first()[:BACKFILLS_SHOWN])
        context = super().get_context_data(
            backfills=backfills,
            freshness=per_dataset(found),
            accounts_page=pages.get_page(self.request.GET.get("accounts")),
            accounts=accounts,
            clouds=clouds_of(accounts),
            datasets=Dataset.choices,
            fillable=FILLABLE,
            statuses=SyncRun.Status.choices,
            incidents=list(
                Incident.objects.visible_to(user)
                .open()
                .select_related("account")
                .prefetch_related("notices")[:INCIDENTS_SHOWN]
            ),
            spend=spend,
            bars=day_bars(spend.days),
            today=utc_day(now),
            **kwargs,
        )
        at_work = context["paginator"].counts["active"]
        is_at_work = at_work or any(one.is_moving for one in backfills)
        return context | {"at_work": at_work, "is_at_work": is_at_work}


class RunView(VisibleRowsMixin, DetailView[SyncRun]):
    """One run: its window, what it read, what that cost, and what failed."""

    live_topics = ("runs",)
    permission_required = "syncs.view_syncrun"
    template_name = "syncs/run.html"
    queryset = SyncRun.objects.select_related(
        "account", "started_by", "backfill_window"
    )
    context_object_name = "run"


class StartSyncView(PermissionRequiredMixin, View):
    """Queue syncs: of one account or all, of one dataset or all that it has.

    What will cost money shows its price first, and is started when confirmed.
    """

    permission_required = "syncs.start_sync"
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        accounts = CloudAccount.objects.enabled().visible_to(request.user)
        accounts = accounts.select_related("payer")
        if wanted := request.POST.get("account"):
            accounts = accounts.filter(account_id=wanted)
        datasets = [d for d in Dataset if request.POST.get("dataset") in ("", None, d)]
        price = price_of_syncs(accounts, datasets)
        if price and not request.POST.get("confirmed"):
            chosen = {"accounts": accounts, "datasets": datasets, "price": price}
            return render(
                request, "syncs/sync_confirm.html", chosen | {"back": _back(request)}
            )
        readable = [
            one for one in accounts if any(is_read_from(one, d) for d in datasets)
        ]
        start_and_report(request, readable, datasets, SyncRun.Trigger.PAGE)
        return redirect(_back(request))


def _back(request: HttpRequest) -> str:
    """Return the page that the form names, if it is one of ours."""
    page = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(
        page, {request.get_host()}, require_https=request.is_secure()
    )
    return page if ours else reverse("syncs")
