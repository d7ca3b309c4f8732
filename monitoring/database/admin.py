"""The admin of what queries took. Only a process that asks writes it."""

from django.contrib import admin

from core.admin.columns import figure, moment
from monitoring.models import NamedQuery, SlowQuery
from users.audited_admin import ReadOnlyAdmin, UnlimitedUsersAdmin, page

ELAPSED = figure(SlowQuery, "elapsed_ms")


@admin.register(NamedQuery)
class NamedQueryAdmin(ReadOnlyAdmin[NamedQuery], UnlimitedUsersAdmin[NamedQuery]):
    list_display = ("name", "text")
    search_fields = ("name", "text")
    ordering = ("name",)
    fields = page("name", "text")


@admin.register(SlowQuery)
class SlowQueryAdmin(ReadOnlyAdmin[SlowQuery], UnlimitedUsersAdmin[SlowQuery]):
    list_display = (moment("at"), "name", ELAPSED)
    list_filter = ("at",)
    search_fields = ("name",)
    ordering = ("-at", "-id")
    fields = page((moment("at"), "name", ELAPSED), "plan")
