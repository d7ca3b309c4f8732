"""The admin of what checks found. Only a check writes it."""

from django.contrib import admin

from core.admin.columns import figure, moment
from monitoring.models import HealthPeriod
from users.audited_admin import ACCOUNT, ReadOnlyAdmin, page

COUNTS = ("checks", "degraded", "down")


@admin.register(HealthPeriod)
class HealthPeriodAdmin(ReadOnlyAdmin[HealthPeriod]):
    list_display = (
        *(moment("starts_at"), "component", ACCOUNT, "grain", "state", *COUNTS),
        *(figure(HealthPeriod, "response_ms"), "message"),
    )
    list_filter = (*("grain", "state", "component"), "account", "starts_at")
    search_fields = ("component", "message")
    ordering = ("-grain", "-starts_at", "-id")
    fields = page(
        *(("component", ACCOUNT), ("grain", moment("starts_at")), ("state", *COUNTS)),
        tuple(
            figure(HealthPeriod, name) for name in ("response_ms", "max_response_ms")
        ),
        *(("message", moment("checked_at")),),
    )
