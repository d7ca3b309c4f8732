"""Backfills on pages: propose one, see its price, start it, and watch its windows."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views import View
from django.views.generic import DetailView, FormView

from clouds.models import CloudAccount
from core.pages import VisibleRowsMixin
from syncs.backfills.forms import ProposalForm
from syncs.backfills.models import FILLABLE
from syncs.backfills.planning import change_status
from syncs.backfills.transitions import InvalidTransition
from syncs.models import Backfill, BackfillWindow
from syncs.runs.start import BrokerUnavailable
from users.audit import actor_of

WINDOWS = BackfillWindow.objects.order_by("-start").prefetch_related("runs")


class BackfillView(VisibleRowsMixin, DetailView[Backfill]):
    """One backfill: its price before it starts, then each window and its runs."""

    live_topics = ("runs",)
    permission_required = "syncs.view_backfill"
    template_name = "syncs/backfill.html"
    queryset = (
        Backfill.objects.select_related("account", "created_by")
        .with_progress()
        .prefetch_related(Prefetch("windows", WINDOWS))
    )
    context_object_name = "backfill"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        parts = self.object.windows.all()
        costs = [run.api_cost_usd for part in parts for run in part.runs.all()]
        return super().get_context_data(spent_usd=sum(costs, Decimal(0)), **kwargs)


class ProposeBackfillView(PermissionRequiredMixin, FormView[ProposalForm]):
    """Propose one and lead to it, where its price is; start nothing."""

    permission_required = "syncs.start_backfill"
    template_name = "syncs/backfill_form.html"
    form_class = ProposalForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"asker": self.request.user}

    def form_valid(self, form: ProposalForm) -> HttpResponse:
        return redirect(form.propose(actor_of(self.request), timezone.now()))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        accounts = CloudAccount.objects.enabled().visible_to(self.request.user)
        return super().get_context_data(accounts=accounts, fillable=FILLABLE, **kwargs)


class ChangeBackfillStatusView(PermissionRequiredMixin, View):
    permission_required = "syncs.start_backfill"
    http_method_names = ["post"]
    name = "start"

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        backfill = get_object_or_404(Backfill.objects.visible_to(request.user), pk=pk)
        change_and_report(request, backfill, self.name)
        return redirect(backfill)


def change_and_report(request: HttpRequest, backfill: Backfill, name: str) -> None:
    try:
        done = change_status(backfill, name, timezone.now(), actor_of(request))
        messages.success(request, done)
    except (InvalidTransition, BrokerUnavailable) as error:
        messages.error(request, str(error))
