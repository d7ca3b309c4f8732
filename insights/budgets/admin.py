"""The admin of budgets and of their alerts."""

from typing import Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from core.admin.columns import amount, day, linked, moment
from insights.budgets.changes import delete_budget
from insights.budgets.forms import BudgetForm
from insights.models import Budget, BudgetAlert
from insights.status_admin import AuditedAdmin
from users.audited_admin import ACCOUNT, ReadOnlyAdmin


@admin.register(Budget)
class BudgetAdmin(AuditedAdmin[Budget]):
    user_form = BudgetForm
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
    list_filter = ("account", "scope")
    search_fields = ("name", "key")
    ordering = ("name", "id")
    fields = (
        *("name", "scope", "account", "key", "amount", "currency"),
        *("actual_percents", "forecasted_percents", "recipients", "version"),
    )

    def save_model(
        self, request: HttpRequest, obj: Budget, form: Any, change: bool
    ) -> None:
        form.store(timezone.now(), request)

    def delete_model(self, request: HttpRequest, obj: Budget) -> None:
        delete_budget(obj, request)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Budget]) -> None:
        for budget in queryset:
            delete_budget(budget, request)


PERIOD = day("period")


@admin.register(BudgetAlert)
class BudgetAlertAdmin(ReadOnlyAdmin[BudgetAlert]):
    list_display = (
        linked("budget", ordering="budget__name"),
        PERIOD,
        "kind",
        "threshold",
        amount("amount", "budget.currency"),
        moment("at"),
    )
    list_display_links = (cast("str", PERIOD),)
    list_filter = ("kind",)
    search_fields = ("budget__name",)
    ordering = ("-at", "-id")
