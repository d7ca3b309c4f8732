"""The admin of insights: of each subject, of list prices and of refreshes."""

from django.contrib import admin
from django.utils.safestring import SafeString

from core.admin.columns import label, moment
from insights.admin_columns import OF_ACCOUNT
from insights.anomalies.admin import AnomalyAdmin
from insights.budgets.admin import BudgetAdmin, BudgetAlertAdmin
from insights.forecasts.admin import ForecastAdmin
from insights.models import RefreshState
from insights.recommendations.admin import (
    FeedbackAdmin,
    RecommendationAdmin,
    VerificationAdmin,
)
from users.audited_admin import ReadOnlyAdmin

__all__ = [
    "AnomalyAdmin",
    "BudgetAdmin",
    "BudgetAlertAdmin",
    "FeedbackAdmin",
    "ForecastAdmin",
    "RecommendationAdmin",
    "VerificationAdmin",
]


@admin.display(description="state", ordering="error")
def state(row: RefreshState) -> SafeString:
    return label("failed", "danger") if row.error else label("good", "success")


@admin.register(RefreshState)
class RefreshStateAdmin(ReadOnlyAdmin[RefreshState]):
    list_display = (
        "__str__",
        state,
        moment("refreshed_at"),
        moment("tried_at"),
        "seconds",
    )
    list_select_related = ("account",)
    list_filter = (OF_ACCOUNT,)
    search_fields = ("account__name", "account__account_id")
    ordering = ("account__name", "id")
