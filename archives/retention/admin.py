"""The admin of runs of retention."""

from django.contrib import admin

from archives.retention.models import RetentionRun
from users.audited_admin import ReadOnlyAdmin, UnlimitedUsersAdmin


@admin.register(RetentionRun)
class RetentionRunAdmin(ReadOnlyAdmin[RetentionRun], UnlimitedUsersAdmin[RetentionRun]):
    list_display = (
        *("asked_at", "asked_by", "status", "months", "rows"),
        *("size_bytes", "expired", "error"),
    )
    list_filter = ("status",)
    search_fields = ("asked_by", "error")
    date_hierarchy = "asked_at"
