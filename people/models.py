"""Who may see what, and who did what."""

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models

from people.querysets import AuditEntryQuerySet

# A path with its query: what leaves this server begins with // or a scheme.
OWN_PAGE = RegexValidator(
    r"^/(?![/\\])[^\s\\]*$", "Give an address on this server, such as /admin/."
)


class AccountAccess(models.Model):
    """Which accounts one user may see. A user without such a row sees all of them."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="account_access"
    )
    accounts = models.ManyToManyField(
        "syncs.CloudAccount",
        blank=True,
        related_name="+",
        help_text="Only these accounts, in every page, endpoint and export. "
        "None chosen: nothing is seen.",
    )

    class Meta:
        verbose_name = "limit to accounts"
        verbose_name_plural = "limits to accounts"

    def __str__(self) -> str:
        return f"accounts of {self.user}"


class AuditEntry(models.Model):
    """One thing that somebody did: started, changed, signed in to."""

    at = models.DateTimeField(db_index=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    # Kept as text too, as it outlives the user.
    user_name = models.CharField(max_length=150, blank=True)
    # A phrase such as "sync.start", "account.change", "sign_in.fail".
    action = models.CharField(max_length=64, db_index=True)
    object_type = models.CharField(max_length=64, blank=True)
    object_id = models.CharField(max_length=64, blank=True)
    object_label = models.CharField(max_length=255, blank=True)
    details = models.JSONField(default=dict, blank=True)
    address = models.GenericIPAddressField("IP address", null=True)

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name_plural = "audit entries"

    def __str__(self) -> str:
        return f"{self.user_name or 'nobody'} {self.action} {self.object_label}".strip()


class SavedLink(models.Model):
    """A page, with its filters, that one user comes back to; nobody else sees it."""

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
