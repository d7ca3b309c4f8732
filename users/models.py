"""API tokens, the audit log, and saved links."""

from typing import Any, Self

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models

from clouds.access import AnyUser, is_limited

# A path with its query: other servers' addresses begin with // or a scheme.
OWN_PAGE = RegexValidator(
    r"^/(?![/\\])[^\s\\]*$", "Use an address on this server, such as /admin/."
)
TOKEN_NAME_LENGTH = 80
TOKEN_SCOPES = [("api", "API"), ("mcp", "MCP")]


class ApiToken(models.Model):
    """One row is a token with which a script uses the API as its user, or as less.

    Its text is shown once; only its hash is stored.
    """

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
        max_length=3,
        choices=TOKEN_SCOPES,
        default="api",
        db_default="api",
        help_text="API: scripts. MCP: assistants of others, which only ask questions.",
    )
    is_read_only = models.BooleanField("read-only", default=False)
    all_accounts = models.BooleanField(
        default=True, help_text="Whatever its user sees. Otherwise only `accounts`."
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


class AuditEntryQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: AnyUser) -> Self:
        """Return the entries: none for a limited user, as they concern all accounts."""
        return self.none() if is_limited(user) else self


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

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = "audit log entry"
        verbose_name_plural = "audit log"

    def __str__(self) -> str:
        user = self.user_name or "unknown user"
        return f"{user} {self.action} {self.object_label}".strip()


class SavedLink(models.Model):
    """One row is a page with its filters, saved by one user and visible to no other."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_links"
    )
    name = models.CharField(max_length=80)
    address = models.CharField(
        max_length=2000,
        validators=[OWN_PAGE],
        help_text="A page of this server with its filters, such as "
        "/admin/syncs/syncrun/?status__exact=failed.",
    )

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name
