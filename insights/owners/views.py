"""Handing over on pages, and the page of what is one's own."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views import View
from django.views.generic import TemplateView

from clouds.access import AnyUser
from core.admin.autocomplete import LONGEST_KEY
from core.api.permissions import RoleRequiredMixin, view_right
from core.windows import utc_day
from insights.models import Anomaly, Budget, Recommendation
from insights.owners.assignment import KINDS, InvalidAssignment, assign
from insights.owners.forms import AssignmentForm
from insights.owners.notices import how_notified
from inventory.models import Resource
from users.owned import Owned


class MineView(RoleRequiredMixin, TemplateView):
    """What the user owns and has to do something about, what is due first on top."""

    template_name = "insights/mine.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        mine = owned_by(self.request.user, self.request.user, timezone.now())
        return super().get_context_data(**mine, **kwargs)


class AssignView(RoleRequiredMixin, View):
    """Hand over the row `pk`, and go back to the page `next`."""

    http_method_names = ["post"]
    request: HttpRequest
    kwargs: dict[str, Any]

    def get_permission_required(self) -> tuple[str, ...]:
        if self.kwargs["kind"] not in KINDS:
            raise Http404
        model, right = KINDS[self.kwargs["kind"]]
        return view_right(model), right

    def post(self, request: HttpRequest, kind: str) -> HttpResponse:
        row = self.row()
        form = AssignmentForm(request.POST)
        if form.is_valid():
            self.assign(row, form)
        else:
            for found in form.errors.values():
                messages.error(request, " ".join(map(str, found)))
        return redirect(self.next_page(row))

    def row(self) -> Any:
        """Raise Http404 where the user may not see it."""
        model: Any = KINDS[self.kwargs["kind"]][0]
        key = self.request.POST.get("pk", "")
        if not key.isdecimal() or len(key) > LONGEST_KEY:
            raise Http404
        seen = model.objects.visible_to(self.request.user)
        return get_object_or_404(seen.select_related("account", "owner"), pk=key)

    def assign(self, row: Owned, form: AssignmentForm) -> None:
        try:
            assign([row], now=timezone.now(), request=self.request, **form.cleaned_data)
        except InvalidAssignment as error:
            messages.error(self.request, str(error))
            return
        owner = row.owner
        to = owner.get_username() if owner else "nobody: no rule matches"
        note = f" {how_notified(owner)}" if owner and owner != self.request.user else ""
        messages.success(self.request, f"{row} now belongs to {to}.{note}")

    def next_page(self, row: Any) -> str:
        wanted = self.request.POST.get("next", "")
        host = self.request.get_host()
        if url_has_allowed_host_and_scheme(wanted, {host}, self.request.is_secure()):
            return wanted
        return str(row.get_absolute_url())


# Rows of each kind; the lists themselves show the rest.
ROWS = 50
RELATED = ("account", "resource", "owner")


def owned_by(owner: AnyUser, user: AnyUser, now: datetime) -> dict[str, Any]:
    """Return what `owner` owns as far as `user` may see it; what is due first, first.

    Of resources only those that were handed over, and how many there are.
    """
    anomalies = Anomaly.objects.visible_to(user).open().filter(owner=owner.pk)
    live = Recommendation.objects.visible_to(user).live().filter(owner=owner.pk)
    budgets = Budget.objects.visible_to(user).filter(owner=owner.pk)
    resources = Resource.objects.visible_to(user).present().filter(owner=owner.pk)
    assigned = resources.exclude(assigned_at=None)
    found = {
        "anomalies": _due_first(anomalies.worst_first().select_related(*RELATED)),
        "recommendations": _due_first(
            live.largest_saving_first().select_related(*RELATED)
        ),
        "budgets": _due_first(budgets.select_related("account", "owner")),
        "resources": _due_first(assigned.select_related("account", "owner")),
    }
    return {
        **found,
        "anomalies_count": anomalies.count(),
        "recommendations_count": live.count(),
        "potential": live.savings_per_currency(),
        "resources_count": resources.count(),
        "overdue": sum(
            row.due_on is not None and row.due_on < utc_day(now)
            for rows in found.values()
            for row in rows
        ),
    }


def _due_first(rows: QuerySet[Any]) -> list[Any]:
    due = F("due_on").asc(nulls_last=True)
    return list(rows.order_by(due, *rows.query.order_by)[:ROWS])
