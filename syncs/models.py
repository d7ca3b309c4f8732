"""What is read: accounts, the runs that read them, and how far each dataset is read."""

from datetime import timedelta
from decimal import Decimal

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse

from providers.windows import Window
from syncs.querysets import CloudAccountQuerySet, SyncRunQuerySet

ROLE_ARN = RegexValidator(
    r"^arn:aws[a-z-]*:iam::\d{12}:role/.+$",
    "A role ARN looks like arn:aws:iam::123456789012:role/cloudintel.",
)
ACCOUNT_ID = RegexValidator(r"^\d{12}$", "An AWS account id has 12 digits.")


class CloudKind(models.TextChoices):
    """The cloud behind an account."""

    AWS = "aws", "AWS"
    DEMO = "demo", "Demo"


class Dataset(models.TextChoices):
    """What is read from an account."""

    EC2 = "ec2", "EC2 instances"
    COST = "cost", "Daily costs"
    CPU = "cpu", "CPU and network"


class CloudAccount(models.Model):
    """One account of a cloud, and how to read it."""

    provider = models.CharField(
        max_length=16, choices=CloudKind.choices, default=CloudKind.AWS
    )
    account_id = models.CharField(
        max_length=64, validators=[ACCOUNT_ID], help_text="12 digits."
    )
    name = models.CharField(max_length=128)
    role_arn = models.CharField(
        "role ARN",
        max_length=2048,
        blank=True,
        validators=[ROLE_ARN],
        help_text="The role to assume. Empty: the credentials of the environment.",
    )
    external_id = models.CharField(
        "external ID",
        max_length=1224,
        blank=True,
        help_text="The ExternalId that the role's trust policy asks for.",
    )
    regions = models.JSONField(
        default=list,
        blank=True,
        help_text='Only these regions, such as ["eu-west-1"]. Empty: all enabled.',
    )
    is_payer = models.BooleanField(
        "bill covers its organization",
        default=False,
        help_text="Its bill is read per member account. Only for a payer account.",
    )
    payer = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="members",
        limit_choices_to={"is_payer": True},
        help_text="The payer account whose bill covers this one. Its costs are read "
        "there, so that nothing is counted twice.",
    )
    is_enabled = models.BooleanField(
        "enabled", default=True, help_text="Syncs leave a disabled account alone."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CloudAccountQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "account_id"], name="cloudaccount_natural_key"
            ),
            models.CheckConstraint(
                condition=~Q(is_payer=True, payer__isnull=False),
                name="cloudaccount_payer_has_no_payer",
                violation_error_message="A payer account has no payer of its own.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.account_id})"

    def clean(self) -> None:
        if self.payer and not self.payer.is_payer:
            raise ValidationError({"payer": f"{self.payer} is not a payer account."})
        if not isinstance(self.regions, list) or not all(
            isinstance(region, str) and region for region in self.regions
        ):
            raise ValidationError({"regions": 'Give a list such as ["eu-west-1"].'})

    def datasets(self) -> list[Dataset]:
        """What a sync of this account reads."""
        return [d for d in Dataset if d != Dataset.COST or self.payer_id is None]


class SyncRun(models.Model):
    """One reading of one dataset of one account: its window, progress and outcome.

    While it is queued or running it holds the slot of its account and dataset; a
    database constraint lets nobody else in.
    """

    class Status(models.TextChoices):
        QUEUED = "queued", "Queued"
        RUNNING = "running", "Running"
        SUCCEEDED = "succeeded", "Succeeded"
        PARTIAL = "partial", "Partial"
        FAILED = "failed", "Failed"
        ABANDONED = "abandoned", "Abandoned"

    class Trigger(models.TextChoices):
        COMMAND = "command", "Command"
        API = "api", "API"
        ADMIN = "admin", "Admin"
        SCHEDULE = "schedule", "Schedule"

    ACTIVE = (Status.QUEUED, Status.RUNNING)
    GOOD = (Status.SUCCEEDED, Status.PARTIAL)

    account = models.ForeignKey(CloudAccount, models.CASCADE, related_name="runs")
    dataset = models.CharField(max_length=8, choices=Dataset.choices)
    status = models.CharField(
        max_length=16, choices=Status.choices, default=Status.RUNNING
    )
    start = models.DateField(null=True, blank=True, help_text="First day, inclusive.")
    end = models.DateField(null=True, blank=True, help_text="Last day, exclusive.")
    trigger = models.CharField(
        max_length=16, choices=Trigger.choices, default=Trigger.COMMAND
    )
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True
    )
    started_at = models.DateTimeField()
    heartbeat_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    progress = models.CharField(max_length=200, blank=True)
    rows = models.PositiveIntegerField(default=0, help_text="Rows read and stored.")
    requests = models.PositiveIntegerField(default=0)
    requests_by_operation = models.JSONField(default=dict, blank=True)
    api_cost_usd = models.DecimalField(
        "API cost, USD", max_digits=12, decimal_places=5, default=Decimal(0)
    )
    error = models.TextField(blank=True, help_text="What failed and what to do.")

    objects = SyncRunQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at", "-id"]
        get_latest_by = "started_at"
        indexes = [
            models.Index(
                fields=["account", "dataset", "-started_at"], name="syncrun_history"
            ),
            models.Index(fields=["-started_at", "-id"], name="syncrun_newest"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "dataset"],
                condition=Q(status__in=["queued", "running"]),
                name="syncrun_one_active_per_dataset",
            ),
        ]
        permissions = [("start_sync", "Can start a sync")]

    def __str__(self) -> str:
        window = f" {self.window}" if self.window else ""
        return f"{self.dataset} of {self.account}{window}: {self.get_status_display()}"

    def get_absolute_url(self) -> str:
        return reverse("run", args=[self.pk])

    @property
    def window(self) -> Window | None:
        return Window(self.start, self.end) if self.start and self.end else None

    @property
    def is_active(self) -> bool:
        return self.status in self.ACTIVE

    @property
    def elapsed(self) -> timedelta:
        """How long it took, or how long its last sign of life is after its start."""
        return (self.finished_at or self.heartbeat_at) - self.started_at


class Watermark(models.Model):
    """How far one dataset of one account is read without a gap: up to this day."""

    account = models.ForeignKey(CloudAccount, models.CASCADE, related_name="watermarks")
    dataset = models.CharField(max_length=8, choices=Dataset.choices)
    read_until = models.DateField(help_text="Every day before this one is stored.")
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["account", "dataset"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "dataset"], name="watermark_natural_key"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dataset} of {self.account} until {self.read_until}"
