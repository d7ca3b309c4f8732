"""What a cloud's own adviser recommends: shown beside ours, and in no sum of them."""

import re

from django.db import models

from clouds.models import CloudAccount
from core.db.money_field import MoneyField
from insights.advice.querysets import AdviceQuerySet


class Advice(models.Model):
    """One row is one recommendation of a cloud's own adviser, as it was last answered.

    Several may be of the same saving, so they cannot be added up.
    """

    class Impact(models.TextChoices):
        HIGH = "high", "High"
        MEDIUM = "medium", "Medium"
        LOW = "low", "Low"

    account = models.ForeignKey(
        CloudAccount,
        models.CASCADE,
        related_name="advice",
        db_index=False,  # the natural key begins with it
    )
    advice_id = models.CharField("ID", max_length=1024)
    type_id = models.CharField(
        "type", max_length=64, help_text="Of what is advised, whatever the resource."
    )
    impact = models.CharField(max_length=8, choices=Impact.choices)
    problem = models.CharField(max_length=512)
    solution = models.CharField(max_length=512)
    resource_id = models.CharField(
        "resource ID",
        max_length=1024,
        help_text="What it is about; of a commitment the subscription.",
    )
    resource_type = models.CharField(max_length=128, blank=True)
    resource_name = models.CharField(max_length=256, blank=True)
    region = models.CharField(max_length=64, blank=True)
    term = models.CharField(
        max_length=16, blank=True, help_text="Of a commitment, such as P3Y."
    )
    monthly_savings = MoneyField(
        null=True, blank=True, help_text="As the cloud estimates. Empty: unknown."
    )
    currency = models.CharField(max_length=3, blank=True)
    details = models.JSONField(default=dict, blank=True, help_text="Its other details.")
    updated_at = models.DateTimeField(
        null=True, blank=True, help_text="When the cloud computed it."
    )
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    objects = AdviceQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "advice"
        ordering = ["account", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "advice_id"], name="advice_natural_key"
            )
        ]
        indexes = [models.Index(fields=["resource_id"], name="advice_resource")]

    def __str__(self) -> str:
        return f"{self.solution}: {self.resource_name or self.resource_id}"

    @property
    def term_text(self) -> str:
        """Return its term in words: of P3Y, as Azure writes it, 3-year commitment."""
        years = re.fullmatch(r"P(\d+)Y", self.term)
        return f"{years[1]}-year commitment" if years else self.term
