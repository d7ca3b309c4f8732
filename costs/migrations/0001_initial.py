from decimal import Decimal

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

import core.db.money_field
import costs.allocation.models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("clouds", "0001_initial"),
        ("syncs", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Team",
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
                ("name", models.CharField(max_length=100, unique=True)),
                ("description", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="BillDay",
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
                ("day", models.DateField()),
                ("currency", models.CharField(max_length=3)),
                ("total_count", models.IntegerField()),
                ("estimated_count", models.IntegerField()),
                ("unreconciled_count", models.IntegerField()),
            ],
            options={
                "ordering": ["-day", "currency"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("day", "currency"), name="billday_natural_key"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CostRollup",
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
                    "dimension",
                    models.CharField(
                        choices=[
                            ("none", "None"),
                            ("service", "Service"),
                            ("region", "Region"),
                            ("resource_group", "Resource Group"),
                            ("account", "Account"),
                        ],
                        max_length=16,
                    ),
                ),
                ("day", models.DateField()),
                ("currency", models.CharField(max_length=3)),
                ("service", models.CharField(blank=True, max_length=200)),
                ("region", models.CharField(blank=True, max_length=64)),
                ("resource_group", models.CharField(blank=True, max_length=200)),
                ("sub_account_id", models.CharField(blank=True, max_length=255)),
                ("charge_category", models.CharField(max_length=16)),
                ("billed", core.db.money_field.MoneyField()),
                ("effective", core.db.money_field.MoneyField()),
                ("row_count", models.IntegerField()),
            ],
            options={
                "ordering": ["dimension", "-day", "id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("row_count", 0)),
                        fields=["day"],
                        name="costrollup_empty",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=(
                            "dimension",
                            "day",
                            "currency",
                            "service",
                            "region",
                            "resource_group",
                            "sub_account_id",
                            "charge_category",
                        ),
                        name="costrollup_natural_key",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TeamRule",
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
                ("name", models.CharField(max_length=100)),
                (
                    "position",
                    models.PositiveIntegerField(
                        help_text="Rules are tried in this order; the first that matches wins."
                    ),
                ),
                (
                    "valid_from",
                    models.DateField(
                        blank=True,
                        help_text="Its first day. Empty: since ever.",
                        null=True,
                    ),
                ),
                (
                    "valid_until",
                    models.DateField(
                        blank=True,
                        help_text="The day after its last. Empty: for ever.",
                        null=True,
                    ),
                ),
                (
                    "accounts",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Accounts whose bill it is, by their ids.",
                        validators=[costs.allocation.models.check_texts],
                    ),
                ),
                (
                    "sub_accounts",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Accounts that used it, by their ids.",
                        validators=[costs.allocation.models.check_texts],
                    ),
                ),
                (
                    "services",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Services, as the bill names them.",
                        validators=[costs.allocation.models.check_texts],
                    ),
                ),
                (
                    "resource_groups",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Resource groups of Azure.",
                        validators=[costs.allocation.models.check_texts],
                    ),
                ),
                ("tag_key", models.CharField(blank=True, max_length=128)),
                (
                    "tag_values",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Values of the tag.",
                        validators=[costs.allocation.models.check_texts],
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_from__lt", models.F("valid_until")),
                            ("valid_from", None),
                            ("valid_until", None),
                            _connector="OR",
                        ),
                        name="teamrule_is_valid_some_day",
                        violation_error_message="The rule ends before it begins.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BillSpan",
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
                ("currency", models.CharField(max_length=3)),
                ("first_day", models.DateField()),
                ("last_day", models.DateField()),
                ("days", models.IntegerField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="bill_spans",
                        to="clouds.cloudaccount",
                    ),
                ),
            ],
            options={
                "ordering": ["account", "currency"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "currency"), name="billspan_natural_key"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CostDay",
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
                ("day", models.DateField()),
                ("currency", models.CharField(max_length=3)),
                ("billed", core.db.money_field.MoneyField()),
                ("effective", core.db.money_field.MoneyField()),
                ("row_count", models.IntegerField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="cost_days",
                        to="clouds.cloudaccount",
                    ),
                ),
            ],
            options={
                "ordering": ["-day", "account", "currency"],
                "indexes": [
                    models.Index(fields=["day"], name="costday_day"),
                    models.Index(
                        condition=models.Q(("row_count", 0)),
                        fields=["day"],
                        name="costday_empty",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "day", "currency"),
                        name="costday_natural_key",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CostGrowth",
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
                ("currency", models.CharField(max_length=3)),
                (
                    "age",
                    models.PositiveSmallIntegerField(
                        help_text="Days after the day itself: 1 is a read on the day after."
                    ),
                ),
                (
                    "days",
                    models.PositiveSmallIntegerField(
                        help_text="Days that were read at it."
                    ),
                ),
                (
                    "known",
                    core.db.money_field.MoneyField(
                        help_text="What they were billed then."
                    ),
                ),
                (
                    "settled",
                    core.db.money_field.MoneyField(
                        help_text="What they are billed now."
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="cost_growth",
                        to="clouds.cloudaccount",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "cost growth",
                "ordering": ["account", "currency", "age"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "currency", "age"),
                        name="costgrowth_natural_key",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CostTotal",
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
                ("day", models.DateField()),
                ("currency", models.CharField(max_length=3)),
                (
                    "billed",
                    core.db.money_field.MoneyField(
                        help_text="Unblended: what the invoice says."
                    ),
                ),
                (
                    "effective",
                    core.db.money_field.MoneyField(
                        help_text="Amortized: fees paid ahead are spread over days."
                    ),
                ),
                (
                    "is_estimated",
                    models.BooleanField(
                        help_text="The cloud may still change it.",
                        verbose_name="estimated",
                    ),
                ),
                (
                    "is_reconciled",
                    models.BooleanField(
                        default=False,
                        help_text="The day's rows sum to it. costs.rollups keeps it right.",
                        verbose_name="reconciled",
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="cost_totals",
                        to="clouds.cloudaccount",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        help_text="The run that read it last.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to="syncs.syncrun",
                    ),
                ),
            ],
            options={
                "ordering": ["-day", "account", "currency"],
                "indexes": [
                    models.Index(fields=["day"], name="costtotal_day"),
                    models.Index(
                        condition=models.Q(("is_reconciled", False)),
                        fields=["day"],
                        name="costtotal_unreconciled",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "day", "currency"),
                        name="costtotal_natural_key",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CoveredDay",
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
                ("day", models.DateField()),
                (
                    "sub_account_id",
                    models.CharField(help_text="The other account.", max_length=255),
                ),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        help_text="The account whose bill it is.",
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="covered_days",
                        to="clouds.cloudaccount",
                    ),
                ),
            ],
            options={
                "ordering": ["-day", "account", "sub_account_id"],
                "indexes": [
                    models.Index(
                        fields=["sub_account_id", "day"], name="coveredday_member"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "day", "sub_account_id"),
                        name="coveredday_natural_key",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DailyCost",
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
                ("day", models.DateField()),
                (
                    "sub_account_id",
                    models.CharField(
                        blank=True,
                        help_text="The account that used it.",
                        max_length=255,
                    ),
                ),
                ("service", models.CharField(max_length=200)),
                ("region", models.CharField(blank=True, max_length=64)),
                ("resource_group", models.CharField(blank=True, max_length=200)),
                (
                    "charge_category",
                    models.CharField(
                        choices=[
                            ("Usage", "Usage"),
                            ("Purchase", "Purchase"),
                            ("Tax", "Tax"),
                            ("Credit", "Credit"),
                            ("Adjustment", "Adjustment"),
                        ],
                        max_length=16,
                    ),
                ),
                ("currency", models.CharField(max_length=3)),
                (
                    "billed",
                    core.db.money_field.MoneyField(
                        help_text="Unblended: what the invoice says."
                    ),
                ),
                (
                    "effective",
                    core.db.money_field.MoneyField(
                        help_text="Amortized: fees paid ahead are spread over days."
                    ),
                ),
                (
                    "is_estimated",
                    models.BooleanField(
                        help_text="The cloud may still change it.",
                        verbose_name="estimated",
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        help_text="The account whose bill this is.",
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="daily_costs",
                        to="clouds.cloudaccount",
                    ),
                ),
            ],
            options={
                "verbose_name": "daily cost",
                "ordering": ["-day", "account", "service", "id"],
                "indexes": [
                    models.Index(
                        fields=["day", "service"], name="dailycost_day_service"
                    ),
                    models.Index(fields=["-day", "account"], name="dailycost_newest"),
                    models.Index(
                        condition=models.Q(("resource_group", ""), _negated=True),
                        fields=["resource_group", "day"],
                        name="dailycost_group",
                    ),
                    models.Index(
                        fields=["sub_account_id", "day"], name="dailycost_member"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=(
                            "account",
                            "day",
                            "sub_account_id",
                            "service",
                            "region",
                            "resource_group",
                            "charge_category",
                            "currency",
                        ),
                        name="dailycost_natural_key",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RecentCost",
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
                ("until", models.DateField()),
                ("sub_account_id", models.CharField(blank=True, max_length=255)),
                ("service", models.CharField(max_length=200)),
                ("currency", models.CharField(max_length=3)),
                ("billed", core.db.money_field.MoneyField()),
                ("billed_before", core.db.money_field.MoneyField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="recent_costs",
                        to="clouds.cloudaccount",
                    ),
                ),
            ],
            options={
                "ordering": ["account", "currency", "service", "sub_account_id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "currency", "service", "sub_account_id"),
                        name="recentcost_natural_key",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Restatement",
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
                ("day", models.DateField()),
                ("currency", models.CharField(max_length=3)),
                ("old_billed", core.db.money_field.MoneyField()),
                ("new_billed", core.db.money_field.MoneyField()),
                ("old_effective", core.db.money_field.MoneyField()),
                ("new_effective", core.db.money_field.MoneyField()),
                (
                    "was_estimated",
                    models.BooleanField(
                        help_text="The day was still estimated, so a change was to be expected."
                    ),
                ),
                ("restated_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="restatements",
                        to="clouds.cloudaccount",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to="syncs.syncrun",
                    ),
                ),
            ],
            options={
                "ordering": ["-restated_at", "-day", "id"],
                "indexes": [models.Index(fields=["day"], name="restatement_day")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "day", "currency", "restated_at"),
                        name="restatement_natural_key",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TagCost",
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
                ("day", models.DateField()),
                ("tag_key", models.CharField(max_length=128)),
                (
                    "tag_value",
                    models.CharField(
                        blank=True, help_text="Empty: untagged.", max_length=256
                    ),
                ),
                (
                    "sub_account_id",
                    models.CharField(
                        blank=True,
                        help_text="The account that used it.",
                        max_length=255,
                    ),
                ),
                ("service", models.CharField(blank=True, max_length=200)),
                ("currency", models.CharField(max_length=3)),
                (
                    "billed",
                    core.db.money_field.MoneyField(
                        help_text="Unblended: what the invoice says."
                    ),
                ),
                (
                    "effective",
                    core.db.money_field.MoneyField(
                        help_text="Amortized: fees paid ahead are spread over days."
                    ),
                ),
                (
                    "is_estimated",
                    models.BooleanField(
                        help_text="The cloud may still change it.",
                        verbose_name="estimated",
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        help_text="The account whose bill this is.",
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tag_costs",
                        to="clouds.cloudaccount",
                    ),
                ),
            ],
            options={
                "verbose_name": "cost by tag",
                "verbose_name_plural": "costs by tag",
                "ordering": ["-day", "account", "tag_key", "tag_value", "id"],
                "indexes": [
                    models.Index(fields=["tag_key", "day"], name="tagcost_key_day"),
                    models.Index(fields=["-day", "account"], name="tagcost_newest"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=(
                            "account",
                            "day",
                            "tag_key",
                            "tag_value",
                            "sub_account_id",
                            "service",
                            "currency",
                        ),
                        name="tagcost_natural_key",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TeamShare",
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
                    "percent",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("100"),
                        max_digits=5,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0.01"))
                        ],
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="shares",
                        to="costs.teamrule",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shares",
                        to="costs.team",
                    ),
                ),
            ],
            options={
                "ordering": ["-percent", "team__name"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("rule", "team"), name="teamshare_natural_key"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("percent__gt", 0), ("percent__lte", 100)),
                        name="teamshare_is_a_part",
                    ),
                ],
            },
        ),
    ]
