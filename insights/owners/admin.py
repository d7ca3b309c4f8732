"""The admin of the rules of owners."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from insights.models import OwnerRule
from insights.owners.refresh import refresh_owners
from users.audited_admin import UnlimitedUsersAdmin


@admin.register(OwnerRule)
class OwnerRuleAdmin(UnlimitedUsersAdmin[OwnerRule]):
    """Each change of a rule gives everything to its owner at once."""

    list_display = ("position", "conditions", "owner")
    list_display_links = ("conditions",)
    list_select_related = ("owner", "account", "team")
    search_fields = ("owner__username", "account__name", "team__name", "tag_key")
    autocomplete_fields = ("owner", "account", "team")
    ordering = ("position", "id")
    fieldsets = (
        (None, {"fields": (("position", "owner"),)}),
        (
            "Conditions",
            {
                "fields": ("account", "team", ("tag_key", "tag_value")),
                "description": "All that are given must be met.",
            },
        ),
    )

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Any, change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        refresh_owners(timezone.now())

    def delete_model(self, request: HttpRequest, obj: OwnerRule) -> None:
        super().delete_model(request, obj)
        refresh_owners(timezone.now())

    def delete_queryset(
        self, request: HttpRequest, queryset: QuerySet[OwnerRule]
    ) -> None:
        super().delete_queryset(request, queryset)
        refresh_owners(timezone.now())
