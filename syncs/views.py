"""What was read, how fresh it is, and the one door that starts a sync."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin, PermissionRequiredMixin
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views import View
from django.views.generic import DetailView
from django_filters.views import FilterView

from syncs.filters import SyncRunFilter
from syncs.freshness import freshness
from syncs.models import CloudAccount, Dataset, SyncRun
from syncs.standing import per_account, per_dataset
from syncs.start import QueueAway, start

ACCOUNTS_PER_PAGE = 20


class SyncsView(LoginRequiredMixin, FilterView):
    """How fresh each dataset is, and the runs that read them."""

    template_name = "syncs.html"
    queryset = SyncRun.objects.select_related("account", "started_by")
    filterset_class = SyncRunFilter
    paginate_by = 25

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        accounts = CloudAccount.objects.enabled()
        found = freshness(accounts, timezone.now())
        pages = Paginator(per_account(found), ACCOUNTS_PER_PAGE)
        return super().get_context_data(
            standing=per_dataset(found),
            standing_page=pages.get_page(self.request.GET.get("accounts")),
            accounts=accounts,
            datasets=Dataset.choices,
            statuses=SyncRun.Status.choices,
            **kwargs,
        )


class RunView(LoginRequiredMixin, DetailView[SyncRun]):
    """One run: its window, what it read, what that cost, and what failed."""

    template_name = "run.html"
    queryset = SyncRun.objects.select_related("account", "started_by")
    context_object_name = "run"


class StartSyncView(LoginRequiredMixin, PermissionRequiredMixin, View):
    """Queues syncs: of one account or all, of one dataset or all that it has."""

    permission_required = "syncs.start_sync"
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        accounts = CloudAccount.objects.enabled()
        if wanted := request.POST.get("account"):
            accounts = accounts.filter(account_id=wanted)
        datasets = [d for d in Dataset if request.POST.get("dataset") in ("", None, d)]
        _start(request, list(accounts), datasets)
        return redirect(_back(request))


def _start(
    request: HttpRequest, accounts: list[CloudAccount], datasets: list[Dataset]
) -> None:
    """Starts them, and says what was started, what was not, and why."""
    now = timezone.now()
    user = request.user if isinstance(request.user, User) else None
    queued = taken = 0
    for dataset in datasets:
        readable = [one for one in accounts if dataset in one.datasets()]
        try:
            started = start(
                readable, dataset, now, trigger=SyncRun.Trigger.ADMIN, user=user
            )
        except QueueAway as error:
            messages.error(request, str(error))
            return
        queued += len(started.runs)
        taken += len(started.taken)
    if queued:
        messages.success(request, f"Syncs started: {queued:,}.")
    if taken:
        messages.warning(
            request, f"Syncs at work already, so not started again: {taken:,}."
        )
    if not queued and not taken:
        messages.warning(request, "Nothing was started: no enabled account has this.")


def _back(request: HttpRequest) -> str:
    """The page that asked, if it is one of ours."""
    page = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(
        page, {request.get_host()}, require_https=request.is_secure()
    )
    return page if ours else reverse("syncs")
