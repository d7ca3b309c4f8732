"""Rules that alert on what is measured, and when each was broken by what."""

from django.contrib.contenttypes.fields import GenericRelation
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse

from alerts.channels import configured_channels
from alerts.models import NAME_LENGTH, Notice, Severity
from clouds.access import OfAllAccountsQuerySet
from monitoring.health.components import COMPONENTS
from monitoring.metrics.models import LONGEST_NAME
from monitoring.metrics.points import are_labels

LONGEST_WAIT = 24 * 60
SUBJECT_LENGTH = 200


class AlertRule(models.Model):
    """One row is one rule: the value from which on, and after how long, to notify."""

    class Kind(models.TextChoices):
        ABOVE = "above", "Metric is above"
        BELOW = "below", "Metric is below"
        DOWN = "down", "Component is down"
        DEGRADED = "degraded", "Component is degraded or down"

    name = models.CharField(max_length=100, unique=True)
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.ABOVE)
    subject = models.CharField(
        max_length=LONGEST_NAME,
        help_text="The metric, such as host_cpu_percent, or the component, such as "
        "cache.",
    )
    labels = models.JSONField(
        default=dict,
        blank=True,
        help_text="Only series of the metric with these labels. Empty: each series.",
    )
    threshold = models.FloatField(
        null=True, blank=True, help_text="Of a metric, in its unit."
    )
    for_minutes = models.PositiveIntegerField(
        default=5,
        validators=[MaxValueValidator(LONGEST_WAIT)],
        help_text="The condition holds this long before an alert is sent. 0: at once.",
    )
    severity = models.CharField(
        max_length=8, choices=Severity.choices, default=Severity.WARNING
    )
    channel = models.CharField(
        max_length=NAME_LENGTH, blank=True, help_text="Empty: as routes say."
    )
    is_enabled = models.BooleanField("enabled", default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_of_metric(self) -> bool:
        return self.kind in (self.Kind.ABOVE, self.Kind.BELOW)

    def clean(self) -> None:
        """Raise ValidationError naming the field with which it could not be held."""
        errors: dict[str, str] = {}
        if self.is_of_metric and self.threshold is None:
            errors["threshold"] = "Give the value from which on a notice is sent."
        if not self.is_of_metric and self.threshold is not None:
            errors["threshold"] = "A component has no value; leave it empty."
        if not self.is_of_metric and not _is_component(self.subject):
            known = ", ".join(sorted(COMPONENTS))
            errors["subject"] = f"There is no such component. There are: {known}."
        if not are_labels(self.labels):
            errors["labels"] = 'Give labels as metrics have, such as {"host": "web-1"}.'
        if self.labels and not self.is_of_metric:
            errors["labels"] = "A component has no labels; leave it empty."
        if self.channel and self.channel not in configured_channels():
            errors["channel"] = f"There is no channel {self.channel}."
        if errors:
            raise ValidationError(errors)

    def is_broken_by(self, value: float) -> bool:
        """Return whether this value of a metric breaks it."""
        assert self.threshold is not None  # noqa: S101 - clean() refuses it
        above = self.kind == self.Kind.ABOVE
        return value > self.threshold if above else value < self.threshold


def _is_component(name: str) -> bool:
    """Return whether it is checked; each account is one too, by its key."""
    return name in COMPONENTS or name.startswith("account-")


class Breach(models.Model):
    """One row is what broke a rule, from when to when; at most one of it is open."""

    rule = models.ForeignKey(AlertRule, models.CASCADE, related_name="breaches")
    subject = models.CharField(
        max_length=SUBJECT_LENGTH, help_text="The series or component."
    )
    since = models.DateTimeField()
    notified_at = models.DateTimeField(
        null=True, blank=True, help_text="Empty: no alert was sent yet."
    )
    seen_at = models.DateTimeField(help_text="When it was last measured.")
    ended_at = models.DateTimeField(null=True, blank=True)
    sentence = models.TextField()
    notices = GenericRelation(
        Notice, content_type_field="about_type", object_id_field="about_id"
    )

    objects = OfAllAccountsQuerySet.as_manager()

    class Meta:
        ordering = ["-since", "-id"]
        verbose_name_plural = "breaches"
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "subject"],
                condition=Q(ended_at=None),
                name="breach_one_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.rule}: {self.subject}"

    def get_absolute_url(self) -> str:
        return reverse("system-metrics")
