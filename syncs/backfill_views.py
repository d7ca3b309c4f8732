"""Backfills on pages: propose one, see its price, start it, and watch its windows."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin, PermissionRequiredMixin
from django.contrib.auth.models import User
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views import View
from django.views.generic import DetailView, FormView

from syncs.forms import ProposalForm
from syncs.models import Backfill, BackfillWindow, CloudAccount
from syncs.models.backfills import FILLABLE
from syncs.moves import CannotMove, move
from syncs.start import QueueAway

WINDOWS = BackfillWindow.objects.order_by("-start").prefetch_related("runs")


class BackfillView(LoginRequiredMixin, DetailView[Backfill]):
    """One backfill: its price before it starts, then each window and its runs."""

    template_name = "backfill.html"
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


class ProposeBackfillView(
    LoginRequiredMixin, PermissionRequiredMixin, FormView[ProposalForm]
):
    """Proposes one and leads to it, where its price is; starts nothing."""

    permission_required = "syncs.start_backfill"
    template_name = "backfill_form.html"
    form_class = ProposalForm

    def form_valid(self, form: ProposalForm) -> HttpResponse:
        user = self.request.user if isinstance(self.request.user, User) else None
        return redirect(form.propose(user, timezone.now()))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        accounts = CloudAccount.objects.enabled()
        return super().get_context_data(accounts=accounts, fillable=FILLABLE, **kwargs)


class MoveBackfillView(LoginRequiredMixin, PermissionRequiredMixin, View):
    """Starts, pauses or cancels one, and says so."""

    permission_required = "syncs.start_backfill"
    http_method_names = ["post"]
    name = "start"

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        backfill = get_object_or_404(Backfill, pk=pk)
        try:
            messages.success(request, move(backfill, self.name, timezone.now()))
        except (CannotMove, QueueAway) as error:
            messages.error(request, str(error))
        return redirect(backfill)
