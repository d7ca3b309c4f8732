"""The admin of what happened to the demo company; it is changed on its page."""

from django.contrib import admin

from clouds.models import DemoEvent
from core.admin.columns import moment
from users.audited_admin import ACCOUNT, ReadOnlyAdmin, page


@admin.register(DemoEvent)
class DemoEventAdmin(ReadOnlyAdmin[DemoEvent]):
    list_display = (
        *(moment("at"), "kind", ACCOUNT),
        *("what", "place", "target", "factor", "days"),
    )
    list_filter = ("account", "kind", "at")
    search_fields = ("what", "place", "target", "account__name")
    search_help_text = "Part of a resource, service, place, type or account's name."
    ordering = ("-at", "-id")
    fields = page(
        (moment("at"), "kind"),
        ("account", "what"),
        ("place", "target"),
        ("factor", "days"),
    )
