"""The admin of the rules of owners."""

from django.contrib import admin
from django.utils import timezone

from insights.models import OwnerRule
from insights.owners.refresh import refresh_owners
from users.audited_admin import FollowedAdmin


@admin.register(OwnerRule)
class OwnerRuleAdmin(FollowedAdmin[OwnerRule]):
    """Each change of a rule gives everything to its owner at once."""

    list_display = ("position", "conditions", "owner")
    list_display_links = ("conditions",)
    list_select_related = ("account", "team")
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

    def follow(self) -> None:
        refresh_owners(timezone.now())
