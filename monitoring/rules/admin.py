"""The admin of the rules that alert, and of what broke them."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminSelectWidget

from alerts.channels import configured_channels
from core.admin.columns import linked, moment
from monitoring.models import AlertRule, Breach
from users.audited_admin import ReadOnlyAdmin, UnlimitedUsersAdmin, page


@admin.register(AlertRule)
class AlertRuleAdmin(UnlimitedUsersAdmin[AlertRule]):
    list_display = (
        *("name", "kind", "subject", "threshold", "for_minutes"),
        *("severity", "channel", "is_enabled"),
    )
    list_filter = ("kind", "severity", "is_enabled")
    search_fields = ("name", "subject")
    search_help_text = "Part of the name, metric or component."
    ordering = ("name",)
    fieldsets = (
        (None, {"fields": (("name", "is_enabled"),)}),
        ("When", {"fields": (("kind", "subject"), "labels", "threshold")}),
        ("Tell", {"fields": (("for_minutes", "severity"), "channel")}),
    )

    def formfield_for_dbfield(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name == "channel":
            names = [(name, name) for name in configured_channels()]
            choices = [("", "As routes say"), *names]
            kwargs["widget"] = UnfoldAdminSelectWidget(choices=choices)
        return super().formfield_for_dbfield(db_field, request, **kwargs)


@admin.register(Breach)
class BreachAdmin(ReadOnlyAdmin[Breach]):
    list_display = (
        *(moment("since"), "rule", "subject"),
        *(moment("notified_at"), moment("ended_at")),
    )
    list_filter = (("ended_at", admin.EmptyFieldListFilter),)
    search_fields = ("rule__name", "subject", "sentence")
    search_help_text = "Part of the rule, subject or sentence."
    date_hierarchy = "since"
    ordering = ("-since", "-id")
    fields = page(
        (linked("rule", ordering="rule__name"), "subject"),
        "sentence",
        (moment("since"), moment("seen_at")),
        (moment("notified_at"), moment("ended_at")),
    )
