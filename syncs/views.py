"""What was read, how fresh it is, and the one door that starts a sync."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.paginator import Paginator
from django.db.models import BooleanField, Count, ExpressionWrapper, Max, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.http import url_has_allowed_host_and_scheme
from django.views import View
from django.views.generic import DetailView
from django_filters.views import FilterView

from clouds.access import AnyUser
from clouds.models import CloudAccount
from core.windows import utc_day
from syncs.api_usage.chart import day_bars
from syncs.api_usage.report import api_spend, price_of_syncs
from syncs.backfills.models import FILLABLE
from syncs.datasets import Dataset
from syncs.filters import SyncRunFilter
from syncs.models import ApiUsage, Backfill, Incident, SyncRun
from syncs.querysets import SyncRunQuerySet
from syncs.runs.freshness import freshness
from syncs.runs.freshness_summary import per_account, per_dataset
from syncs.runs.start import BrokerUnavailable, start_syncs
from users.audit import actor_of

ACCOUNTS_PER_PAGE = 20
# The rest is in the admin; open ones come first.
BACKFILLS_SHOWN = 10
INCIDENTS_SHOWN = 50


class RunPaginator(Paginator[SyncRun]):
    """Counts the runs of a list, and those of them that are at work, in one query."""

    @cached_property
    def counts(self) -> dict[str, int | None]:
        runs = self.object_list
        assert isinstance(runs, QuerySet)  # noqa: S101 - for the type checker
        active = Q(status__in=SyncRun.ACTIVE)
        return runs.aggregate(
            all=Count("pk"),
            active=Count("pk", filter=active),
            newest=Max("pk", filter=active),
        )

    @cached_property
    def count(self) -> int:
        return self.counts["all"] or 0


class RunList(PermissionRequiredMixin, FilterView):
    """Runs and backfills, and whether any is at work."""

    permission_required = (
        "clouds.view_cloudaccount",
        "syncs.view_syncrun",
        "syncs.view_backfill",
        "syncs.view_incident",
        "syncs.view_apiusage",
    )
    queryset = SyncRun.objects.select_related("account", "started_by")
    filterset_class = SyncRunFilter
    paginate_by = 25
    paginator_class = RunPaginator

    def get_queryset(self) -> SyncRunQuerySet:
        runs: Any = super().get_queryset()
        return runs.visible_to(self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = super().get_context_data(**kwargs)
        backfills = list(newest_backfills(self.request.user))
        counts = found["paginator"].counts
        moving = any(one.is_moving for one in backfills)
        found["backfills"] = backfills
        found["is_live"] = bool(counts["active"]) or moving
        # Another one tells that a run began or ended, so that all has to be shown anew.
        found["live_state"] = f"{counts['active']} {counts['newest']}"
        found["at_work"] = counts["active"]
        return found


class SyncsLiveView(RunList):
    """What changes while runs are at work, for live.js to put into the page."""

    template_name = "syncs/live.html"


class SyncsView(RunList):
    """How fresh each dataset is, what reading costs, and the runs that read."""

    template_name = "syncs/syncs.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now, user = timezone.now(), self.request.user
        accounts = (
            CloudAccount.objects.enabled().visible_to(user).select_related("payer")
        )
        found = freshness(accounts, now)
        pages = Paginator(per_account(found), ACCOUNTS_PER_PAGE)
        spend = api_spend(now, ApiUsage.objects.visible_to(user))
        return super().get_context_data(
            freshness=per_dataset(found),
            accounts_page=pages.get_page(self.request.GET.get("accounts")),
            accounts=accounts,
            datasets=Dataset.choices,
            fillable=FILLABLE,
            statuses=SyncRun.Status.choices,
            incidents=open_incidents(user),
            spend=spend,
            bars=day_bars(spend.days),
            today=utc_day(now),
            **kwargs,
        )


def newest_backfills(user: AnyUser) -> QuerySet[Backfill]:
    """With their progress; open ones first."""
    seen = Backfill.objects.visible_to(user)
    found = seen.select_related("account").with_progress()
    is_open = ExpressionWrapper(Q(status__in=Backfill.OPEN), BooleanField())
    return found.order_by(is_open.desc(), "-created_at", "-id")[:BACKFILLS_SHOWN]


def open_incidents(user: AnyUser) -> list[Incident]:
    found = Incident.objects.visible_to(user).open().select_related("account")
    return list(found.prefetch_related("notices")[:INCIDENTS_SHOWN])


class RunView(PermissionRequiredMixin, DetailView[SyncRun]):
    """One run: its window, what it read, what that cost, and what failed."""

    permission_required = "syncs.view_syncrun"
    template_name = "syncs/run.html"
    queryset = SyncRun.objects.select_related(
        "account", "started_by", "backfill_window"
    )
    context_object_name = "run"

    def get_queryset(self) -> SyncRunQuerySet:
        runs: Any = super().get_queryset()
        return runs.visible_to(self.request.user)


class StartSyncView(PermissionRequiredMixin, View):
    """Queues syncs: of one account or all, of one dataset or all that it has.

    What will cost money is told first, and started when that is confirmed.
    """

    permission_required = "syncs.start_sync"
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        accounts = CloudAccount.objects.enabled().visible_to(request.user)
        if wanted := request.POST.get("account"):
            accounts = accounts.filter(account_id=wanted)
        datasets = [d for d in Dataset if request.POST.get("dataset") in ("", None, d)]
        price = price_of_syncs(accounts, datasets)
        if price and not request.POST.get("confirmed"):
            chosen = {"accounts": accounts, "datasets": datasets, "price": price}
            return render(
                request, "syncs/sync_confirm.html", chosen | {"back": _back(request)}
            )
        _start(request, list(accounts), datasets)
        return redirect(_back(request))


def _start(
    request: HttpRequest, accounts: list[CloudAccount], datasets: list[Dataset]
) -> None:
    """Start them, and say what was started, what was not, and why."""
    try:
        started = start_syncs(
            accounts,
            datasets,
            timezone.now(),
            trigger=SyncRun.Trigger.PAGE,
            actor=actor_of(request),
        )
    except BrokerUnavailable as error:
        messages.error(request, str(error))
        return
    if started.runs:
        messages.success(request, f"Syncs started: {len(started.runs):,}.")
    if started.taken:
        messages.warning(
            request, f"Syncs already running, so not started: {len(started.taken):,}."
        )
    if not started.runs and not started.taken:
        messages.warning(request, "Nothing was started: no enabled account has this.")


def _back(request: HttpRequest) -> str:
    """The page that asked, if it is one of ours."""
    page = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(
        page, {request.get_host()}, require_https=request.is_secure()
    )
    return page if ours else reverse("syncs")
