"""Actions on pages: the list, each with its log, proposing them and deciding."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views import View
from django.views.generic import DetailView

from clouds.access import AnyUser
from clouds.models import CloudAccount
from clouds.registry import acts_for
from core.pages import FilteredPage, VisibleRowsMixin
from insights.models import PowerSchedule, Remediation
from insights.remediation.action_kinds import RemediationKind
from insights.remediation.approval import (
    DECISIONS,
    decide,
    decisions_on,
    why_not_approved,
)
from insights.remediation.filters import RemediationFilter
from insights.remediation.forms import DecisionForm, ProposalForm
from insights.remediation.proposals import (
    InvalidProposal,
    Proposal,
    proposals_of_run,
    propose,
)
from insights.status_views import render_again
from insights.transitions import InvalidTransition
from syncs.models import SyncRun
from users.audit import actor_of

VIEW, ADD = "insights.view_remediation", "insights.add_remediation"
SYNCS_SHOWN = 5


class RemediationListView(FilteredPage):
    """Those that wait first; with the schedules, and the syncs that need help."""

    template_name = "insights/remediations.html"
    live_topics = ("remediations",)
    permission_required = VIEW
    filterset_class = RemediationFilter
    queryset = Remediation.objects.select_related(
        "account", "resource", "run__account"
    ).newest_open_first()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        accounts = list(CloudAccount.objects.visible_to(user))
        schedules = PowerSchedule.objects.visible_to(user).filter(ended_at=None)
        return super().get_context_data(
            accounts=accounts,
            acting=[one for one in accounts if acts_for(one)],
            statuses=Remediation.Status.choices,
            kinds=RemediationKind.choices,
            schedules=schedules.select_related("resource", "account"),
            syncs=syncs_to_help(user) if user.has_perm(ADD) else [],
            **kwargs,
        )


def syncs_to_help(user: AnyUser) -> list[Proposal]:
    """Return how the syncs that failed last or are still running can be helped."""
    if not user.has_perm("syncs.start_sync"):  # type: ignore[union-attr]
        return []
    runs = SyncRun.objects.visible_to(user).select_related("account")
    failed = runs.newest_per_dataset().filter(status=SyncRun.Status.FAILED)
    active = runs.ordinary().filter(status=SyncRun.Status.RUNNING)
    several = [*active.order_by("pk")[:SYNCS_SHOWN], *failed.order_by("-pk")]
    return [one for run in several[:SYNCS_SHOWN] for one in proposals_of_run(run)]


class RemediationView(VisibleRowsMixin, DetailView[Remediation]):
    """One action: what is to be done, who may decide on it, and its log."""

    template_name = "insights/remediation.html"
    live_topics = ("remediations",)
    permission_required = VIEW
    context_object_name = "action"
    queryset = Remediation.objects.select_related(
        *("account", "resource__account", "run__account", "recommendation"),
        *("anomaly__account", "undoes__resource", "undoes__account"),
        "recommendation__verification",
    ).prefetch_related("lines", "undone_by__resource", "undone_by__account")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row, user = self.object, self.request.user
        decisions = [
            name for name in decisions_on(row) if user.has_perm(DECISIONS[name])
        ]
        why_not = ""
        if "approve" in decisions:
            why_not = why_not_approved(row, actor_of(self.request), timezone.now())
        return super().get_context_data(
            decisions=[one for one in decisions if one != "approve" or not why_not],
            why_not=why_not,
            **kwargs,
        )


class ProposeView(PermissionRequiredMixin, View):
    """Propose an action and lead to it, or back with the reason why not."""

    permission_required = (VIEW, ADD)
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        form = ProposalForm(request.user, request.POST)
        if not form.is_valid():
            reasons = [text for found in form.errors.values() for text in found]
            return self._back(request, " ".join(map(str, reasons)))
        try:
            return redirect(propose(form.proposal(), timezone.now(), actor_of(request)))
        except InvalidProposal as error:
            return self._back(request, str(error))

    def _back(self, request: HttpRequest, reason: str) -> HttpResponse:
        messages.error(request, reason)
        url = request.POST.get("next", "")
        is_ours = url_has_allowed_host_and_scheme(url, {request.get_host()})
        return redirect(url if is_ours else "remediations")


class DecideView(PermissionRequiredMixin, View):
    """Decide on an action, or show its page again with the reason why not."""

    permission_required = VIEW
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        page = RemediationView()
        page.setup(request, pk=pk)
        row = get_object_or_404(page.get_queryset(), pk=pk)
        form = DecisionForm(request.POST)
        if form.is_valid():
            data = form.cleaned_data
            if not request.user.has_perm(DECISIONS[data["decision"]]):
                raise PermissionDenied
            try:
                found = decide(
                    row,
                    data["decision"],
                    data["version"],
                    timezone.now(),
                    actor_of(request),
                    data["note"],
                )
            except InvalidTransition as error:
                form.add_error(None, str(error))
            else:
                return redirect(found)
        return render_again(page, form=form)
