"""The admin of users, roles, tokens, sign-in lock-outs and the audit log.

Users who are limited to some accounts have no access to it: they could lift their own
limit, and would read the names of other accounts.
"""

from itertools import chain
from typing import Any

from axes.models import AccessAttempt
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth import admin as auth
from django.contrib.auth.models import Group, User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.safestring import SafeString
from unfold.admin import StackedInline
from unfold.contrib.filters.admin import (
    AllValuesCheckboxFilter,
)
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from clouds.models import AccountAccess
from core.admin.autocomplete import MultiplePicker
from core.admin.columns import linked, moment, pairs
from core.api.files import table_file
from users.activity.sentences import is_change
from users.audit import record
from users.audited_admin import UnlimitedUsersAdmin, never, page
from users.models import ApiToken, AuditEntry
from users.saved_views.admin import SavedViewAdmin

__all__ = ["SavedViewAdmin"]

for model in (User, Group):
    admin.site.unregister(model)


class AccessInline(StackedInline):  # type: ignore[misc]
    """The accounts that a user may see."""

    model = AccountAccess
    fields = ("all_accounts", "accounts")
    autocomplete_fields = ("accounts",)
    extra = 0
    max_num = 1
    verbose_name = verbose_name_plural = (
        "Account access (none: no account, administrators all)"
    )

    def formfield_for_manytomany(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        kwargs["widget"] = MultiplePicker(db_field, self.admin_site)
        return super().formfield_for_manytomany(db_field, request, **kwargs)


@admin.register(User)
class UserAdmin(auth.UserAdmin[User], UnlimitedUsersAdmin[User]):  # type: ignore[misc]
    """Only a superuser creates or changes superusers."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    # All that a user needs is on the first form.
    add_fieldsets = (
        (None, {"fields": ("username", "email", "groups")}),
        ("Password", {"fields": ("usable_password", "password1", "password2")}),
    )
    # Permissions come with groups: those of single users are seen in no list.
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Name", {"fields": (("first_name", "last_name"), "email")}),
        ("Role", {"fields": ("groups", ("is_active", "is_staff", "is_superuser"))}),
        ("Dates", {"fields": (("last_login", "date_joined"),)}),
    )
    # The roles are few: two lists of them side by side are wider than the page.
    filter_horizontal = ()
    inlines = (AccessInline,)
    list_display = (
        "username",
        "email",
        "roles",
        "is_staff",
        "is_active",
        moment("last_login"),
    )
    list_filter = ("is_active", "is_staff", "is_superuser", "groups")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description="roles")
    def roles(self, user: User) -> str:
        names = ["superuser"] if user.is_superuser else []
        names += [group.name for group in user.groups.all()]
        return ", ".join(names) or "no role"

    def response_add(
        self, request: HttpRequest, obj: User, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Go to the list; Django's opens a second form, as its first lacks so much."""
        return super(auth.UserAdmin, self).response_add(request, obj, post_url_continue)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        fields = super().get_readonly_fields(request, obj)
        if request.user.is_superuser:
            return fields
        return (*fields, "is_superuser")

    def has_change_permission(
        self, request: HttpRequest, obj: User | None = None
    ) -> bool:
        return super().has_change_permission(request, obj) and _may_touch(request, obj)

    def has_delete_permission(
        self, request: HttpRequest, obj: User | None = None
    ) -> bool:
        return super().has_delete_permission(request, obj) and _may_touch(request, obj)


def _may_touch(request: HttpRequest, user: User | None) -> bool:
    return request.user.is_superuser or user is None or not user.is_superuser


@admin.register(Group)
class GroupAdmin(auth.GroupAdmin, UnlimitedUsersAdmin[Group]):
    """Roles are groups; their permissions are updated after each migration."""


@admin.display(description="accounts")
def accounts_of_token(token: ApiToken) -> str:
    if token.all_accounts:
        return "all that its user sees"
    return ", ".join(str(account) for account in token.accounts.all()) or "none"


@admin.register(ApiToken)
class ApiTokenAdmin(UnlimitedUsersAdmin[ApiToken]):
    """Tokens are created at /tokens/ or by `create_token`, and revoked here.

    Only a token's digest is stored, so there is nothing else to show or change.
    """

    has_add_permission = has_change_permission = never
    list_display = (
        "prefix",
        "name",
        linked("user", "user__username"),
        "is_read_only",
        moment("last_used_at"),
        moment("created_at"),
        moment("expires_at"),
    )
    list_filter = ("user", "is_read_only")
    search_fields = ("prefix", "name", "user__username")
    search_help_text = "Search by token prefix, name or username."
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-id")
    fields = page(
        ("prefix", "name", "user"),
        ("is_read_only", accounts_of_token),
        (moment("created_at"), moment("expires_at"), moment("last_used_at")),
    )

    def log_deletions(self, request: HttpRequest, queryset: Any) -> list[LogEntry]:
        """Record whose it was."""
        for token in queryset:
            record(request, "token.revoke", token.user, token=token.prefix)
        return []


@admin.register(AccessAttempt)
class AttemptAdmin(UnlimitedUsersAdmin[AccessAttempt]):
    """Failed sign-ins that count towards a lock-out; deleting one lifts it."""

    has_add_permission = has_change_permission = never
    list_display = (
        moment("attempt_time"),
        "username",
        "ip_address",
        "failures_since_start",
    )
    list_filter = ("username", "ip_address")
    search_fields = ("username", "ip_address")
    search_help_text = "Search by username or IP address."
    date_hierarchy = "attempt_time"
    ordering = ("-attempt_time", "-id")
    fields = page(
        ("username", "ip_address"),
        (moment("attempt_time"), "failures_since_start"),
        "user_agent",
    )


@admin.display(description="object")
def about(entry: AuditEntry) -> str:
    return entry.object_label or "-"


@admin.display(description="details")
def details(entry: AuditEntry) -> SafeString:
    """Show the old and new value of each changed field."""
    changes = dict(entry.details)
    for name, value in changes.items():
        if is_change(name, value):
            changes[name] = f"{value[0] or '(empty)'} → {value[1] or '(empty)'}"
    return pairs(changes)


@admin.action(description="Download as CSV")
def save_as_csv(
    model_admin: "AuditEntryAdmin", request: HttpRequest, queryset: QuerySet[AuditEntry]
) -> StreamingHttpResponse:
    columns = ["at", "user_name", "action", "object_type", "object_id", "object_label"]
    columns += ["details", "address"]
    rows = queryset.values_list(*columns).iterator(chunk_size=2000)
    return table_file(request, "audit", chain([columns], rows))


@admin.register(AuditEntry)
class AuditEntryAdmin(UnlimitedUsersAdmin[AuditEntry]):
    has_add_permission = has_change_permission = has_delete_permission = never
    list_display = (moment("at"), "user_name", "action", about, details, "address")
    list_filter = (
        "user_name",
        ("action", AllValuesCheckboxFilter),
        ("object_type", AllValuesCheckboxFilter),
        "address",
    )
    search_fields = ("user_name", "object_label", "object_id")
    search_help_text = "Search by username or object."
    date_hierarchy = "at"
    ordering = ("-at", "-id")
    actions = (save_as_csv,)
    fields = page(
        (moment("at"), "user_name", "address"),
        ("action", "object_type", "object_id"),
        "object_label",
        details,
    )
