"""The admin of budgets and of their alerts."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from core.admin.columns import amount, day, linked, moment
from insights.admin_columns import ACCOUNT, OF_ACCOUNT, choices
from insights.budgets.changes import delete_budget
from insights.budgets.forms import BudgetForm
from insights.models import Budget, BudgetAlert
from insights.status_admin import AuditedAdmin
from users.audited_admin import ReadOnlyAdmin


@admin.register(Budget)
class BudgetAdmin(AuditedAdmin[Budget]):
    list_display = (
        "name",
        "scope",
        ACCOUNT,
        "key",
        amount("amount"),
        amount("spent"),
        amount("forecasted"),
        day("spent_until"),
    )
    list_select_related = ("account",)
    list_filter = (OF_ACCOUNT, *choices("scope"))
    search_fields = ("name", "key")
    ordering = ("name", "id")
    fields = (
        *("name", "scope", "account", "key", "amount", "currency"),
        *("actual_percents", "forecasted_percents", "recipients", "version"),
    )

    def get_form(
        self,
        request: HttpRequest,
        obj: Budget | None = None,
        change: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Return the form of the pages, for this user: it limits the accounts."""

        class OwnForm(BudgetForm):
            def __init__(self, *args: Any, **more: Any) -> None:
                super().__init__(request.user, *args, **more)

        return super().get_form(request, obj, change, **{**kwargs, "form": OwnForm})

    def save_model(
        self, request: HttpRequest, obj: Budget, form: Any, change: bool
    ) -> None:
        form.store(timezone.now(), request)

    def delete_model(self, request: HttpRequest, obj: Budget) -> None:
        delete_budget(obj, request)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Budget]) -> None:
        for budget in queryset:
            delete_budget(budget, request)


@admin.register(BudgetAlert)
class BudgetAlertAdmin(ReadOnlyAdmin[BudgetAlert]):
    list_display = (
        linked("budget", ordering="budget__name"),
        day("period"),
        "kind",
        "threshold",
        amount("amount", "budget.currency"),
        moment("at"),
    )
    list_select_related = ("budget",)
    list_filter = (("kind", ChoicesDropdownFilter),)
    search_fields = ("budget__name",)
    ordering = ("-at", "-id")
