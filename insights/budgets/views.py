"""Budgets on pages: their status, and the forms to add, change and delete them."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.generic import DeleteView, DetailView, UpdateView
from django_filters.views import FilterView

from clouds.models import CloudAccount
from core.pages import ListPages
from costs.models import DailyCost
from insights.budgets.changes import delete_budget
from insights.budgets.filters import BudgetFilter
from insights.budgets.forms import BudgetForm
from insights.models import Budget
from insights.status_views import REFUSED


class VisibleBudgets(PermissionRequiredMixin):
    """Only budgets that the user may see."""

    request: Any

    def get_queryset(self) -> QuerySet[Budget]:
        rows = Budget.objects.visible_to(self.request.user)
        return rows.select_related("account", "created_by", "owner")


class BudgetListView(VisibleBudgets, FilterView):
    """All budgets and their status this month."""

    template_name = "insights/budgets.html"
    permission_required = "insights.view_budget"
    filterset_class = BudgetFilter
    paginate_by = 25
    paginator_class = ListPages

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            scopes=Budget.Scope.choices,
            accounts=CloudAccount.objects.visible_to(self.request.user),
            **kwargs,
        )


class BudgetView(VisibleBudgets, DetailView[Budget]):
    """One budget: spent, forecast, and its alerts."""

    template_name = "insights/budget.html"
    permission_required = "insights.view_budget"
    context_object_name = "budget"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        alerts = self.object.alerts.prefetch_related("notices")
        return super().get_context_data(alerts=alerts, **kwargs)


class ChangeBudgetView(VisibleBudgets, UpdateView[Budget, BudgetForm]):
    """The form to change a budget."""

    template_name = "insights/budget_form.html"
    form_class = BudgetForm
    permission_required = ("insights.view_budget", "insights.change_budget")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.request.user}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        seen = DailyCost.objects.counted().visible_to(self.request.user)
        services = seen.order_by("service").values_list("service", flat=True)
        return super().get_context_data(services=services.distinct(), **kwargs)

    # The form locks the row that it checks the version of.
    @method_decorator(transaction.atomic)
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().post(request, *args, **kwargs)

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
