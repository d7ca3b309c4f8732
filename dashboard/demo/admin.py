"""The admin of what happened to the demo company; it is changed on its page."""

from django.contrib import admin
from unfold.contrib.filters.admin import AutocompleteSelectFilter, RangeDateTimeFilter

from clouds.models import DemoEvent
from core.admin.columns import linked, moment
from users.audited_admin import ReadOnlyAdmin, page


@admin.register(DemoEvent)
class DemoEventAdmin(ReadOnlyAdmin[DemoEvent]):
    list_display = (
        *(moment("at"), "kind", linked("account", ordering="account__name")),
        *("what", "place", "target", "factor", "days"),
    )
    list_select_related = ("account",)
    list_filter = (
        ("account", AutocompleteSelectFilter),
        "kind",
        ("at", RangeDateTimeFilter),
    )
    search_fields = ("what", "place", "target", "account__name")
    search_help_text = "Part of a resource, service, place, type or account's name."
    ordering = ("-at", "-id")
    fields = page(
        (moment("at"), "kind"),
        ("account", "what"),
        ("place", "target"),
        ("factor", "days"),
    )
