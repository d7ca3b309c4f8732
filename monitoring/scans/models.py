"""Scans of this installation for weaknesses, and what they found."""

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Case, Q, Value, When
from django.urls import reverse

from clouds.access import OfAllAccountsQuerySet
from monitoring.scans.engine.issues import Severity

# The worst first.
RANK = Case(
    *(When(severity=one, then=Value(n)) for n, one in enumerate(reversed(Severity))),
    output_field=models.SmallIntegerField(),
)


SEVERITY_CHOICES = [(one.value, one.value.capitalize()) for one in Severity]


class Scan(models.Model):
    """One row is a run of the scanners, with what was open when it ended."""

    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    version = models.CharField(max_length=40, help_text="Of cloudintel.")
    scanners = models.JSONField(default=list, help_text="Those that answered.")
    failures = models.JSONField(
        default=dict, help_text="Why each of the others did not."
    )
    new = models.PositiveIntegerField(help_text="Findings that were not open before.")
    fixed = models.PositiveIntegerField(help_text="Earlier findings that are gone.")
    low = models.PositiveIntegerField()
    medium = models.PositiveIntegerField()
    high = models.PositiveIntegerField()
    critical = models.PositiveIntegerField()

    objects = OfAllAccountsQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at", "-id"]

    def __str__(self) -> str:
        return f"Scan of {self.started_at:%Y-%m-%d %H:%M}"


class FindingStatus(models.TextChoices):
    OPEN = "open", "Open"
    SUPPRESSED = "suppressed", "Suppressed"
    FIXED = "fixed", "Fixed"


class FindingQuerySet(OfAllAccountsQuerySet):
    def with_status(self, status: str, today: date) -> Self:
        return self.filter(_having(status, today))

    def open_by_severity(self, today: date) -> dict[str, int]:
        """Return how many are open of each severity; none is 0."""
        rows = self.with_status(FindingStatus.OPEN, today).order_by()
        counts = rows.values_list("severity").annotate(count=models.Count("id"))
        return dict.fromkeys(map(str, Severity), 0) | dict(counts)

    def worst_first(self) -> Self:
        return self.order_by(RANK, "-first_seen_at", "-id")


def _having(status: str, today: date) -> Q:
    suppressed = Q(suppressed_until__gt=today)
    return {
        FindingStatus.FIXED: Q(fixed_at__isnull=False),
        FindingStatus.SUPPRESSED: Q(fixed_at=None) & suppressed,
        FindingStatus.OPEN: Q(fixed_at=None)
        & (Q(suppressed_until=None) | Q(suppressed_until__lte=today)),
    }[FindingStatus(status)]


class Finding(models.Model):
    """One row is a weakness that a scanner found, once or again and again."""

    scanner = models.CharField(max_length=100)
    fingerprint = models.CharField(max_length=64, editable=False)
    rule = models.CharField(max_length=200)
    severity = models.CharField(max_length=8, choices=SEVERITY_CHOICES)
    message = models.TextField()
    path = models.CharField(max_length=1000, blank=True)
    line = models.PositiveIntegerField(null=True, blank=True)
    url = models.CharField(max_length=1000, blank=True)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    fixed_at = models.DateTimeField(null=True, blank=True)
    suppressed_until = models.DateField(null=True, blank=True)
    suppression_reason = models.CharField(max_length=500, blank=True)
    suppressed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )

    objects = FindingQuerySet.as_manager()

    class Meta:
        ordering = ["-first_seen_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["scanner", "fingerprint"], name="one_finding_a_fingerprint"
            )
        ]

    def __str__(self) -> str:
        return f"{self.rule}: {self.message}"[:200]

    def get_absolute_url(self) -> str:
        return reverse("finding", args=[self.pk])

    def status_on(self, today: date) -> FindingStatus:
        if self.fixed_at:
            return FindingStatus.FIXED
        if self.suppressed_until and self.suppressed_until > today:
            return FindingStatus.SUPPRESSED
        return FindingStatus.OPEN
