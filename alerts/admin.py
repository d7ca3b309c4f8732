"""The admin of notices, routes and snoozes."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from alerts.models import Notice, Route, Severity, Snooze
from core.admin.columns import change_link, label, moment
from users.audited_admin import ACCOUNT, DropdownFilter, ReadOnlyAdmin, page

SEVERITY_KINDS: dict[str, str] = {
    Severity.INFO: "info",
    Severity.WARNING: "warning",
    Severity.CRITICAL: "danger",
}


class Delivery(DropdownFilter):
    title = "delivery"
    parameter_name = "delivery"
    lookups_of = {
        "sent": {"sent_at__isnull": False},
        "waiting": {
            "sent_at__isnull": True,
            "failed_at__isnull": True,
            "due_at__isnull": False,
        },
        "failed": {"sent_at__isnull": True, "failed_at__isnull": False},
    }

    def lookups(
        self, request: HttpRequest, model_admin: object
    ) -> list[tuple[str, str]]:
        return [(name, name.capitalize()) for name in self.lookups_of]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Notice]
    ) -> QuerySet[Notice]:
        return queryset.filter(**self.lookups_of.get(self.value() or "", {}))


@admin.display(description="severity", ordering="severity")
def severity(notice: Notice) -> SafeString:
    return label(notice.get_severity_display(), SEVERITY_KINDS[notice.severity])


@admin.display(description="about")
def about(notice: Notice) -> SafeString:
    return change_link(notice.about)


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin[Notice]):
    list_display = (
        moment("created_at"),
        severity,
        "subject",
        "channel",
        moment("sent_at"),
        moment("failed_at"),
        "attempts",
    )
    list_filter = (
        Delivery,
        ("channel", admin.AllValuesFieldListFilter),
        "topic",
        "severity",
    )
    search_fields = ("subject", "text")
    search_help_text = "Part of the subject or text."
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-id")
    fields = page(
        ("channel", "topic", severity),
        "subject",
        "text",
        "cause",
        (about, ACCOUNT),
        (moment("created_at"), moment("due_at")),
        (moment("sent_at"), moment("sending_since"), "attempts"),
        (moment("failed_at"), "error"),
        (moment("acknowledged_at"), "acknowledged_by"),
    )


@admin.register(Route)
class RouteAdmin(ReadOnlyAdmin[Route]):
    """Routes are added and removed on the page of alerts."""

    list_display = ("channel", "sentence", moment("created_at"))
    list_select_related = ("account",)
    list_filter = ("topic",)
    search_fields = ("channel", "team", "tag_key", "account__name")
    ordering = ("channel", "id")


@admin.register(Snooze)
class SnoozeAdmin(ReadOnlyAdmin[Snooze]):
    list_display = ("subject", moment("until"), "user_name", moment("created_at"))
    search_fields = ("subject", "user_name")
    ordering = ("until", "id")
