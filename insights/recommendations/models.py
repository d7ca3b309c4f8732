"""Recommendations, and the verification of their savings."""

from decimal import Decimal
from enum import StrEnum

from django.db import models
from django.db.models import Q
from django.urls import reverse

from clouds.access import AccountScopedQuerySet
from clouds.models import CloudAccount
from core.db.money_field import MoneyField
from core.money import ZERO
from insights.recommendations.engine.advice import (
    COMMITMENT,
    Category,
    Level,
    PriceBasis,
    Priority,
    Rule,
    VerdictStatus,
)
from insights.recommendations.querysets import (
    RecommendationChangeQuerySet,
    RecommendationQuerySet,
    VerificationQuerySet,
)
from insights.status_change import StatusChange, other_statuses, version_field
from inventory.models import Resource
from users.owned import Owned


def choices(kind: type[StrEnum]) -> list[tuple[str, str]]:
    """Return the choices of a column that holds one of these words."""
    return [(item.value, item.value) for item in kind]


LEVELS, PRIORITIES = choices(Level), choices(Priority)
CATEGORIES, RULES = choices(Category), choices(Rule)


class Recommendation(Owned):
    """One row is one thing to do about one resource, or about a commitment of an
    account, with evidence and saving.

    There is one live row per resource (or `about`), rule and target. A dismissed one
    comes back only when its evidence changed much; one without a reason becomes
    obsolete.
    """

    class Status(models.TextChoices):
        OPEN = "open", "Open"
        ACCEPTED = "accepted", "Accepted"
        IN_PROGRESS = "in_progress", "In progress"
        DONE = "done", "Done"
        DISMISSED = "dismissed", "Dismissed"
        OBSOLETE = "obsolete", "Obsolete"

    LIVE = (Status.OPEN, Status.ACCEPTED, Status.IN_PROGRESS)
    # Only a refresh makes one obsolete, and it stays so.
    CHOSEN = (*LIVE, Status.DONE, Status.DISMISSED)

    account = models.ForeignKey(
        CloudAccount, models.CASCADE, related_name="recommendations"
    )
    resource = models.ForeignKey(
        Resource, models.CASCADE, null=True, related_name="recommendations"
    )
    about = models.CharField(
        max_length=300,
        blank=True,
        help_text="Without a resource: a commitment's id, or what one would cover.",
    )
    rule = models.CharField(max_length=32, choices=RULES)
    category = models.CharField(max_length=16, choices=CATEGORIES)
    priority = models.CharField(max_length=8, choices=PRIORITIES)
    title = models.CharField(max_length=300)
    current_state = models.TextField()
    recommendation = models.TextField()
    savings_monthly = MoneyField(
        null=True, help_text="For 730 hours. Empty: the price is unknown."
    )
    counted_monthly = MoneyField(
        null=True,
        help_text="The part of it that is in totals: an alternative counts 0, so that "
        "nothing is counted twice.",
    )
    alternative_to = models.CharField(
        max_length=32, blank=True, help_text="The rule that is counted instead."
    )
    kg_per_month = models.FloatField(
        "kg CO2e a month",
        null=True,
        blank=True,
        help_text="That it would avoid, as estimated. Empty: unknown.",
    )
    currency = models.CharField(max_length=3, blank=True)
    price_basis = models.CharField(max_length=16, choices=choices(PriceBasis))
    impact = models.CharField(max_length=8, choices=LEVELS)
    effort = models.CharField(max_length=8, choices=LEVELS)
    complexity = models.CharField(max_length=8, choices=LEVELS)
    risk = models.CharField(max_length=8, choices=LEVELS)
    risk_reason = models.TextField(blank=True)
    confidence = models.CharField(max_length=8, choices=LEVELS)
    estimated_time = models.CharField(max_length=64)
    implementation_steps = models.JSONField(default=list)
    evidence = models.JSONField(default=dict, help_text="The days and figures.")
    target = models.CharField(
        max_length=64, blank=True, help_text="The type to change to."
    )
    resource_type = models.CharField(
        max_length=64, blank=True, help_text="The type when it was found."
    )
    fingerprint = models.CharField(max_length=200)
    status = models.CharField(
        max_length=16, choices=Status.choices, default=Status.OPEN
    )
    reason = models.TextField(blank=True, help_text="Reason for dismissing it.")
    is_found = models.BooleanField(
        default=True, help_text="Whether the last refresh still found its reason."
    )
    found_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    version = version_field()

    objects = RecommendationQuerySet.as_manager()

    class Meta:
        ordering = ["-found_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["resource", "rule", "target"],
                condition=Q(status__in=["open", "accepted", "in_progress"]),
                name="recommendation_one_live_per_rule",
            ),
            models.UniqueConstraint(
                fields=["account", "about", "rule", "target"],
                condition=Q(status__in=["open", "accepted", "in_progress"])
                & Q(resource=None),
                name="recommendation_one_live_of_account",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "priority"], name="recommendation_status"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("recommendation", args=[self.pk])

    @property
    def kind(self) -> str:
        """Return the kind of its resource; without one it is about a commitment."""
        return self.resource.kind if self.resource else COMMITMENT

    @property
    def subject_id(self) -> str:
        return self.resource.resource_id if self.resource else self.about

    @property
    def region(self) -> str:
        """Return where it applies; "" where that is everywhere."""
        return (
            self.resource.region if self.resource else self.evidence.get("region", "")
        )

    @property
    def is_live(self) -> bool:
        return self.status in self.LIVE

    def next_statuses(self) -> list[Status]:
        """The statuses that users may give it, those ahead first."""
        if self.status == self.Status.OBSOLETE:
            return []
        return other_statuses(self.status, self.CHOSEN)


class RecommendationChange(StatusChange):
    """One row is one change of a recommendation's status."""

    recommendation = models.ForeignKey(
        Recommendation, models.CASCADE, related_name="changes"
    )

    objects = RecommendationChangeQuerySet.as_manager()


class Verification(models.Model):
    """One row says whether the saving of a completed recommendation is on the bill."""

    recommendation = models.OneToOneField(
        Recommendation, models.CASCADE, related_name="verification"
    )
    status = models.CharField(max_length=16, choices=choices(VerdictStatus))
    expected = MoneyField(null=True, help_text="The recommended saving, for 730 hours.")
    realized = MoneyField(null=True, help_text="The verified saving, for 730 hours.")
    currency = models.CharField(max_length=3, blank=True)
    share = models.FloatField(null=True, help_text="Realized of expected.")
    reason = models.TextField(help_text="The reason for the verdict.")
    figures = models.JSONField(default=dict, help_text="The days and amounts.")
    checked_at = models.DateTimeField()
    status_since = models.DateTimeField(
        null=True, help_text="When it got this status. Empty: not recorded."
    )

    objects = VerificationQuerySet.as_manager()

    class Meta:
        ordering = ["-checked_at", "-id"]

    def __str__(self) -> str:
        return f"{self.status}: {self.recommendation}"

    @property
    def difference(self) -> Decimal | None:
        """Return how much more came than was expected; None: it is not known."""
        is_known = self.status == VerdictStatus.NOT_REALIZED
        realized = ZERO if is_known else self.realized
        if realized is None or self.expected is None:
            return None
        return realized - self.expected


class EffectiveRate(models.Model):
    """One row is what an account pays for instances of a region, as a part of their
    list price: its compute bill over what ran there."""

    account = models.ForeignKey(
        CloudAccount, models.CASCADE, related_name="effective_rates"
    )
    region = models.CharField(max_length=64)
    factor = models.DecimalField(max_digits=12, decimal_places=10)
    currency = models.CharField(max_length=3)
    days = models.PositiveIntegerField(help_text="Of the bill, from which it is.")
    computed_at = models.DateTimeField()

    objects = AccountScopedQuerySet.as_manager()

    class Meta:
        ordering = ["account", "region"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "region"], name="effectiverate_natural_key"
            )
        ]

    def __str__(self) -> str:
        return f"{self.account} in {self.region}: {self.factor:.0%}"
