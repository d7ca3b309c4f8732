"""The admin of insights: of each subject, and of refreshes."""

from django.contrib import admin
from django.utils.safestring import SafeString

from core.admin.columns import label, moment
from insights.advice import admin as advice
from insights.anomalies import admin as anomalies
from insights.budgets import admin as budgets
from insights.feedback import admin as feedback
from insights.forecasts import admin as forecasts
from insights.labels import admin as labels
from insights.models import RefreshState
from insights.owners import admin as owners
from insights.planned_changes import admin as planned_changes
from insights.recommendations import admin as recommendations
from insights.remediation import admin as remediation
from users.audited_admin import ReadOnlyAdmin

# Django finds the admin of each subject here.
__all__ = [
    "advice",
    "anomalies",
    "budgets",
    "feedback",
    "forecasts",
    "owners",
    "planned_changes",
    "recommendations",
    "remediation",
    "labels",
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
    list_filter = ("account",)
    search_fields = ("account__name", "account__account_id")
    ordering = ("account__name", "id")
