"""Who gets a digest, how often and where."""

from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse

from alerts.models import NAME_LENGTH
from clouds.access import AnyUser, is_limited
from core.windows import utc_day

FIRST_HOUR = 7


class DigestQuerySet(models.QuerySet["Digest"]):
    def visible_to(self, user: AnyUser) -> "DigestQuerySet":
        """Return a user's own, or all for users who see all accounts."""
        return self.filter(user=user.pk) if is_limited(user) else self

    def removable_by(self, user: User) -> "DigestQuerySet":
        """Return a user's own, or for who changes users, all that they see."""
        seen = self.visible_to(user)
        is_own = Q() if user.has_perm("auth.change_user") else Q(user=user.pk)
        return seen.filter(is_own)

    def due(self, now: datetime) -> "list[Digest]":
        active = self.filter(user__is_active=True).select_related("user")
        return [one for one in active.order_by("pk") if one.is_due(now)]


class Digest(models.Model):
    """One row sends a digest of the accounts that its user sees, each day or week."""

    class Frequency(models.TextChoices):
        DAILY = "daily", "Daily"
        WEEKLY = "weekly", "Weekly"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="digests"
    )
    frequency = models.CharField(max_length=8, choices=Frequency.choices)
    hour = models.PositiveSmallIntegerField(
        default=FIRST_HOUR,
        validators=[MaxValueValidator(23)],
        help_text="Of the day, UTC; a weekly one comes on Mondays.",
    )
    channel = models.CharField(
        max_length=NAME_LENGTH,
        blank=True,
        help_text="Empty: the user's own e-mail address.",
    )
    created_at = models.DateTimeField()
    sent_on = models.DateField(help_text="The day of the last one.")

    objects = DigestQuerySet.as_manager()

    class Meta:
        ordering = ["user", "frequency", "channel"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "frequency", "channel"],
                name="digest_natural_key",
            )
        ]

    def __str__(self) -> str:
        where = self.channel or self.user.get_username()
        return f"{self.get_frequency_display()} digest to {where}"

    def get_absolute_url(self) -> str:
        return reverse("summary")

    def is_due(self, now: datetime) -> bool:
        """Return whether that of this day or week was not sent and its hour came."""
        begins = self._period_of(utc_day(now))
        return self.sent_on < begins and now >= datetime.combine(
            begins, time(self.hour), now.tzinfo
        )

    def _period_of(self, day: date) -> date:
        if self.frequency == self.Frequency.DAILY:
            return day
        return day - timedelta(days=day.weekday())
