"""The admin of what is measured: its series, which can be deleted with their points."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from core.admin.columns import moment
from monitoring.models import MetricSeries
from users.audited_admin import UnlimitedUsersAdmin, never, page


@admin.register(MetricSeries)
class MetricSeriesAdmin(UnlimitedUsersAdmin[MetricSeries]):
    list_display = ("name", "label_text", "unit", moment("changed_at"))
    search_fields = ("name",)
    search_help_text = "Part of the name."
    ordering = ("name", "id")
    fields = page(
        "name", "labels", "unit", (moment("created_at"), moment("changed_at"))
    )
    has_change_permission = never

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Name the series alone: their points are thousands each."""
        return [str(one) for one in objs], {"metric series": len(objs)}, set(), []
