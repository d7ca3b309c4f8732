"""The pages of saved views: the list, and saving, changing and deleting one."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import Resolver404, get_script_prefix, resolve
from django.views import View

from core.api.permissions import RoleRequiredMixin
from core.pages import FilteredPage
from core.periods import PERIODS
from dashboard.frame import PERIOD
from dashboard.places import PAGE_OF, PLACES
from users.models import SavedView
from users.saved_views.filters import SavedViewFilter
from users.saved_views.view_changes import (
    InvalidName,
    change_view,
    delete_view,
    save_view,
)


class SaveForm(forms.ModelForm[SavedView]):
    class Meta:
        model = SavedView
        fields = ("name", "address", "is_shared")


class ChangeForm(forms.ModelForm[SavedView]):
    class Meta:
        model = SavedView
        fields = ("name", "is_shared")


class SavedViewsView(RoleRequiredMixin, FilteredPage):
    """The user's views and shared ones; a POST saves another."""

    template_name = "dashboard/saved_views.html"
    filterset_class = SavedViewFilter
    paginate_by = 50
    queryset = SavedView.objects.select_related("user").order_by("name", "id")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        for one in context["object_list"]:
            one.page = page_of(one)
            one.days = days_of(one)
            one.filters = filters_of(one)
            one.may_change = one.may_be_changed_by(self.request.user)
        return context

    def post(self, request: HttpRequest) -> HttpResponse:
        form = SaveForm(request.POST)
        if not form.is_valid():
            return refused(request, form)
        try:
            view = save_view(request, form.cleaned_data)
        except InvalidName as error:
            messages.error(request, str(error))
            return redirect("saved-views")
        messages.success(request, f"Saved as {view}. It is listed under Views.")
        return redirect(view)


class ChangeViewView(RoleRequiredMixin, View):
    """Rename a view, or share it."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        view = visible_view(request, pk)
        form = ChangeForm(request.POST)
        if not form.is_valid():
            return refused(request, form)
        try:
            change_view(view, request, form.cleaned_data)
        except InvalidName as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"{view} was changed.")
        return redirect("saved-views")


class DeleteViewView(RoleRequiredMixin, View):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        view = visible_view(request, pk)
        delete_view(view, request)
        messages.success(request, f"{view} was deleted.")
        return redirect("saved-views")


def visible_view(request: HttpRequest, pk: int) -> SavedView:
    return get_object_or_404(SavedView.objects.visible_to(request.user), pk=pk)


def refused(request: HttpRequest, form: forms.BaseForm) -> HttpResponse:
    for name, found in form.errors.items():
        messages.error(request, f"{name}: {' '.join(map(str, found))}")
    return redirect("saved-views")


def page_of(view: SavedView) -> str:
    """Return the place and name of its page; of another one its path."""
    path = view.address.partition("?")[0]
    try:
        match = resolve(path.removeprefix(get_script_prefix().rstrip("/")))
    except Resolver404:  # of an older version
        return path
    page = PAGE_OF.get(match.view_name)
    place = next((one for one in PLACES if page in one.pages), None)
    if not page or not place:
        return path
    return page.label if page.label == place.label else f"{place.label} › {page.label}"


def days_of(view: SavedView) -> str:
    """Return which days it is of: those of a period move along."""
    asked = {name: values[-1] for name, values in view.parameters.items()}
    if period := PERIODS.get(asked.get("period", "")):
        return period[0]
    if "start" in asked or "end" in asked:
        until = f"{asked['end']} (exclusive)" if "end" in asked else "…"
        return f"{asked.get('start', '…')} to {until}"
    return "As the page begins"


def filters_of(view: SavedView) -> str:
    """Return what else its address asks for, in words."""
    return ", ".join(
        f"{name.replace('_', ' ')}: {' + '.join(values)}"
        for name, values in view.parameters.items()
        if name not in PERIOD
    )
