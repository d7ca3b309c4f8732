"""The admin of judged alarms and of what was learned from them."""

from django.contrib import admin

from core.admin.columns import linked, moment
from insights.models import Calibration, Judgment
from users.audited_admin import ReadOnlyAdmin


@admin.register(Judgment)
class JudgmentAdmin(ReadOnlyAdmin[Judgment]):
    list_display = (
        linked("anomaly", ordering="anomaly"),
        "is_right",
        "source",
        "quality",
        "user_name",
        moment("judged_at"),
    )
    list_select_related = ("anomaly__account", "anomaly__resource")
    list_filter = ("is_right", "source")
    search_fields = ("user_name", "anomaly__service")
    ordering = ("-judged_at", "-id")


@admin.register(Calibration)
class CalibrationAdmin(ReadOnlyAdmin[Calibration]):
    list_display = (
        "scope",
        "judged",
        "precision_before",
        "precision_after",
        "recall",
        "least_deviation",
        moment("calibrated_at"),
    )
    ordering = ("scope",)
