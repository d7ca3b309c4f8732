"""The admin of teams and of the rules that tell what they pay."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import TabularInline

from clouds.versions import bump_shared_version
from core.admin.columns import day
from costs.allocation.changes import TEAMS, save_rule
from costs.allocation.forms import SharesFormSet, TeamRuleForm
from costs.models import Team, TeamRule, TeamShare
from users.audited_admin import FollowedAdmin, M


class AllocationAdmin(FollowedAdmin[M]):
    """Each change makes stored answers stale."""

    def follow(self) -> None:
        bump_shared_version(TEAMS)


@admin.register(Team)
class TeamAdmin(AllocationAdmin[Team]):
    list_display = ("name", "description")
    search_fields = ("name", "description")
    ordering = ("name",)


class ShareInline(TabularInline):  # type: ignore[misc]
    """Which team pays which part; together 100%."""

    model = TeamShare
    formset = SharesFormSet
    autocomplete_fields = ("team",)
    extra = 1
    hide_title = True


@admin.register(TeamRule)
class TeamRuleAdmin(AllocationAdmin[TeamRule]):
    user_form = TeamRuleForm
    records_changes = False  # save_rule does
    form = TeamRuleForm
    inlines = (ShareInline,)
    list_display = (
        "position",
        "name",
        "given_to",
        day("valid_from"),
        day("valid_until"),
    )
    list_display_links = ("name",)
    search_fields = ("name", "shares__team__name")
    ordering = ("position", "id")
    fieldsets = (
        (None, {"fields": (("name", "position"), ("valid_from", "valid_until"))}),
        (
            "Conditions",
            {
                "fields": (
                    *("accounts", "sub_accounts", "services", "resource_groups"),
                    ("tag_key", "tag_values"),
                ),
                "description": "All must be met, each by one of its values. A rule "
                "without conditions matches everything that no rule before it does.",
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[TeamRule]:
        return super().get_queryset(request).prefetch_related("shares__team")

    @admin.display(description="teams")
    def given_to(self, rule: TeamRule) -> str:
        return ", ".join(map(str, rule.shares.all()))

    def save_model(
        self, request: HttpRequest, obj: TeamRule, form: Any, change: bool
    ) -> None:
        """Leave it to save_related, which knows the shares too."""

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Any, change: bool
    ) -> None:
        save_rule(form.instance, formsets[0].shares(), request)

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> list[dict[str, Any]]:
        """Return none: the audit log has what changed."""
        return []
