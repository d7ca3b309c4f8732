"""The admin of backups. Only `backup`, `verify_backup` and the scheduler write them."""

from django.contrib import admin

from archives.models import Backup
from core.admin.columns import moment
from users.audited_admin import ReadOnlyAdmin, UnlimitedUsersAdmin, page

PROOF = (moment("verified_at"), "verification_seconds")


@admin.register(Backup)
class BackupAdmin(ReadOnlyAdmin[Backup], UnlimitedUsersAdmin[Backup]):
    list_display = (
        *(moment("made_at"), "state", "rows", "size_bytes", moment("verified_at")),
        *("name", "place"),
    )
    list_filter = ("state", ("vendor", admin.AllValuesFieldListFilter))
    search_fields = ("name", "place", "error")
    ordering = ("-made_at", "-id")
    fields = page(
        *("name", "place", ("state", moment("planned_for"), "attempts", "by")),
        (moment("made_at"), moment("finished_at")),
        *(("vendor", "server_version"), ("rows", "size_bytes", "key_id"), "sha256"),
        *("error", PROOF, "verification_error"),
    )
