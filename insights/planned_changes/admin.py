"""The admin of planned changes, which the page writes."""

from django.contrib import admin

from core.admin.columns import day
from insights.models import PlannedChange
from users.audited_admin import ACCOUNT, ReadOnlyAdmin


@admin.register(PlannedChange)
class PlannedChangeAdmin(ReadOnlyAdmin[PlannedChange]):
    list_display = (
        *("name", ACCOUNT, "service", "region"),
        *(day("first_day"), day("last_day"), "created_by"),
    )
    list_filter = ("account",)
    search_fields = ("name", "service")
    ordering = ("-first_day", "-id")
