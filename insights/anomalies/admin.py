"""The admin of anomalies: computed, but for their status."""

from django.contrib import admin

from core.admin.columns import amount, day
from insights.models import Anomaly, AnomalyChange
from insights.status_admin import ChangeInline, StatusAdmin
from users.audited_admin import ACCOUNT


class AnomalyChangeInline(ChangeInline):
    model = AnomalyChange


@admin.register(Anomaly)
class AnomalyAdmin(StatusAdmin):
    list_display = (
        "title",
        ACCOUNT,
        "severity",
        day("first_day"),
        day("last_day"),
        amount("impact"),
        "status",
    )
    list_select_related = ("resource",)
    list_filter = (
        *("account", "scope", "kind", "severity"),
        *("status", "first_day", "is_over"),
    )
    search_fields = (
        *("service", "region", "tag_key", "tag_value"),
        *("resource__name", "account__name"),
    )
    ordering = ("-first_day", "-id")
    inlines = (AnomalyChangeInline,)
    computed = (
        ("title", ACCOUNT, "scope"),
        ("first_day", "last_day", "is_over"),
        ("peak_day", amount("actual", "unit"), amount("expected", "unit")),
        (amount("low", "unit"), amount("high", "unit")),
        (amount("impact"), "severity", "confidence"),
        ("recall", "false_per_month", "detected_at"),
    )
