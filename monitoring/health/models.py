"""What the checks of each component found: by minute, hour and day."""

from django.db import models

from clouds.models import CloudAccount
from monitoring.health.querysets import HealthPeriodQuerySet

NAME_LENGTH = 60
MESSAGE_LENGTH = 500


class HealthState(models.TextChoices):
    """The most urgent last."""

    OK = "ok", "OK"
    DEGRADED = "degraded", "Degraded"
    DOWN = "down", "Down"


class HealthPeriod(models.Model):
    """One row is what the checks of one component found in a minute, hour or day.

    Hours are sums of minutes and days sums of hours, so that each can be deleted after
    its own time.
    """

    class Grain(models.TextChoices):
        MINUTE = "minute", "Minute"
        HOUR = "hour", "Hour"
        DAY = "day", "Day"

    component = models.CharField(max_length=NAME_LENGTH)
    account = models.ForeignKey(
        CloudAccount,
        models.CASCADE,
        null=True,
        blank=True,
        help_text="Whose data it is about; empty: of the installation.",
    )
    grain = models.CharField(max_length=6, choices=Grain.choices)
    starts_at = models.DateTimeField()
    state = models.CharField(
        max_length=8, choices=HealthState.choices, help_text="The worst of its checks."
    )
    checks = models.IntegerField()
    degraded = models.IntegerField(help_text="So many of them.")
    down = models.IntegerField(help_text="So many of them.")
    response_ms = models.FloatField("response, ms", help_text="The mean.")
    max_response_ms = models.FloatField("longest response, ms")
    message = models.CharField(
        max_length=MESSAGE_LENGTH,
        blank=True,
        help_text="Of the newest that is not ok.",
    )
    checked_at = models.DateTimeField(help_text="The newest of them.")

    objects = HealthPeriodQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["component", "grain", "starts_at"], name="one_health_period"
            )
        ]
        indexes = [
            models.Index(fields=["grain", "starts_at"], name="health_by_time"),
        ]

    def __str__(self) -> str:
        return (
            f"{self.component} in the {self.grain} of {self.starts_at:%Y-%m-%d %H:%M}"
        )
