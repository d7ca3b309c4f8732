"""The admin of scans and findings, which `manage.py scan` writes."""

from django.contrib import admin

from core.admin.columns import moment
from monitoring.scans.models import Finding, Scan
from users.audited_admin import ReadOnlyAdmin


@admin.register(Scan)
class ScanAdmin(ReadOnlyAdmin[Scan]):
    list_display = (
        *(moment("started_at"), "version", "new", "fixed"),
        *("critical", "high", "medium", "low"),
    )
    date_hierarchy = "started_at"
    ordering = ("-started_at", "-id")


@admin.register(Finding)
class FindingAdmin(ReadOnlyAdmin[Finding]):
    list_display = (
        *("rule", "severity", "message", "path", "scanner"),
        *(moment("first_seen_at"), moment("last_seen_at"), moment("fixed_at")),
        "suppressed_until",
    )
    list_filter = ("severity", ("scanner", admin.AllValuesFieldListFilter))
    search_fields = ("rule", "message", "path")
    search_help_text = "Part of a rule, a message or a path."
    ordering = ("-first_seen_at", "-id")
