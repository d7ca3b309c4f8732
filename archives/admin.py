"""The admin of archives: which months lie where. `prune` and `restore_archive` act."""

from django.contrib import admin

from archives.backup import admin as backup
from archives.models import Archive
from archives.retention import admin as retention
from users.audited_admin import ReadOnlyAdmin, UnlimitedUsersAdmin

__all__ = ["backup", "retention"]


@admin.register(Archive)
class ArchiveAdmin(ReadOnlyAdmin[Archive], UnlimitedUsersAdmin[Archive]):
    list_display = (
        "month",
        "table",
        "rows",
        "size_bytes",
        "location",
        "pruned_at",
        "pruned_by",
        "restored_at",
        "restored_by",
        "expired_at",
    )
    list_filter = ("table",)
    search_fields = ("location",)
    date_hierarchy = "month"
