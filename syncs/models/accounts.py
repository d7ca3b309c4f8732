"""The accounts that are read, and how."""

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from syncs.querysets import CloudAccountQuerySet

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
