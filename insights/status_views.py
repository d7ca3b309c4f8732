"""Changes of a row's status on its page."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views import View
from django.views.generic import DetailView

from insights.transitions import InvalidTransition, change_status

LONGEST_NOTE = 2000
# The row is not in the state that was shown, or cannot get the status asked for.
REFUSED = 409


class StatusForm(forms.Form):
    """A new status for the version that was shown."""

    status = forms.ChoiceField()
    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    note = forms.CharField(
        required=False, max_length=LONGEST_NOTE, widget=forms.Textarea
    )


class ChangeStatusView(PermissionRequiredMixin, View):
    """Change the status of a row, or show its page again with the reason why not."""

    http_method_names = ["post"]
    # The page of the row, which shows the form again.
    page: type[DetailView[Any]]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        page = self.page()
        page.setup(request, pk=pk)
        row: Any = get_object_or_404(page.get_queryset(), pk=pk)
        form = StatusForm(request.POST)
        cast("forms.ChoiceField", form.fields["status"]).choices = row.Status.choices
        if form.is_valid():
            try:
                change_status(
                    row, now=timezone.now(), request=request, **form.cleaned_data
                )
            except InvalidTransition as error:
                form.add_error(None, str(error))
            else:
                label = row.get_status_display().lower()
                messages.success(request, f"Status changed to {label}.")
                return redirect(row)
        return render_again(page, form=form)


def render_again(page: DetailView[Any], **context: Any) -> HttpResponse:
    """Return the page as it is now, with a refused form as it was filled in."""
    page.object = page.get_object()
    return page.render_to_response(page.get_context_data(**context), status=REFUSED)
