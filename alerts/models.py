"""Channels, the notices that go there, and whether they were delivered."""

from urllib.parse import urlsplit

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from alerts.addresses import parse_addresses, split_addresses
from alerts.querysets import ChannelQuerySet, NoticeQuerySet

# Names of the channels of the settings, which are no rows.
EMAIL, WEBHOOK = "email", "webhook"
SETTINGS = {EMAIL: "ALERT_EMAILS", WEBHOOK: "ALERT_WEBHOOK_URL"}
NAME_LENGTH = 60


class Channel(models.Model):
    """One row is where notices go: e-mail addresses, or a webhook.

    alerts.channels makes those of the settings, which are never stored.
    """

    class Kind(models.TextChoices):
        EMAIL = "email", "E-mail"
        WEBHOOK = "webhook", "Webhook"

    name = models.CharField(max_length=NAME_LENGTH, unique=True)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    target = models.TextField(
        help_text="E-mail addresses separated by commas, or the URL of a webhook that "
        "takes JSON with `text`, such as Slack's.",
    )
    created_at = models.DateTimeField()

    objects = ChannelQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Raise ValidationError naming the field that no notice could go to."""
        if self.name in SETTINGS:
            raise ValidationError(
                {"name": f"{self.name} names the channel of {SETTINGS[self.name]}."}
            )
        try:
            if self.kind == self.Kind.EMAIL and not parse_addresses(self.target):
                raise ValidationError("Give an e-mail address.")
            if self.kind == self.Kind.WEBHOOK:
                check_url(self.target)
        except ValidationError as error:
            raise ValidationError({"target": error.messages}) from None

    @property
    def addresses(self) -> list[str]:
        return split_addresses(self.target) if self.kind == self.Kind.EMAIL else []

    @property
    def place(self) -> str:
        """Return where it leads, without the secret that a webhook's URL holds."""
        if self.kind == self.Kind.EMAIL:
            return ", ".join(self.addresses)
        return urlsplit(self.target).hostname or ""

    @property
    def setting(self) -> str:
        """Return which setting configures it; "" for one that was added."""
        return SETTINGS[self.name] if self.pk is None else ""


def check_url(text: str) -> None:
    """Raise ValidationError unless it is the address of a web server."""
    try:
        parts = urlsplit(text)
        is_web = parts.scheme in ("http", "https") and parts.port != 0
    except ValueError:  # the port is no number
        is_web = False
    if not is_web or not parts.hostname or not text.isascii() or " " in text:
        raise ValidationError("Give a URL such as https://hooks.slack.com/services/...")


class Notice(models.Model):
    """One row is what one channel is told; its key is unique, so it is queued once."""

    class Severity(models.TextChoices):
        INFO = "info", "Info"
        WARNING = "warning", "Warning"
        CRITICAL = "critical", "Critical"

    key = models.CharField(max_length=200, help_text="What it reports, once a channel.")
    channel = models.CharField(max_length=NAME_LENGTH)
    recipients = models.JSONField(
        default=list,
        blank=True,
        help_text="E-mail addresses that it goes to beside those of its channel.",
    )
    severity = models.CharField(max_length=8, choices=Severity.choices)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    cause = models.TextField(
        blank=True, help_text="Notices with the same cause are sent as one message."
    )
    about_type = models.ForeignKey(ContentType, models.CASCADE, null=True, blank=True)
    about_id = models.PositiveBigIntegerField(null=True, blank=True)
    about = GenericForeignKey("about_type", "about_id")
    account = models.ForeignKey(
        "clouds.CloudAccount",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="notices",
        help_text="Only users who may see this account see the notice.",
    )
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="The next attempt is not before then; empty: there is no other.",
    )
    attempts = models.PositiveIntegerField(default=0)
    sending_since = models.DateTimeField(
        null=True,
        blank=True,
        help_text="A process sends it, or was killed while it did.",
    )
    sent_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True, help_text="Last failure.")
    error = models.TextField(blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["key", "channel"], name="notice_natural_key"
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(sent_at=None), name="notice_unsent"
            ),
            models.Index(fields=["about_type", "about_id"], name="notice_about"),
        ]

    def __str__(self) -> str:
        return f"{self.channel}: {self.subject}"
