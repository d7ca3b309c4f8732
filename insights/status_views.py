"""A new status on a page. Who was too late is shown what it is, and keeps his text."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views import View
from django.views.generic import DetailView

from insights.forms import StatusForm
from insights.moves import CannotMove, Row, Stale, move
from people.audit import record

# The row is not as it was thought to be, or can't become what was asked for.
REFUSED = 409


class MoveView(PermissionRequiredMixin, View):
    """Changes the status of a row, or shows its page again with what is wrong."""

    http_method_names = ["post"]
    model: type[Row]
    # The page of the row, which shows the form again.
    view: type[DetailView[Any]]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        rows = self.model.objects.seen_by(request.user)
        row = get_object_or_404(rows, pk=pk)
        choices = [(one.value, one.label) for one in row.Status]
        form = StatusForm(choices, request.POST)
        if form.is_valid() and self._moved(request, row, form):
            return redirect(row)
        return self._again(request, row, form)

    def _moved(self, request: HttpRequest, row: Row, form: StatusForm) -> bool:
        assert isinstance(request.user, User)  # noqa: S101 - for the type checker
        wanted, before = form.cleaned_data, row.status
        try:
            moved = move(
                row,
                wanted["status"],
                wanted["version"],
                timezone.now(),
                user=request.user,
                note=wanted["note"],
            )
        except (Stale, CannotMove) as error:
            form.add_error(None, str(error))
            return False
        action = f"{row._meta.model_name}.move"
        record(request, action, moved, status=[before, moved.status])
        messages.success(request, f"It is {moved.get_status_display().lower()} now.")
        return True

    def _again(self, request: HttpRequest, row: Row, form: StatusForm) -> HttpResponse:
        """The page as it is now, with the form as it was filled in."""
        page = self.view()
        page.setup(request, pk=row.pk)
        page.object = page.get_object()
        context = page.get_context_data(form=form)
        return page.render_to_response(context, status=REFUSED)
