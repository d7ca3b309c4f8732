"""Budgets on pages: how each stands, and the forms that make, change and delete it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.generic import CreateView, DeleteView, DetailView, UpdateView
from django_filters.views import FilterView

from costs.models import DailyCost
from insights.budgeting import count
from insights.filters import BudgetFilter
from insights.forms import BudgetForm
from insights.models import Budget
from insights.moves import Stale
from insights.status_views import REFUSED
from people.audit import record
from people.changes import changes_of
from syncs.models import CloudAccount

FORM = "insights/budget_form.html"


class SeenBudgets(PermissionRequiredMixin):
    """Only budgets of accounts that the user may see."""

    request: Any

    def get_queryset(self) -> QuerySet[Budget]:
        rows = Budget.objects.seen_by(self.request.user)
        return rows.select_related("account", "created_by")


class BudgetListView(SeenBudgets, FilterView):
    """Every budget and how it stands this month."""

    template_name = "insights/budgets.html"
    permission_required = "insights.view_budget"
    filterset_class = BudgetFilter
    paginate_by = 25

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            scopes=Budget.Scope.choices,
            accounts=CloudAccount.objects.seen_by(self.request.user),
            **kwargs,
        )


class BudgetView(SeenBudgets, DetailView[Budget]):
    """One budget: what is spent, what will be, and who was told when."""

    template_name = "insights/budget.html"
    permission_required = "insights.view_budget"
    context_object_name = "budget"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        alerts = self.object.alerts.prefetch_related("notices")
        return super().get_context_data(alerts=alerts, **kwargs)


class BudgetFormView(SeenBudgets):
    """What the forms of a new and of a stored budget share."""

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs: dict[str, Any] = super().get_form_kwargs()  # type: ignore[misc]
        return {**kwargs, "user": self.request.user}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        seen = DailyCost.objects.counted().seen_by(self.request.user)
        services = seen.order_by("service").values_list("service", flat=True)
        context: dict[str, Any] = super().get_context_data(  # type: ignore[misc]
            services=services.distinct(), **kwargs
        )
        return context

    def form_valid(self, form: BudgetForm) -> HttpResponse:
        assert isinstance(self.request.user, User)  # noqa: S101 - for the type checker
        is_new, now = form.instance.pk is None, timezone.now()
        try:
            budget = form.keep(self.request.user, now)
        except Stale as error:
            form.add_error(None, str(error))
            return self.render_to_response(  # type: ignore[attr-defined]
                self.get_context_data(form=form), status=REFUSED
            )
        count(budget, now)
        action = "budget.add" if is_new else "budget.change"
        details: dict[str, Any] = {**changes_of(form, is_new=is_new)}
        record(self.request, action, budget, **details)
        messages.success(self.request, f"Budget {budget.name} is kept.")
        return redirect(budget)


class AddBudgetView(BudgetFormView, CreateView[Budget, BudgetForm]):
    template_name = FORM
    form_class = BudgetForm
    permission_required = ("insights.view_budget", "insights.add_budget")


class ChangeBudgetView(BudgetFormView, UpdateView[Budget, BudgetForm]):
    template_name = FORM
    form_class = BudgetForm
    permission_required = ("insights.view_budget", "insights.change_budget")


class DeleteBudgetView(SeenBudgets, DeleteView[Budget, Any]):
    """Asks once, and deletes the budget with its alerts."""

    template_name = "insights/budget_delete.html"
    permission_required = ("insights.view_budget", "insights.delete_budget")
    context_object_name = "budget"

    def form_valid(self, form: Any) -> HttpResponse:
        record(self.request, "budget.delete", self.object)
        messages.success(self.request, f"Budget {self.object} is deleted.")
        return super().form_valid(form)

    def get_success_url(self) -> str:
        return reverse("budgets")
