"""The admin of anomalies: computed, but for their status."""

from django.contrib import admin
from unfold.contrib.filters.admin import BooleanRadioFilter, RangeDateFilter

from core.admin.columns import amount, day
from insights.admin_columns import ACCOUNT, OF_ACCOUNT, choices
from insights.models import Anomaly, AnomalyChange
from insights.status_admin import ChangeInline, StatusAdmin


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
    list_select_related = ("account", "resource")
    list_filter = (
        OF_ACCOUNT,
        *choices("scope", "kind", "severity", "status"),
        ("first_day", RangeDateFilter),
        ("is_over", BooleanRadioFilter),
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
