"""Actions that change something, from proposal to outcome, with their log."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from clouds.access import AccountScopedQuerySet
from clouds.models import CloudAccount
from clouds.versions import bump_version
from insights.anomalies.models import Anomaly
from insights.recommendations.models import Recommendation
from insights.remediation.action_kinds import KINDS, KindTraits, RemediationKind
from insights.remediation.power_hours import PowerHours
from insights.remediation.querysets import (
    RemediationLineQuerySet,
    RemediationQuerySet,
)
from insights.status_change import StatusChange, version_field
from inventory.models import Resource
from syncs.models import SyncRun

# The subject of the version that each line of a log moves.
REMEDIATIONS = "remediations"


def new_key() -> str:
    """Return what the cloud knows an action by, so that it is never done twice."""
    return uuid4().hex


class PowerSchedule(models.Model):
    """One row is the hours at which one instance is stopped and started, in UTC."""

    account = models.ForeignKey(
        CloudAccount, models.CASCADE, related_name="power_schedules"
    )
    resource = models.ForeignKey(
        Resource, models.CASCADE, related_name="power_schedules"
    )
    off = models.CharField(
        max_length=64, help_text="Its hours in UTC, as in 20-06 weekends."
    )
    approved_by = models.CharField(max_length=150, blank=True)
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = AccountScopedQuerySet.as_manager()

    class Meta:
        ordering = ["-since", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["resource"],
                condition=Q(ended_at__isnull=True),
                name="powerschedule_one_of_a_resource",
            )
        ]

    def __str__(self) -> str:
        return f"{self.resource} off {self.off} UTC"

    @property
    def hours(self) -> PowerHours:
        return PowerHours.parse(self.off)

    def due_at(self, now: datetime) -> datetime:
        """Return since when the instance is to be on, or off, as it is to be now."""
        return max(self.hours.same_since(now), self.since)


class Remediation(models.Model):
    """One row is one change to make, who proposed and approved it, and its outcome.

    A resource or run has one open one. What the last dry run saw is what is approved:
    where the resource differs later, nothing is done.
    """

    class Status(models.TextChoices):
        PROPOSED = "proposed", "Proposed"
        APPROVED = "approved", "Approved"
        RUNNING = "running", "Running"
        SUCCEEDED = "succeeded", "Succeeded"
        FAILED = "failed", "Failed"
        UNKNOWN = "unknown", "Outcome unknown"
        ROLLED_BACK = "rolled_back", "Rolled back"
        REJECTED = "rejected", "Rejected"
        CANCELLED = "cancelled", "Cancelled"

    AT_WORK = (Status.APPROVED, Status.RUNNING)
    OPEN = (Status.PROPOSED, *AT_WORK)

    account = models.ForeignKey(
        CloudAccount, models.CASCADE, related_name="remediations"
    )
    resource = models.ForeignKey(
        Resource, models.CASCADE, null=True, related_name="remediations"
    )
    run = models.ForeignKey(
        SyncRun, models.SET_NULL, null=True, related_name="remediations"
    )
    recommendation = models.ForeignKey(
        Recommendation, models.SET_NULL, null=True, related_name="remediations"
    )
    anomaly = models.ForeignKey(
        Anomaly, models.SET_NULL, null=True, related_name="remediations"
    )
    schedule = models.ForeignKey(
        PowerSchedule,
        models.SET_NULL,
        null=True,
        related_name="remediations",
        help_text="The schedule that asked for it.",
    )
    due_at = models.DateTimeField(
        null=True, help_text="The hour of the schedule that asked for it."
    )
    undoes = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        related_name="undone_by",
        help_text="The action that it takes back.",
    )
    kind = models.CharField(max_length=24, choices=RemediationKind.choices)
    target = models.CharField(
        max_length=64, blank=True, help_text="What it is changed to."
    )
    key = models.CharField(max_length=32, default=new_key, unique=True)
    status = models.CharField(
        max_length=16, choices=Status.choices, default=Status.PROPOSED
    )
    reason = models.TextField(blank=True, help_text="Why it is proposed.")
    # Names outlive their users, and may change or be another's later.
    proposed_by = models.CharField(max_length=150, blank=True)
    proposer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    proposed_at = models.DateTimeField()
    checked_at = models.DateTimeField("dry run", null=True)
    dry_run = models.TextField(blank=True, help_text="The answer of the cloud.")
    dry_run_error = models.TextField(blank=True, help_text="Why it can't be done.")
    expected = models.JSONField(
        default=dict, help_text="The resource as the dry run saw it."
    )
    approved_by = models.CharField(max_length=150, blank=True)
    # Of a user, for the statuses that are changed in their name.
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    # As a deleted one is none; a command and a schedule have none either.
    is_approved_by_user = models.BooleanField(default=False)
    approved_at = models.DateTimeField(null=True)
    held_by = models.CharField(max_length=256, blank=True)
    heartbeat_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True, help_text="What the cloud answered.")
    error = models.TextField(blank=True, help_text="What failed and what to do.")
    undo = models.JSONField(
        default=dict, help_text="The action that takes it back. Empty: nothing does."
    )
    version = version_field()

    objects = RemediationQuerySet.as_manager()

    class Meta:
        ordering = ["-proposed_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["resource"],
                condition=Q(status__in=["proposed", "approved", "running"]),
                name="remediation_one_open_of_a_resource",
            ),
            models.UniqueConstraint(
                fields=["run"],
                condition=Q(status__in=["proposed", "approved", "running"]),
                name="remediation_one_open_of_a_run",
            ),
            models.UniqueConstraint(
                fields=["schedule", "due_at"], name="remediation_once_an_hour"
            ),
        ]
        indexes = [models.Index(fields=["status"], name="remediation_status")]
        permissions = [("approve_remediation", "Can approve and reject actions")]

    def __str__(self) -> str:
        return f"{self.label} {self.subject}"

    def get_absolute_url(self) -> str:
        return reverse("remediation", args=[self.pk])

    @property
    def label(self) -> str:
        return RemediationKind(self.kind).label_in(self.account.provider)

    @property
    def subject(self) -> str:
        """Return what it is about, with what that is changed to."""
        if self.resource is None:
            run = self.run
            return f"{run.dataset} of {run.account.name}" if run else self.account.name
        name = self.resource.name or self.resource.short_id
        if self.kind == RemediationKind.SCHEDULE:
            return f"{name} (off {self.target} UTC)"
        if self.kind == RemediationKind.RESTORE_VOLUME:
            return f"{name} ({self.target})"
        return f"{name} to {self.target}" if self.traits.has_target else name

    @property
    def traits(self) -> KindTraits:
        return KINDS[RemediationKind(self.kind)]

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN

    @property
    def waits_for_worker(self) -> bool:
        is_unchecked = self.status == self.Status.PROPOSED and self.checked_at is None
        return is_unchecked or self.status in self.AT_WORK

    @property
    def can_be_undone(self) -> bool:
        return self.status == self.Status.SUCCEEDED and bool(self.undo)

    def write_line(
        self,
        text: str,
        at: datetime,
        *,
        old_status: str | None = None,
        user: Any = None,
        user_name: str = "",
    ) -> None:
        """Add a line to the log; without a user the worker says it.

        Pages that show the action are stale from then on.
        """
        self.lines.create(
            at=at,
            user=user,
            user_name=user_name,
            old_status=self.status if old_status is None else old_status,
            new_status=self.status,
            note=text,
        )
        bump_version(self.account, REMEDIATIONS)


class RemediationLine(StatusChange):
    """One row is one line of an action's log: a status, or what the cloud said."""

    remediation = models.ForeignKey(Remediation, models.CASCADE, related_name="lines")

    objects = RemediationLineQuerySet.as_manager()

    class Meta(StatusChange.Meta):
        ordering = ["at", "id"]
