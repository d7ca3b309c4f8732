"""Handing over on pages, and the page of what is one's own."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views import View
from django.views.generic import TemplateView

from core.admin.autocomplete import LONGEST_KEY
from core.api.permissions import RoleRequiredMixin, view_right
from insights.owners.assignment import KINDS, InvalidAssignment, assign
from insights.owners.forms import AssignmentForm
from insights.owners.mine import owned_by
from insights.owners.notices import how_notified
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
