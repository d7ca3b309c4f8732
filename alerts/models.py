"""Channels, routes and the notices that go there, and whether they arrived."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.models import AnonymousUser, User
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse

from alerts.addresses import parse_addresses, split_addresses
from alerts.querysets import NoticeQuerySet, SnoozeQuerySet
from clouds.access import OfAllAccountsQuerySet
from core.db.money_field import MoneyField
from providers.settings import TAG_KEY_LENGTH, TAG_VALUE_LENGTH

# Names of the channels of the settings, which are no rows.
EMAIL, WEBHOOK, RECIPIENTS = "email", "webhook", "recipients"
SETTINGS = {EMAIL: "ALERT_EMAILS", WEBHOOK: "ALERT_WEBHOOK_URL"}
NAME_LENGTH = 60


class Channel(models.Model):
    """One row is where notices go: e-mail addresses, or the URL of a service.

    alerts.channels makes those of the settings, which are never stored.
    """

    class Kind(models.TextChoices):
        EMAIL = "email", "E-mail"
        SLACK = "slack", "Slack"
        TEAMS = "teams", "Microsoft Teams"
        PAGERDUTY = "pagerduty", "PagerDuty"
        WEBHOOK = "webhook", "Webhook"

    name = models.CharField(max_length=NAME_LENGTH, unique=True)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    target = models.TextField(
        help_text="E-mail addresses separated by commas, or the URL that takes what is "
        "posted.",
    )
    secret = models.CharField(
        max_length=200,
        blank=True,
        help_text="PagerDuty: the integration key. Webhook: signs what is posted.",
    )
    created_at = models.DateTimeField()

    objects = OfAllAccountsQuerySet.as_manager()

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
        if self.name == RECIPIENTS:
            raise ValidationError({"name": f"Choose another name than {RECIPIENTS}."})
        try:
            if self.kind == self.Kind.EMAIL and not parse_addresses(self.target):
                raise ValidationError("Give an e-mail address.")
            if self.kind != self.Kind.EMAIL:
                check_url(self.target)
        except ValidationError as error:
            raise ValidationError({"target": error.messages}) from None
        if self.kind == self.Kind.PAGERDUTY and not self.secret:
            raise ValidationError(
                {"secret": "Give the integration key of the service in PagerDuty."}
            )
        if self.secret and self.kind not in (self.Kind.PAGERDUTY, self.Kind.WEBHOOK):
            raise ValidationError(
                {"secret": "Only webhooks and PagerDuty have a secret; leave it empty."}
            )

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
    def tracks_ends(self) -> bool:
        """Whether what it is told stays open there until it is told the end."""
        return self.kind == self.Kind.PAGERDUTY

    @property
    def setting(self) -> str:
        """Return which setting configures it; "" for one that was added."""
        return SETTINGS[self.name] if self.pk is None else ""


def check_url(text: str) -> None:
    """Raise ValidationError unless it is the address of a web server."""
    try:
        parts = urlsplit(text)
        is_web = parts.scheme in ("http", "https") and parts.port != 0
        (parts.hostname or "").encode("idna")
    except ValueError:  # the port is no number, or a part of the host is empty
        is_web = False
    is_plain = text.isascii() and text.isprintable() and " " not in text
    if not is_web or not parts.hostname or not is_plain:
        raise ValidationError("Give a URL such as https://hooks.slack.com/services/...")


class Severity(models.TextChoices):
    INFO = "info", "Info"
    WARNING = "warning", "Warning"
    CRITICAL = "critical", "Critical"


class Topic(models.TextChoices):
    """What a notice is of; the room that queues it says so."""

    ANOMALY = "anomaly", "Anomalies"
    BUDGET = "budget", "Budgets"
    FRESHNESS = "freshness", "Data freshness"
    COMMITMENT = "commitment", "Commitments"
    HEALTH = "health", "Health"
    REMEDIATION = "remediation", "Remediation"
    HAND_OVER = "hand_over", "Hand-overs and due dates"
    DIGEST = "digest", "Digests"
    OTHER = "other", "Other"


# What somebody has to look at; the others only inform.
ACTED_ON = (
    *(Topic.ANOMALY, Topic.BUDGET, Topic.COMMITMENT),
    *(Topic.FRESHNESS, Topic.HEALTH),
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What routes look at; None is unknown, and nothing of it is held to an amount."""

    topic: Topic
    severity: Severity
    account: Any = None
    amount: Decimal | None = None
    currency: str = ""
    teams: Collection[str] = ()
    tags: Mapping[str, str] = field(default_factory=dict)


class Route(models.Model):
    """One row lets some notices through to one channel: those that meet all of it.

    A channel without routes gets everything, one with routes what any of them lets
    through.
    """

    channel = models.CharField(max_length=NAME_LENGTH)
    topic = models.CharField(
        max_length=16, choices=Topic.choices, blank=True, help_text="Empty: any."
    )
    least_severity = models.CharField(
        max_length=8, choices=Severity.choices, default=Severity.INFO
    )
    least_amount = MoneyField(
        null=True,
        blank=True,
        help_text="Of what has an amount in this currency. Empty: any.",
    )
    currency = models.CharField(max_length=3, blank=True)
    account = models.ForeignKey(
        "clouds.CloudAccount",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="routes",
        help_text="Empty: any.",
    )
    team = models.CharField(max_length=100, blank=True, help_text="Empty: any.")
    tag_key = models.CharField(max_length=TAG_KEY_LENGTH, blank=True)
    tag_value = models.CharField(
        max_length=TAG_VALUE_LENGTH, blank=True, help_text="Empty: any value."
    )
    created_at = models.DateTimeField()

    objects = OfAllAccountsQuerySet.as_manager()

    class Meta:
        ordering = ["channel", "id"]

    def __str__(self) -> str:
        return f"{self.channel}: {self.sentence}"

    def clean(self) -> None:
        """Raise ValidationError naming the field that says nothing by itself."""
        if self.least_amount is not None and not self.currency:
            raise ValidationError({"currency": "Give the currency of the amount."})
        if self.tag_value and not self.tag_key:
            raise ValidationError({"tag_key": "Give the key of the tag."})

    @property
    def sentence(self) -> str:
        """Return what it lets through, in words."""
        parts = [self.get_topic_display() if self.topic else "Everything"]
        if self.least_severity != Severity.INFO:
            parts.append(f"{self.get_least_severity_display().lower()} or worse")
        if self.least_amount is not None:
            parts.append(f"from {self.least_amount:,.2f} {self.currency}")
        if self.account:
            parts.append(f"of {self.account}")
        if self.team:
            parts.append(f"of team {self.team}")
        if self.tag_key:
            parts.append(f"tagged {self.tag_key}={self.tag_value or 'any'}")
        return ", ".join(parts)


class Notice(models.Model):
    """One row is what one channel is sent; its key is unique, so it is queued once."""

    key = models.CharField(max_length=200, help_text="The event, once a channel.")
    channel = models.CharField(max_length=NAME_LENGTH)
    recipients = models.JSONField(
        default=list,
        blank=True,
        help_text="E-mail addresses that it goes to beside those of its channel.",
    )
    topic = models.CharField(max_length=16, choices=Topic.choices, default=Topic.OTHER)
    severity = models.CharField(max_length=8, choices=Severity.choices)
    amount = MoneyField(null=True, blank=True, help_text="What it is about, in money.")
    currency = models.CharField(max_length=3, blank=True)
    is_end = models.BooleanField(
        default=False, help_text="It reports the end of what it is about."
    )
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
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    # The name outlives the user, and a link has none.
    acknowledged_by = models.CharField(max_length=150, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        permissions = [("acknowledge_notice", "Can acknowledge and snooze notices")]
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

    def get_absolute_url(self) -> str:
        return f"{reverse('alerts')}#notice-{self.pk}"

    @property
    def facts(self) -> Facts:
        return Facts(
            Topic(self.topic),
            Severity(self.severity),
            self.account,
            self.amount,
            self.currency,
        )

    def has_page_for(self, user: User | AnonymousUser) -> bool:
        """Return whether what it is about has a page that the user may see. No query
        beside that of the user's permissions."""
        if self.about_type_id is None:
            return False
        kind = ContentType.objects.get_for_id(self.about_type_id)
        may_view = user.has_perm(f"{kind.app_label}.view_{kind.model}")
        return may_view and hasattr(kind.model_class(), "get_absolute_url")

    @property
    def is_acted_on(self) -> bool:
        """Return whether it is of something that somebody has to look at."""
        return self.topic in ACTED_ON and not self.is_end


class Snooze(models.Model):
    """One row keeps notices about one thing back until its end; then it is sent again,
    unless it is over by then."""

    about_type = models.ForeignKey(ContentType, models.CASCADE)
    about_id = models.PositiveBigIntegerField()
    about = GenericForeignKey("about_type", "about_id")
    account = models.ForeignKey(
        "clouds.CloudAccount", models.CASCADE, null=True, related_name="snoozes"
    )
    subject = models.CharField(max_length=200)
    until = models.DateTimeField()
    user_name = models.CharField(max_length=150)
    created_at = models.DateTimeField()

    objects = SnoozeQuerySet.as_manager()

    class Meta:
        ordering = ["until", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["about_type", "about_id"], name="snooze_natural_key"
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject}, until {self.until:%Y-%m-%d %H:%M}"
