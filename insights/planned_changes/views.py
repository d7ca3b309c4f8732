"""Planned changes on a page: the list, and the forms to add and delete one."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.generic import CreateView, DeleteView

from clouds.models import CloudAccount
from core.pages import FilteredPage, VisibleRowsMixin
from insights.models import PlannedChange
from insights.planned_changes.changes import add_planned_change, delete_planned_change
from insights.planned_changes.filters import PlannedChangeFilter
from insights.planned_changes.forms import PlannedChangeForm


class VisiblePlannedChanges(VisibleRowsMixin):
    """Only those of accounts that the user may see."""

    request: Any

    queryset: Any = PlannedChange.objects.select_related("account", "created_by")


class PlannedChangeListView(VisiblePlannedChanges, FilteredPage):
    template_name = "insights/planned_changes.html"
    permission_required = "insights.view_plannedchange"
    filterset_class = PlannedChangeFilter

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        accounts = CloudAccount.objects.visible_to(self.request.user)
        return super().get_context_data(accounts=accounts, **kwargs)


class AddPlannedChangeView(
    VisiblePlannedChanges, CreateView[PlannedChange, PlannedChangeForm]
):
    template_name = "insights/planned_change_form.html"
    form_class = PlannedChangeForm
    permission_required = (
        "insights.view_plannedchange",
        "insights.add_plannedchange",
    )

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.request.user}

    def form_valid(self, form: PlannedChangeForm) -> HttpResponse:
        change = form.save(commit=False)
        marked = add_planned_change(change, timezone.now(), self.request)
        also = f" It explains {marked} of the anomalies found." if marked else ""
        messages.success(self.request, f"{change} planned.{also}")
        return redirect("planned-changes")


class DeletePlannedChangeView(VisiblePlannedChanges, DeleteView[PlannedChange, Any]):
    template_name = "insights/planned_change_delete.html"
    permission_required = (
        "insights.view_plannedchange",
        "insights.delete_plannedchange",
    )
    context_object_name = "change"

    def form_valid(self, form: Any) -> HttpResponse:
        messages.success(self.request, f"{self.object} deleted.")
        delete_planned_change(self.object, self.request)
        return redirect("planned-changes")
