"""The admin of incidents."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from core.admin.columns import (
    LINE_BREAK,
    NOTHING,
    label,
    list_url,
    moment,
    text_link,
)
from syncs.models import Incident, SyncRun
from users.audited_admin import ACCOUNT, DropdownFilter, ReadOnlyAdmin, page


class State(DropdownFilter):
    title = "state"
    parameter_name = "state"

    def lookups(
        self, request: HttpRequest, model_admin: object
    ) -> list[tuple[str, str]]:
        return [("open", "Open"), ("closed", "Closed")]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Incident]
    ) -> QuerySet[Incident]:
        if self.value() not in ("open", "closed"):
            return queryset
        return queryset.filter(closed_at__isnull=self.value() == "open")


@admin.display(description="state", ordering="closed_at")
def state(incident: Incident) -> SafeString:
    return label("closed", "success") if incident.closed_at else label("open", "danger")


@admin.display(description="problem")
def in_short(incident: Incident) -> str:
    return Truncator(incident.sentence).chars(90)


@admin.display(description="runs")
def runs(incident: Incident) -> SafeString:
    lookups = {
        "account__id__exact": incident.account_id,
        "dataset__exact": incident.dataset,
    }
    return text_link(list_url(SyncRun, **lookups), "Sync runs")


@admin.display(description="notices")
def notices(incident: Incident) -> SafeString:
    lines = (
        (
            reverse("admin:alerts_notice_change", args=[one.pk]),
            one.channel,
            f"{one.sent_at:%Y-%m-%d %H:%M} UTC" if one.sent_at else "not sent yet",
        )
        for one in incident.notices.all()
    )
    link = '<a href="{}" class="text-link">{}</a>: {}'
    return format_html_join(LINE_BREAK, link, lines) or NOTHING


@admin.register(Incident)
class IncidentAdmin(ReadOnlyAdmin[Incident]):
    list_display = (
        moment("opened_at"),
        ACCOUNT,
        "dataset",
        state,
        in_short,
        moment("closed_at"),
    )
    list_filter = (State, "account", "dataset")
    search_fields = ("account__name", "account__account_id", "sentence")
    search_help_text = "Part of an account's name or id, or of the problem."
    date_hierarchy = "opened_at"
    ordering = ("-opened_at", "-id")
    fields = page(
        ("account", "dataset", state),
        "sentence",
        (moment("opened_at"), moment("closed_at")),
        runs,
        notices,
    )
