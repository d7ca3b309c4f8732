"""The admin of budgets, and of the thresholds that they passed."""

from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils import timezone
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter

from insights.budgeting import count
from insights.forms import BudgetForm
from insights.models import Budget, BudgetAlert
from insights.moves import Stale
from syncs.columns import amount, day, linked, moment
from syncs.readonly import Admin, ReadOnlyAdmin


@admin.register(Budget)
class BudgetAdmin(Admin[Budget]):
    list_display = (
        "name",
        "scope",
        linked("account", ordering="account__name"),
        "key",
        amount("amount"),
        amount("spent"),
        amount("forecasted"),
        day("spent_until"),
    )
    list_select_related = ("account",)
    list_filter = (
        ("account", AutocompleteSelectFilter),
        ("scope", ChoicesDropdownFilter),
    )
    search_fields = ("name", "key")
    ordering = ("name", "id")
    fields = (
        *("name", "scope", "account", "key", "amount", "currency"),
        *("actual_percents", "forecasted_percents", "version"),
    )

    def get_form(
        self,
        request: HttpRequest,
        obj: Budget | None = None,
        change: bool = False,
        **kwargs: Any,
    ) -> Any:
        """The form of the pages, for this user: it limits the accounts to choose."""

        class OwnForm(BudgetForm):
            def __init__(self, *args: Any, **more: Any) -> None:
                super().__init__(request.user, *args, **more)

        return super().get_form(request, obj, change, **{**kwargs, "form": OwnForm})

    def save_model(
        self, request: HttpRequest, obj: Budget, form: Any, change: bool
    ) -> None:
        now = timezone.now()
        try:
            count(form.keep(cast("User", request.user), now), now)
        except Stale as error:
            messages.error(request, str(error))


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
