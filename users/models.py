"""API tokens, the audit log, and saved views."""

from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import Resolver404, get_script_prefix, resolve

from clouds.access import AnyUser, OfAllAccountsQuerySet, visible_accounts

# A path with its query: other servers' addresses begin with // or a scheme.
OWN_PAGE = RegexValidator(
    r"^/(?![/\\])[^\s\\]*$", "Use an address on this server, such as /admin/."
)
TOKEN_NAME_LENGTH = 80


def check_page(address: str) -> None:
    """Raise ValidationError unless the address is one that this server has."""
    path = urlsplit(address).path.removeprefix(get_script_prefix().rstrip("/"))
    try:
        resolve(path)
    except Resolver404:
        raise ValidationError(f"This server has no page {path}.") from None


class ApiToken(models.Model):
    """One row is a token with which a script uses the API as its user, or as less.

    Its text is shown once; only its hash is stored.
    """

    class Scope(models.TextChoices):
        API = "api", "API"
        MCP = "mcp", "MCP"
        WALL = "wall", "wall screens"

    name = models.CharField(
        max_length=TOKEN_NAME_LENGTH,
        blank=True,
        help_text="What uses it, such as Grafana.",
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_tokens"
    )
    digest = models.CharField(max_length=128, unique=True, editable=False)
    prefix = models.CharField(max_length=15, editable=False)
    scope = models.CharField(
        max_length=4,
        choices=Scope.choices,
        default=Scope.API,
        db_default=Scope.API,
        help_text="API: scripts. MCP: assistants of others, which only ask questions. "
        "Wall: a screen that only shows.",
    )
    is_read_only = models.BooleanField("read-only", default=False)
    all_accounts = models.BooleanField(
        default=True, help_text="All that its user sees. Otherwise only `accounts`."
    )
    accounts = models.ManyToManyField(
        "clouds.CloudAccount", blank=True, related_name="+"
    )
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    # To the hour: more would be a write with each request.
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-expires_at", "-id"]

    def __str__(self) -> str:
        return self.name or f"{self.prefix[:8]}…"


class AuditEntry(models.Model):
    """One row is one action of a user, a command or a client."""

    at = models.DateTimeField(db_index=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    # Stored as text too, because the entry outlives the user.
    user_name = models.CharField(max_length=150, blank=True)
    # Such as "sync.start", "cloudaccount.change", "sign_in.fail".
    action = models.CharField(max_length=64, db_index=True)
    object_type = models.CharField(max_length=64, blank=True)
    object_id = models.CharField(max_length=64, blank=True)
    object_label = models.CharField(max_length=255, blank=True)
    details = models.JSONField(default=dict, blank=True)
    address = models.GenericIPAddressField("IP address", null=True)

    objects = OfAllAccountsQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = "audit log entry"
        verbose_name_plural = "audit log"

    def __str__(self) -> str:
        user = self.user_name or "unknown user"
        return f"{user} {self.action} {self.object_label}".strip()


class SavedViewQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: AnyUser) -> Self:
        """Return a user's own, and shared ones that name no hidden account."""
        own, shared = Q(user=user.pk), Q(is_shared=True)
        accounts = visible_accounts(user)
        if accounts is None:
            return self.filter(own | shared)
        ids = {*accounts.values_list("cloudaccount__account_id", flat=True)}
        others = self.filter(shared).exclude(own)
        seen = [one.pk for one in others if one.account_ids <= ids]
        return self.filter(own | Q(pk__in=seen))

    def of_page(self, path: str) -> Self:
        return self.filter(Q(address=path) | Q(address__startswith=f"{path}?"))


class SavedView(models.Model):
    """One row is a page with its filters, saved by a user, for all where it is shared.

    It holds no rows: each who opens it sees those of their own accounts.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_views"
    )
    name = models.CharField(max_length=80)
    address = models.CharField(
        max_length=2000,
        validators=[OWN_PAGE, check_page],
        help_text="A page of this server with its filters, such as "
        "/costs/?period=last_month&group_by=account.",
    )
    is_shared = models.BooleanField(
        "shared", default=False, help_text="Whether everybody finds it."
    )

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return self.address

    @property
    def parameters(self) -> dict[str, list[str]]:
        """Return what its address asks for."""
        return parse_qs(urlsplit(self.address).query)

    @property
    def account_ids(self) -> set[str]:
        """Return the ids of the accounts that its address names."""
        return {
            one.strip()
            for name, values in self.parameters.items()
            if name.endswith("account")
            for value in values
            for one in value.split(",")
        }

    def may_be_changed_by(self, user: AnyUser) -> bool:
        """Return whether it is theirs, or they look after everybody's."""
        if self.user_id == user.pk:
            return True
        return isinstance(user, PermissionsMixin) and user.has_perm(
            "users.change_savedview"
        )
