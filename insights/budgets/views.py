"""Budgets on pages: their status, and the forms to add, change and delete them."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.generic import DeleteView, DetailView, UpdateView

from alerts.changes import send_tests
from alerts.channels import (
    channels_for,
    configured_channels,
    emails_are_printed,
    missing_delivery,
)
from alerts.models import Notice
from clouds.models import CloudAccount
from core.pages import FilteredPage, VisibleRowsMixin
from insights.budgets.changes import delete_budget
from insights.budgets.filters import BudgetFilter
from insights.budgets.forms import BudgetForm
from insights.budgets.known_keys import services, tags, teams
from insights.models import Budget
from insights.status_views import REFUSED


class VisibleBudgets(VisibleRowsMixin):
    """Only budgets that the user may see."""

    queryset: Any = Budget.objects.select_related("account", "created_by", "owner")


class BudgetListView(VisibleBudgets, FilteredPage):
    """All budgets and their status this month."""

    live_topics = ("budgets",)
    template_name = "insights/budgets.html"
    permission_required = "insights.view_budget"
    filterset_class = BudgetFilter

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            scopes=Budget.Scope.choices,
            accounts=CloudAccount.objects.visible_to(self.request.user),
            missing_delivery=missing_delivery(),
            **kwargs,
        )


class BudgetView(VisibleBudgets, DetailView[Budget]):
    """One budget: spent, forecast, and its alerts."""

    live_topics = ("budgets",)
    template_name = "insights/budget.html"
    permission_required = "insights.view_budget"
    context_object_name = "budget"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        alerts = self.object.alerts.with_overtaken().prefetch_related("notices")
        return super().get_context_data(alerts=alerts, **kwargs)


class ChangeBudgetView(VisibleBudgets, UpdateView[Budget, BudgetForm]):
    """The form to change a budget."""

    template_name = "insights/budget_form.html"
    form_class = BudgetForm
    permission_required = ("insights.view_budget", "insights.change_budget")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.request.user}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        return super().get_context_data(
            keys=[*services(user), *tags(user), *teams(user)],
            channels=configured_channels().values(),
            emails_are_printed=emails_are_printed(),
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "test" in request.POST:
            return self.send_test_alert()
        # The form locks the row that it checks the version of.
        with transaction.atomic():
            return super().post(request, *args, **kwargs)

    def send_test_alert(self) -> HttpResponse:
        """Send a test to each place that its alerts go to; keep what is filled in."""
        self.object = self.get_object()
        form, tests, wrong = self.get_form(), list[Notice](), list[str]()
        field = form["recipients"]
        try:
            recipients = field.field.clean(field.value())
        except ValidationError as error:
            wrong = error.messages
        else:
            channels = channels_for(recipients).values()
            tests = send_tests(channels, timezone.now(), self.request, recipients)
        has_failed = not tests or any(one.error for one in tests)
        context = self.get_context_data(form=form, is_test=True, has_failed=has_failed)
        return self.render_to_response(context | {"tests": tests, "wrong": wrong})

    def form_valid(self, form: BudgetForm) -> HttpResponse:
        budget = form.store(timezone.now(), self.request)
        messages.success(self.request, f"Budget {budget.name} saved.")
        return redirect(budget)

    def form_invalid(self, form: BudgetForm) -> HttpResponse:
        status = REFUSED if form.is_stale else None
        return self.render_to_response(self.get_context_data(form=form), status=status)


class AddBudgetView(ChangeBudgetView):
    """The form to add a budget."""

    permission_required = ("insights.view_budget", "insights.add_budget")

    def get_object(self, queryset: QuerySet[Budget] | None = None) -> Budget:
        return Budget()


class DeleteBudgetView(VisibleBudgets, DeleteView[Budget, Any]):
    """Confirm, and delete the budget with its alerts."""

    template_name = "insights/budget_delete.html"
    permission_required = ("insights.view_budget", "insights.delete_budget")
    context_object_name = "budget"

    def form_valid(self, form: Any) -> HttpResponse:
        messages.success(self.request, f"Budget {self.object} deleted.")
        delete_budget(self.object, self.request)
        return redirect("budgets")
