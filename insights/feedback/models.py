"""What users say about insights."""

from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from insights.anomalies.models import Anomaly
from insights.feedback.querysets import INSIGHTS, FeedbackQuerySet
from insights.forecasts.models import Forecast
from insights.recommendations.models import Recommendation
from insights.status_change import version_field

LONGEST_COMMENT = 2000


def of_one_insight() -> Q:
    """Return the condition that exactly one of the columns is filled."""
    allowed = Q()
    for filled in INSIGHTS:
        allowed |= Q(**{f"{name}__isnull": name != filled for name in INSIGHTS})
    return allowed


class Feedback(models.Model):
    """One row is what one user says of one recommendation, anomaly or forecast."""

    recommendation = models.ForeignKey(
        Recommendation, models.CASCADE, null=True, related_name="feedback"
    )
    anomaly = models.ForeignKey(
        Anomaly, models.CASCADE, null=True, related_name="feedback"
    )
    forecast = models.ForeignKey(
        Forecast, models.CASCADE, null=True, related_name="feedback"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="feedback"
    )
    rating = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(5)],
        help_text="1 (wrong) to 5 (right). Empty: not rated.",
    )
    comment = models.TextField(blank=True, max_length=LONGEST_COMMENT)
    is_flagged = models.BooleanField(
        "flagged", default=False, help_text="It should not be shown."
    )
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    version = version_field()

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        ordering = ["-updated_at", "-id"]
        verbose_name_plural = "feedback"
        constraints = [
            models.CheckConstraint(
                condition=of_one_insight(), name="feedback_of_one_insight"
            ),
            models.UniqueConstraint(
                fields=["recommendation", "user"], name="feedback_one_per_user"
            ),
            models.UniqueConstraint(
                fields=["anomaly", "user"], name="feedback_one_per_user_and_anomaly"
            ),
            models.UniqueConstraint(
                fields=["forecast", "user"], name="feedback_one_per_user_and_forecast"
            ),
            models.CheckConstraint(
                condition=Q(rating__gte=1, rating__lte=5), name="feedback_rating_1_to_5"
            ),
        ]

    def __str__(self) -> str:
        rating = f"{self.rating} of 5" if self.rating else "Feedback"
        return f"{rating} for {self.insight}"

    @property
    def insight(self) -> Any:
        return self.recommendation or self.anomaly or self.forecast
