"""The accounts that are read, which user may see which, and their data versions."""

import re
from urllib.parse import urlencode
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse

from clouds.access import AccountScopedQuerySet
from clouds.querysets import CloudAccountQuerySet, DemoEventQuerySet
from clouds.registry import CLOUDS, CloudKind, offers
from providers.base import OrganizationSource
from providers.demo.events import EventKind
from providers.settings import InvalidSetting, ProviderSettings

# Azure's billing scopes are paths; so long is every column that holds such an id.
ACCOUNT_ID_LENGTH = 255
# Control characters, and those that turn around what stands beside them.
NOT_IN_NAMES = re.compile(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


def check_name(text: str) -> None:
    if NOT_IN_NAMES.search(text):
        raise ValidationError("A name has no control characters.")


class CloudAccount(models.Model):
    """One row is one account of a cloud, and how to read it."""

    provider = models.CharField(
        max_length=16, choices=CloudKind.choices, default=CloudKind.AWS
    )
    account_id = models.CharField(
        max_length=ACCOUNT_ID_LENGTH,
        help_text="As its cloud has it: 12 digits of AWS; of Azure a subscription's "
        "id, or the scope of a bill. Of bill files: bill: and the billing account.",
    )
    name = models.CharField(max_length=128, validators=[check_name])
    settings = models.JSONField(
        default=dict,
        blank=True,
        help_text="How its cloud is asked; the cloud's own code names and checks them.",
    )
    is_payer = models.BooleanField(
        "bill covers its organization",
        null=True,
        blank=True,
        help_text="Its bill is read per member account. Unknown: the cloud is asked "
        "with each sync of costs.",
    )
    payer = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="members",
        limit_choices_to={"is_payer": True},
        help_text="The payer account whose bill covers this one now. Its costs are "
        "read there. Found with each sync of costs, where the cloud reports it.",
    )
    billed_by = models.CharField(
        max_length=ACCOUNT_ID_LENGTH,
        blank=True,
        editable=False,
        help_text="The account that pays for it, as last reported, connected or not.",
    )
    bill_since = models.DateField(
        null=True,
        editable=False,
        help_text="Since another account pays, the cloud shows its own bill from this "
        "day on; days before stay as they were read.",
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

    def get_absolute_url(self) -> str:
        """Return the address of its bill, which is what notices about it are of; of a
        member, whose costs are on its payer's, of these alone."""
        name = "sub_account" if self.payer_id else "account"
        return f"{reverse('costs')}?{urlencode({name: self.account_id})}"

    @property
    def is_payer_unknown(self) -> bool:
        """Return whether nobody has said yet who pays for it."""
        tells = offers(self, OrganizationSource)
        return tells and self.is_payer is None and self.payer_id is None

    @property
    def typed_settings(self) -> ProviderSettings:
        """Return the settings as the cloud's own type. Raises InvalidSetting."""
        return CLOUDS[self.provider].settings.of(self.settings)

    def clean(self) -> None:
        if self.payer and not self.payer.is_payer:
            raise ValidationError({"payer": f"{self.payer} is not a payer account."})
        if self.payer and self.payer.provider != self.provider:
            raise ValidationError({"payer": f"{self.payer} is of another cloud."})
        try:
            CLOUDS[self.provider].check_account_id(self.account_id)
            _ = self.typed_settings
        except InvalidSetting as error:
            raise ValidationError(f"{error}") from None


class AccountAccess(models.Model):
    """One row is the accounts that one user sees.

    Without it, an administrator sees all accounts and everybody else none.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="account_access"
    )
    all_accounts = models.BooleanField(
        default=False, help_text="Those that are connected later too."
    )
    accounts = models.ManyToManyField(
        "clouds.CloudAccount",
        blank=True,
        related_name="+",
        help_text="Unless all are, only these accounts are visible, on every page, "
        "endpoint and export. If empty, none is.",
    )

    class Meta:
        verbose_name = "account access"
        verbose_name_plural = "account access"

    def __str__(self) -> str:
        return f"account access of {self.user}"


class DataVersion(models.Model):
    """One row is the version of one dataset of one account.

    Each sync that stores changes it in the same transaction, so that cached answers of
    an older version are not used.
    """

    account = models.ForeignKey(
        CloudAccount, models.CASCADE, related_name="data_versions"
    )
    dataset = models.CharField(max_length=16)
    version = models.UUIDField(default=uuid4)

    objects = AccountScopedQuerySet.as_manager()

    class Meta:
        ordering = ["account", "dataset"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "dataset"], name="dataversion_natural_key"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dataset} of {self.account}: {self.version}"


class SharedVersion(models.Model):
    """One row is the version of one dataset of all accounts, or of the accounts.

    clouds.versions changes it together with any DataVersion of the dataset, or with an
    account, so that one row stands for a thousand accounts.
    """

    ACCOUNTS = "accounts"

    subject = models.CharField(max_length=16, primary_key=True)
    version = models.UUIDField(default=uuid4)

    objects = models.Manager["SharedVersion"]()

    class Meta:
        ordering = ["subject"]

    def __str__(self) -> str:
        return f"{self.subject}: {self.version}"


class DemoEvent(models.Model):
    """One row is something that happened to an account of the invented company beside
    its plan: a presenter triggered it, or somebody acted on it."""

    account = models.ForeignKey(
        CloudAccount, models.CASCADE, related_name="demo_events"
    )
    kind = models.CharField(
        max_length=16, choices=[(one.value, one.value.title()) for one in EventKind]
    )
    at = models.DateTimeField(help_text="When it happens, by the company's own clock.")
    what = models.CharField(
        max_length=ACCOUNT_ID_LENGTH,
        blank=True,
        help_text="The resource, machine or service that it is about.",
    )
    place = models.CharField(
        max_length=128, blank=True, help_text="Region, or resource group of a bill."
    )
    target = models.CharField(max_length=128, blank=True, help_text="What it becomes.")
    role = models.CharField(max_length=16, blank=True)
    factor = models.FloatField(
        default=1, help_text="Of costs; of CPU the average in percent."
    )
    days = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="How long it lasts. Empty: without an end."
    )

    objects = DemoEventQuerySet.as_manager()

    class Meta:
        ordering = ["at", "id"]
        verbose_name = "demo event"

    def __str__(self) -> str:
        return f"{self.kind} {self.what or self.place} of {self.account}"


class DemoCompany(models.Model):
    """The one row is the invented company's own clock, and who presents it.

    Without the row, the company lives at the present and nobody presents it.
    """

    ONLY = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY)
    clock = models.DateTimeField(
        null=True,
        blank=True,
        help_text="Its present, while that is behind ours. Empty: it is ours.",
    )
    is_hourly = models.BooleanField(
        "hourly",
        default=False,
        help_text="Whether the bill of its latest day arrives hour by hour.",
    )
    presenter = models.CharField(
        max_length=150, blank=True, help_text="Who presents it; empty: nobody does."
    )
    presenter_active_at = models.DateTimeField(
        null=True, blank=True, help_text="When the presenter last did something."
    )
    steps = models.JSONField(
        default=list, blank=True, help_text="What is still to be done, in order."
    )
    is_paused = models.BooleanField("paused", default=False)
    scenario = models.CharField(max_length=64, blank=True)
    scene = models.PositiveSmallIntegerField(
        default=0, help_text="How many scenes of the scenario were played."
    )
    outcome = models.TextField(blank=True, help_text="What the last step did.")
    error = models.TextField(blank=True, help_text="Why the last step failed.")
    held_by = models.CharField(max_length=256, blank=True)
    held_at = models.DateTimeField(null=True, blank=True)

    objects = models.Manager["DemoCompany"]()

    class Meta:
        verbose_name = "demo company"
        verbose_name_plural = "demo company"
        permissions = [("control_demo", "Can control the demo company")]
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="democompany_only_one")
        ]

    def __str__(self) -> str:
        return (
            f"demo company at {self.clock:%Y-%m-%d}" if self.clock else "demo company"
        )
