import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import clouds.models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="SharedVersion",
            fields=[
                (
                    "subject",
                    models.CharField(max_length=16, primary_key=True, serialize=False),
                ),
                ("version", models.UUIDField(default=uuid.uuid4)),
            ],
            options={
                "ordering": ["subject"],
            },
        ),
        migrations.CreateModel(
            name="CloudAccount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "provider",
                    models.CharField(
                        choices=[
                            ("aws", "AWS"),
                            ("azure", "Azure"),
                            ("demo", "Demo AWS"),
                            ("demo-azure", "Demo Azure"),
                        ],
                        default="aws",
                        max_length=16,
                    ),
                ),
                (
                    "account_id",
                    models.CharField(
                        help_text="As its cloud has it: 12 digits of AWS; of Azure a subscription's id, or the scope of a bill.",
                        max_length=255,
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        max_length=128, validators=[clouds.models.check_name]
                    ),
                ),
                (
                    "settings",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text="How its cloud is asked; the cloud's own code names and checks them.",
                    ),
                ),
                (
                    "is_payer",
                    models.BooleanField(
                        blank=True,
                        help_text="Its bill is read per member account. Unknown: the cloud is asked with each sync of costs.",
                        null=True,
                        verbose_name="bill covers its organization",
                    ),
                ),
                (
                    "billed_by",
                    models.CharField(
                        blank=True,
                        editable=False,
                        help_text="The account that pays for it, as the cloud last said, ours or not.",
                        max_length=255,
                    ),
                ),
                (
                    "bill_since",
                    models.DateField(
                        editable=False,
                        help_text="Since another account pays, the cloud shows its own bill from this day on; days before stay as they were read.",
                        null=True,
                    ),
                ),
                (
                    "is_enabled",
                    models.BooleanField(
                        default=True,
                        help_text="Syncs leave a disabled account alone.",
                        verbose_name="enabled",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "payer",
                    models.ForeignKey(
                        blank=True,
                        help_text="The payer account whose bill covers this one now. Its costs are read there. Found with each sync of costs, where the cloud tells.",
                        limit_choices_to={"is_payer": True},
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="members",
                        to="clouds.cloudaccount",
                    ),
                ),
            ],
            options={
                "ordering": ["name", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("provider", "account_id"),
                        name="cloudaccount_natural_key",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_payer", True), ("payer__isnull", False), _negated=True
                        ),
                        name="cloudaccount_payer_has_no_payer",
                        violation_error_message="A payer account has no payer of its own.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AccountAccess",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "all_accounts",
                    models.BooleanField(
                        default=False, help_text="Those that are connected later too."
                    ),
                ),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="account_access",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "accounts",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Unless all are, only these accounts are visible, on every page, endpoint and export. If empty, none is.",
                        related_name="+",
                        to="clouds.cloudaccount",
                    ),
                ),
            ],
            options={
                "verbose_name": "account access",
                "verbose_name_plural": "account access",
            },
        ),
        migrations.CreateModel(
            name="DataVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("dataset", models.CharField(max_length=16)),
                ("version", models.UUIDField(default=uuid.uuid4)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="data_versions",
                        to="clouds.cloudaccount",
                    ),
                ),
            ],
            options={
                "ordering": ["account", "dataset"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "dataset"), name="dataversion_natural_key"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DemoCompany",
            fields=[
                (
                    "id",
                    models.PositiveSmallIntegerField(
                        default=1, primary_key=True, serialize=False
                    ),
                ),
                (
                    "clock",
                    models.DateTimeField(
                        blank=True,
                        help_text="Its present, while that is behind ours. Empty: it is ours.",
                        null=True,
                    ),
                ),
                (
                    "conductor",
                    models.CharField(
                        blank=True,
                        help_text="Who conducts it; empty: nobody does.",
                        max_length=150,
                    ),
                ),
                (
                    "conducted_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When the conductor last did something.",
                        null=True,
                    ),
                ),
                (
                    "steps",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="What is still to be done, in order.",
                    ),
                ),
                (
                    "is_paused",
                    models.BooleanField(default=False, verbose_name="paused"),
                ),
                ("scenario", models.CharField(blank=True, max_length=64)),
                (
                    "scene",
                    models.PositiveSmallIntegerField(
                        default=0,
                        help_text="How many scenes of the scenario were played.",
                    ),
                ),
                (
                    "said",
                    models.TextField(blank=True, help_text="What the last step did."),
                ),
                (
                    "error",
                    models.TextField(blank=True, help_text="Why the last step failed."),
                ),
                ("held_by", models.CharField(blank=True, max_length=256)),
                ("held_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "demo company",
                "verbose_name_plural": "demo company",
                "permissions": [("conduct_demo", "Can conduct the demo company")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("id", 1)), name="democompany_only_one"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DemoEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("started", "Started"),
                            ("stopped", "Stopped"),
                            ("retyped", "Retyped"),
                            ("removed", "Removed"),
                            ("saved", "Saved"),
                            ("added", "Added"),
                            ("spike", "Spike"),
                            ("cpu", "Cpu"),
                            ("outage", "Outage"),
                            ("restated", "Restated"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "at",
                    models.DateTimeField(
                        help_text="When it happens, by the company's own clock."
                    ),
                ),
                (
                    "what",
                    models.CharField(
                        blank=True,
                        help_text="The resource, machine or service that it is about.",
                        max_length=255,
                    ),
                ),
                (
                    "place",
                    models.CharField(
                        blank=True,
                        help_text="Region, or resource group of a bill.",
                        max_length=128,
                    ),
                ),
                (
                    "target",
                    models.CharField(
                        blank=True, help_text="What it becomes.", max_length=128
                    ),
                ),
                ("role", models.CharField(blank=True, max_length=16)),
                (
                    "factor",
                    models.FloatField(
                        default=1, help_text="Of costs; of CPU the average in percent."
                    ),
                ),
                (
                    "days",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="How long it lasts. Empty: without an end.",
                        null=True,
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="demo_events",
                        to="clouds.cloudaccount",
                    ),
                ),
            ],
            options={
                "verbose_name": "demo event",
                "ordering": ["at", "id"],
            },
        ),
    ]
