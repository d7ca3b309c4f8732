"""How users judged alarms, as labels of days, and what was learned from it."""

from django.db import models

from core.db.money_field import MoneyField
from insights.anomalies.models import Anomaly
from insights.labels.querysets import (
    CalibrationQuerySet,
    JudgmentQuerySet,
    LabeledDayQuerySet,
)


class Judgment(models.Model):
    """One row says whether an anomaly was one: its days are labeled by it."""

    class Source(models.TextChoices):
        STATUS = "status", "Status"
        FEEDBACK = "feedback", "Feedback"

    anomaly = models.OneToOneField(Anomaly, models.CASCADE, related_name="judgment")
    is_right = models.BooleanField(help_text="Whether the alarm was right.")
    source = models.CharField(max_length=16, choices=Source.choices)
    quality = models.FloatField(help_text="0 to 1: how sure the label is.")
    # The name outlives the user.
    user_name = models.CharField(max_length=150, blank=True)
    judged_at = models.DateTimeField()

    objects = JudgmentQuerySet.as_manager()

    class Meta:
        ordering = ["-judged_at", "-id"]

    def __str__(self) -> str:
        return f"{'Right' if self.is_right else 'Wrong'}: {self.anomaly}"


class LabeledDay(models.Model):
    """One row is one day of the series of a judged anomaly, as it was then: its days,
    and those around it, which have no label."""

    class Label(models.TextChoices):
        ANOMALY = "anomaly", "Anomaly"
        NORMAL = "normal", "Normal"

    judgment = models.ForeignKey(Judgment, models.CASCADE, related_name="days")
    day = models.DateField()
    value = MoneyField(
        null=True, help_text="Billed, or percent of CPU. Empty: unknown."
    )
    label = models.CharField(
        max_length=8,
        choices=Label.choices,
        blank=True,
        help_text="Empty: nobody judged it.",
    )

    objects = LabeledDayQuerySet.as_manager()

    class Meta:
        ordering = ["-day", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["judgment", "day"], name="labeledday_natural_key"
            )
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.label or 'not judged'}"


class Calibration(models.Model):
    """One row is what was learned for one scope from all judged alarms of it."""

    scope = models.CharField(max_length=8, choices=Anomaly.Scope.choices, unique=True)
    judged = models.PositiveIntegerField(help_text="Alarms that were judged.")
    precision_before = models.FloatField(null=True)
    precision_after = models.FloatField(
        null=True,
        help_text="On alarms that the threshold was not learned from. Empty: too few.",
    )
    recall = models.FloatField(
        null=True, help_text="Share of the right alarms that are still reported."
    )
    least_deviation = models.FloatField(
        null=True,
        help_text="In widths of the expected range: what deviates less is not "
        "reported. Empty: everything is.",
    )
    calibrated_at = models.DateTimeField()

    objects = CalibrationQuerySet.as_manager()

    class Meta:
        ordering = ["scope"]

    def __str__(self) -> str:
        return f"{self.get_scope_display()}: {self.judged} judged"
