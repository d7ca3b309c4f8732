"""Saved views in the admin: each user's own."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from users.audited_admin import Admin, always
from users.models import SavedView


@admin.display(description="address", ordering="address")
def opens(view: SavedView) -> SafeString:
    return format_html('<a href="{}">{}</a>', view.address, view.address)


@admin.register(SavedView)
class SavedViewAdmin(Admin[SavedView]):
    """A user's own views, for every user of the admin; nobody sees those of others."""

    list_display = ("name", opens, "is_shared")
    list_filter = ("is_shared",)
    search_fields = ("name", "address")
    search_help_text = "Search by name or address."
    ordering = ("name", "id")
    fields = ("name", "address", "is_shared")
    has_module_permission = has_view_permission = has_add_permission = always
    has_change_permission = has_delete_permission = always

    def get_queryset(self, request: HttpRequest) -> QuerySet[SavedView]:
        return super().get_queryset(request).filter(user=request.user.pk)

    def save_model(
        self, request: HttpRequest, obj: SavedView, form: Any, change: bool
    ) -> None:
        assert isinstance(request.user, User)  # noqa: S101 - for the type checker
        obj.user = request.user
        super().save_model(request, obj, form, change)


def save_this_page(request: HttpRequest) -> str:
    """Return the address of the form that saves the current page."""
    add = reverse("admin:users_savedview_add")
    if request.path.startswith(reverse("admin:users_savedview_changelist")):
        return add
    return f"{add}?{urlencode({'address': request.get_full_path()})}"
