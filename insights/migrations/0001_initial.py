import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import alerts.addresses
import core.db.money_field
import insights.budgets.models
import insights.remediation.models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "__first__"),
        ("clouds", "0001_initial"),
        ("costs", "0001_initial"),
        ("inventory", "0001_initial"),
        ("syncs", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Calibration",
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
                    "scope",
                    models.CharField(
                        choices=[
                            ("total", "Total"),
                            ("account", "Account"),
                            ("service", "Service"),
                            ("region", "Region"),
                            ("tag", "Tag"),
                            ("machine", "Machine"),
                        ],
                        max_length=8,
                        unique=True,
                    ),
                ),
                (
                    "judged",
                    models.PositiveIntegerField(help_text="Alarms that were judged."),
                ),
                ("precision_before", models.FloatField(null=True)),
                (
                    "precision_after",
                    models.FloatField(
                        help_text="On alarms that the threshold was not learned from. Empty: too few.",
                        null=True,
                    ),
                ),
                (
                    "kept",
                    models.FloatField(
                        help_text="Share of the right ones that it still tells.",
                        null=True,
                    ),
                ),
                (
                    "least_deviation",
                    models.FloatField(
                        help_text="In widths of the expected range; what deviates less is not told. Empty: everything is.",
                        null=True,
                    ),
                ),
                ("calibrated_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["scope"],
            },
        ),
        migrations.CreateModel(
            name="Anomaly",
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
                    "assigned_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When it was handed over. Empty: its owner is by the rules.",
                        null=True,
                    ),
                ),
                ("assigned_by", models.CharField(blank=True, max_length=150)),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="due")),
                ("message", models.TextField(blank=True, help_text="To the owner.")),
                (
                    "scope",
                    models.CharField(
                        choices=[
                            ("total", "Total"),
                            ("account", "Account"),
                            ("service", "Service"),
                            ("region", "Region"),
                            ("tag", "Tag"),
                            ("machine", "Machine"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "sub_account_id",
                    models.CharField(
                        blank=True,
                        help_text="The account that used it, on a payer's bill.",
                        max_length=255,
                    ),
                ),
                ("service", models.CharField(blank=True, max_length=200)),
                ("region", models.CharField(blank=True, max_length=64)),
                ("tag_key", models.CharField(blank=True, max_length=128)),
                (
                    "tag_value",
                    models.CharField(
                        blank=True,
                        help_text="The value of the tag whose costs deviate.",
                        max_length=256,
                    ),
                ),
                ("currency", models.CharField(blank=True, max_length=3)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("spike", "Spike"),
                            ("shift", "New level"),
                            ("growth", "Growth"),
                            ("new", "New"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "direction",
                    models.CharField(
                        choices=[("up", "Above"), ("down", "Below")], max_length=8
                    ),
                ),
                ("first_day", models.DateField()),
                ("last_day", models.DateField()),
                ("peak_day", models.DateField(help_text="The day that deviates most.")),
                (
                    "seen_on",
                    models.DateField(
                        help_text="The day that revealed it.", verbose_name="detected"
                    ),
                ),
                (
                    "is_over",
                    models.BooleanField(
                        help_text="It returned to normal, or became the new normal."
                    ),
                ),
                ("expected", core.db.money_field.MoneyField()),
                ("low", core.db.money_field.MoneyField()),
                ("high", core.db.money_field.MoneyField()),
                ("actual", core.db.money_field.MoneyField()),
                (
                    "impact",
                    core.db.money_field.MoneyField(
                        help_text="The cost of all its days beyond the expected cost.",
                        null=True,
                    ),
                ),
                (
                    "severity",
                    models.CharField(
                        choices=[
                            ("low", "Low"),
                            ("medium", "Medium"),
                            ("high", "High"),
                            ("critical", "Critical"),
                        ],
                        max_length=8,
                    ),
                ),
                ("confidence", models.FloatField(help_text="0 to 1.")),
                (
                    "causes",
                    models.JSONField(
                        default=list,
                        help_text="The parts it consists of, largest first.",
                        verbose_name="root causes",
                    ),
                ),
                (
                    "tag_causes",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="The values of each tag key that it consists of, largest first.",
                        verbose_name="causes by tag",
                    ),
                ),
                (
                    "recall",
                    models.FloatField(
                        help_text="Share of incidents injected into this history that were detected within two days. Empty: the history is too short.",
                        null=True,
                        verbose_name="detection rate",
                    ),
                ),
                (
                    "false_per_month",
                    models.FloatField(
                        help_text="At most so many in 30 days of this history.",
                        null=True,
                        verbose_name="false positives a month",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("detected", "Detected"),
                            ("acknowledged", "Acknowledged"),
                            ("investigating", "Investigating"),
                            ("resolved", "Resolved"),
                            ("dismissed", "Dismissed"),
                            ("planned", "Planned"),
                        ],
                        default="detected",
                        max_length=16,
                    ),
                ),
                ("detected_at", models.DateTimeField()),
                (
                    "version",
                    models.PositiveIntegerField(
                        default=1,
                        help_text="Counts the changes; send it back with a change.",
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        help_text="The account; empty: all accounts together.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="anomalies",
                        to="clouds.cloudaccount",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        help_text="Who is responsible for it. Empty: nobody.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "resource",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="anomalies",
                        to="inventory.resource",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "anomalies",
                "ordering": ["-first_day", "-id"],
                "indexes": [
                    models.Index(fields=["status", "-first_day"], name="anomaly_status")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("account__isnull", False), ("resource__isnull", True)
                        ),
                        fields=(
                            "account",
                            "sub_account_id",
                            "service",
                            "region",
                            "tag_key",
                            "tag_value",
                            "currency",
                            "first_day",
                        ),
                        name="anomaly_once_of_an_account",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("account__isnull", True), ("resource__isnull", True)
                        ),
                        fields=(
                            "sub_account_id",
                            "service",
                            "region",
                            "currency",
                            "first_day",
                        ),
                        name="anomaly_once_of_all",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("resource__isnull", False)),
                        fields=("resource", "first_day"),
                        name="anomaly_once_of_a_resource",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AnomalyChange",
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
                ("at", models.DateTimeField()),
                ("user_name", models.CharField(blank=True, max_length=150)),
                ("old_status", models.CharField(blank=True, max_length=16)),
                ("new_status", models.CharField(max_length=16)),
                ("note", models.TextField(blank=True)),
                (
                    "anomaly",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="changes",
                        to="insights.anomaly",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-at", "-id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Budget",
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
                    "assigned_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When it was handed over. Empty: its owner is by the rules.",
                        null=True,
                    ),
                ),
                ("assigned_by", models.CharField(blank=True, max_length=150)),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="due")),
                ("message", models.TextField(blank=True, help_text="To the owner.")),
                ("name", models.CharField(max_length=100)),
                (
                    "scope",
                    models.CharField(
                        choices=[
                            ("total", "All costs"),
                            ("account", "One account"),
                            ("service", "One service"),
                            ("tag", "One value of a tag"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "key",
                    models.CharField(
                        blank=True,
                        help_text="The service, or the tag as key=value.",
                        max_length=200,
                    ),
                ),
                (
                    "currency",
                    models.CharField(
                        default="USD",
                        max_length=3,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Z]{3}\\Z",
                                "Give a three-letter currency code such as USD.",
                            )
                        ],
                    ),
                ),
                ("amount", core.db.money_field.MoneyField(help_text="For one month.")),
                (
                    "actual_percents",
                    models.JSONField(
                        blank=True,
                        default=insights.budgets.models.actual_percents,
                        help_text="Send an alert when this share is spent.",
                        validators=[insights.budgets.models.whole_percents],
                    ),
                ),
                (
                    "forecasted_percents",
                    models.JSONField(
                        blank=True,
                        default=insights.budgets.models.forecasted_percents,
                        help_text="Send an alert when this share is forecast to be spent.",
                        validators=[insights.budgets.models.whole_percents],
                    ),
                ),
                (
                    "recipients",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="E-mail addresses that get its alerts, beside the alert channels.",
                        validators=[alerts.addresses.check_addresses],
                    ),
                ),
                ("created_at", models.DateTimeField()),
                (
                    "period",
                    models.DateField(help_text="The first of the month.", null=True),
                ),
                (
                    "spent",
                    core.db.money_field.MoneyField(
                        help_text="Billed so far in that month.", null=True
                    ),
                ),
                (
                    "forecasted",
                    core.db.money_field.MoneyField(
                        help_text="Forecast for the whole month.", null=True
                    ),
                ),
                (
                    "forecasted_high",
                    core.db.money_field.MoneyField(
                        help_text="Upper bound of the 80% interval.", null=True
                    ),
                ),
                (
                    "spent_until",
                    models.DateField(
                        help_text="The last day with cost data.", null=True
                    ),
                ),
                (
                    "note",
                    models.TextField(
                        blank=True, help_text="How it was computed, or why it was not."
                    ),
                ),
                (
                    "version",
                    models.PositiveIntegerField(
                        default=1,
                        help_text="Counts the changes; send it back with a change.",
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        blank=True,
                        help_text="Only this account's costs. Empty: all accounts.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="budgets",
                        to="clouds.cloudaccount",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        help_text="Who is responsible for it. Empty: nobody.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["name", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)),
                        name="budget_amount_is_positive",
                    ),
                    models.UniqueConstraint(
                        fields=("account", "name"),
                        name="budget_name_of_account",
                        violation_error_message="Another budget of the same account has this name; choose another.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("account", None)),
                        fields=("name",),
                        name="budget_name_without_account",
                        violation_error_message="Another budget of the same account has this name; choose another.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BudgetAlert",
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
                ("period", models.DateField(help_text="The first of the month.")),
                (
                    "kind",
                    models.CharField(
                        choices=[("actual", "Spent"), ("forecasted", "Forecasted")],
                        max_length=10,
                    ),
                ),
                (
                    "threshold",
                    models.PositiveSmallIntegerField(verbose_name="threshold, %"),
                ),
                (
                    "amount",
                    core.db.money_field.MoneyField(
                        help_text="Spent or forecast when it was exceeded."
                    ),
                ),
                ("sentence", models.TextField()),
                ("at", models.DateTimeField()),
                (
                    "budget",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="alerts",
                        to="insights.budget",
                    ),
                ),
            ],
            options={
                "ordering": ["-at", "-id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("budget", "period", "kind", "threshold"),
                        name="budgetalert_once_per_threshold",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="EffectiveRate",
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
                ("region", models.CharField(max_length=64)),
                ("factor", models.DecimalField(decimal_places=10, max_digits=12)),
                ("currency", models.CharField(max_length=3)),
                (
                    "days",
                    models.PositiveIntegerField(
                        help_text="Of the bill, from which it is."
                    ),
                ),
                ("computed_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="effective_rates",
                        to="clouds.cloudaccount",
                    ),
                ),
            ],
            options={
                "ordering": ["account", "region"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "region"), name="effectiverate_natural_key"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Forecast",
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
                    "scope",
                    models.CharField(
                        choices=[
                            ("total", "Total"),
                            ("account", "Account"),
                            ("service", "Service"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "key",
                    models.CharField(
                        blank=True,
                        help_text="The service, or the id of the account that used it.",
                        max_length=255,
                    ),
                ),
                ("currency", models.CharField(max_length=3)),
                ("made_at", models.DateTimeField()),
                (
                    "data_until",
                    models.DateField(
                        help_text="The first day that is forecast.",
                        verbose_name="forecast date",
                    ),
                ),
                ("horizon", models.PositiveSmallIntegerField(help_text="Days ahead.")),
                (
                    "model",
                    models.CharField(
                        help_text="The models and their weights.", max_length=300
                    ),
                ),
                (
                    "note",
                    models.TextField(
                        blank=True,
                        help_text="Why a fallback was used, what was modeled apart.",
                    ),
                ),
                (
                    "is_newest",
                    models.BooleanField(
                        help_text="The one that is shown.", verbose_name="current"
                    ),
                ),
                (
                    "is_replayed",
                    models.BooleanField(
                        default=False,
                        help_text="Made afterwards from the data of that day, to be compared with the bill.",
                    ),
                ),
                (
                    "mase",
                    models.FloatField(
                        help_text="Mean absolute scaled error of the backtest; below 1 beats seasonal naive in the training history. Empty: the history is too short.",
                        null=True,
                        verbose_name="MASE",
                    ),
                ),
                (
                    "naive_mase",
                    models.FloatField(
                        help_text="The baseline: the last week again.",
                        null=True,
                        verbose_name="MASE, seasonal naive",
                    ),
                ),
                ("smape", models.FloatField(null=True, verbose_name="sMAPE, %")),
                (
                    "coverage_80",
                    models.FloatField(
                        help_text="Share of days inside the 80% interval.",
                        null=True,
                        verbose_name="80% coverage",
                    ),
                ),
                (
                    "coverage_95",
                    models.FloatField(
                        help_text="Share of days inside the 95% interval.",
                        null=True,
                        verbose_name="95% coverage",
                    ),
                ),
                (
                    "folds",
                    models.PositiveSmallIntegerField(
                        default=0, verbose_name="backtest folds"
                    ),
                ),
                (
                    "widened_to_percent",
                    models.FloatField(
                        help_text="The 80% interval reaches so far to each side, of what an average day costs, as measured month ends missed more than the backtest says. Empty: it was wide enough.",
                        null=True,
                        verbose_name="widened to, %",
                    ),
                ),
                (
                    "data_version",
                    models.CharField(
                        help_text="The version of the data that it was made from.",
                        max_length=64,
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        help_text="The account; empty: all accounts together.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="forecasts",
                        to="clouds.cloudaccount",
                    ),
                ),
            ],
            options={
                "ordering": ["-made_at", "-id"],
                "indexes": [
                    models.Index(
                        fields=["scope", "key", "currency"], name="forecast_scope"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("account__isnull", False)),
                        fields=("account", "scope", "key", "currency", "data_until"),
                        name="forecast_once_of_an_account",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("account__isnull", True)),
                        fields=("scope", "key", "currency", "data_until"),
                        name="forecast_once_of_all",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("account__isnull", False), ("is_newest", True)
                        ),
                        fields=("account", "scope", "key", "currency"),
                        name="forecast_one_newest_of_an_account",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("account__isnull", True), ("is_newest", True)
                        ),
                        fields=("scope", "key", "currency"),
                        name="forecast_one_newest_of_all",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ForecastPoint",
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
                ("mean", core.db.money_field.MoneyField()),
                ("low_80", core.db.money_field.MoneyField()),
                ("high_80", core.db.money_field.MoneyField()),
                ("low_95", core.db.money_field.MoneyField()),
                ("high_95", core.db.money_field.MoneyField()),
                (
                    "forecast",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="points",
                        to="insights.forecast",
                    ),
                ),
            ],
            options={
                "ordering": ["forecast", "day"],
                "indexes": [models.Index(fields=["day"], name="forecastpoint_day")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("forecast", "day"), name="forecastpoint_natural_key"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Judgment",
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
                    "is_right",
                    models.BooleanField(help_text="Whether the alarm was right."),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[("status", "Status"), ("feedback", "Feedback")],
                        max_length=16,
                    ),
                ),
                (
                    "quality",
                    models.FloatField(help_text="0 to 1: how sure the label is."),
                ),
                ("user_name", models.CharField(blank=True, max_length=150)),
                ("judged_at", models.DateTimeField()),
                (
                    "anomaly",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="judgment",
                        to="insights.anomaly",
                    ),
                ),
            ],
            options={
                "ordering": ["-judged_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="LabeledDay",
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
                    "value",
                    core.db.money_field.MoneyField(
                        help_text="Billed, or percent of CPU. Empty: unknown.",
                        null=True,
                    ),
                ),
                (
                    "label",
                    models.CharField(
                        blank=True,
                        choices=[("anomaly", "Anomaly"), ("normal", "Normal")],
                        help_text="Empty: nobody judged it.",
                        max_length=8,
                    ),
                ),
                (
                    "judgment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="days",
                        to="insights.judgment",
                    ),
                ),
            ],
            options={
                "ordering": ["-day", "-id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("judgment", "day"), name="labeledday_natural_key"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MonthEndMiss",
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
                ("month", models.DateField()),
                (
                    "forecast_date",
                    models.DateField(help_text="The first day that was forecast."),
                ),
                (
                    "is_replayed",
                    models.BooleanField(
                        help_text="Made afterwards from the data of that day."
                    ),
                ),
                ("forecasted", core.db.money_field.MoneyField()),
                ("low_80", core.db.money_field.MoneyField()),
                ("high_80", core.db.money_field.MoneyField()),
                ("actual", core.db.money_field.MoneyField()),
                (
                    "days",
                    models.PositiveSmallIntegerField(
                        help_text="Days that were forecast."
                    ),
                ),
                (
                    "days_within_80",
                    models.PositiveSmallIntegerField(
                        help_text="Of these, days inside the 80% interval."
                    ),
                ),
                (
                    "forecast",
                    models.ForeignKey(
                        db_index=False,
                        help_text="The current forecast, whose intervals learned from it.",
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="misses",
                        to="insights.forecast",
                    ),
                ),
            ],
            options={
                "ordering": ["forecast", "-month"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("forecast", "month"), name="monthendmiss_natural_key"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="OwnerRule",
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
                    "position",
                    models.PositiveIntegerField(
                        help_text="Rules are tried in this order; the first that matches wins."
                    ),
                ),
                ("tag_key", models.CharField(blank=True, max_length=128)),
                (
                    "tag_value",
                    models.CharField(
                        blank=True, help_text="Empty: any value.", max_length=256
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="clouds.cloudaccount",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="owner_rules",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        help_text="The team that pays for it, by the rules of teams.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="costs.team",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
            },
        ),
        migrations.CreateModel(
            name="PlannedChange",
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
                    "name",
                    models.CharField(
                        help_text="What happens, in a few words.", max_length=100
                    ),
                ),
                (
                    "service",
                    models.CharField(
                        blank=True,
                        help_text="As on the bill. Empty: any service.",
                        max_length=200,
                    ),
                ),
                (
                    "region",
                    models.CharField(
                        blank=True, help_text="Empty: any region.", max_length=64
                    ),
                ),
                ("first_day", models.DateField()),
                ("last_day", models.DateField()),
                ("created_at", models.DateTimeField(editable=False)),
                (
                    "account",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty: all accounts.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="planned_changes",
                        to="clouds.cloudaccount",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-first_day", "-id"],
            },
        ),
        migrations.CreateModel(
            name="PowerSchedule",
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
                    "off",
                    models.CharField(
                        help_text="Its hours in UTC, as in 20-06 weekends.",
                        max_length=64,
                    ),
                ),
                ("approved_by", models.CharField(blank=True, max_length=150)),
                ("since", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="power_schedules",
                        to="clouds.cloudaccount",
                    ),
                ),
                (
                    "resource",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="power_schedules",
                        to="inventory.resource",
                    ),
                ),
            ],
            options={
                "ordering": ["-since", "-id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("resource",),
                        name="powerschedule_one_of_a_resource",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Recommendation",
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
                    "assigned_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When it was handed over. Empty: its owner is by the rules.",
                        null=True,
                    ),
                ),
                ("assigned_by", models.CharField(blank=True, max_length=150)),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="due")),
                ("message", models.TextField(blank=True, help_text="To the owner.")),
                (
                    "rule",
                    models.CharField(
                        choices=[
                            ("idle", "idle"),
                            ("stopped", "stopped"),
                            ("allocated", "allocated"),
                            ("oversized", "oversized"),
                            ("old_generation", "old_generation"),
                            ("schedule", "schedule"),
                            ("unattached", "unattached"),
                            ("old_snapshot", "old_snapshot"),
                            ("volume_type", "volume_type"),
                            ("cost_per_use", "cost_per_use"),
                            ("colder_tier", "colder_tier"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("compute", "compute"),
                            ("storage", "storage"),
                            ("database", "database"),
                            ("network", "network"),
                            ("cost", "cost"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "priority",
                    models.CharField(
                        choices=[
                            ("critical", "critical"),
                            ("high", "high"),
                            ("medium", "medium"),
                            ("low", "low"),
                        ],
                        max_length=8,
                    ),
                ),
                ("title", models.CharField(max_length=300)),
                ("current_state", models.TextField()),
                ("recommendation", models.TextField()),
                (
                    "savings_monthly",
                    core.db.money_field.MoneyField(
                        help_text="For 730 hours. Empty: the price is unknown.",
                        null=True,
                    ),
                ),
                (
                    "counted_monthly",
                    core.db.money_field.MoneyField(
                        help_text="The part of it that is in totals: an alternative counts 0, so that nothing is counted twice.",
                        null=True,
                    ),
                ),
                (
                    "alternative_to",
                    models.CharField(
                        blank=True,
                        help_text="The rule that is counted instead.",
                        max_length=16,
                    ),
                ),
                (
                    "kg_per_month",
                    models.FloatField(
                        blank=True,
                        help_text="That it would avoid, as estimated. Empty: unknown.",
                        null=True,
                        verbose_name="kg CO2e a month",
                    ),
                ),
                ("currency", models.CharField(blank=True, max_length=3)),
                (
                    "price_basis",
                    models.CharField(
                        choices=[
                            ("bill", "bill"),
                            ("list price", "list price"),
                            ("none", "none"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "impact",
                    models.CharField(
                        choices=[
                            ("low", "low"),
                            ("medium", "medium"),
                            ("high", "high"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "effort",
                    models.CharField(
                        choices=[
                            ("low", "low"),
                            ("medium", "medium"),
                            ("high", "high"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "complexity",
                    models.CharField(
                        choices=[
                            ("low", "low"),
                            ("medium", "medium"),
                            ("high", "high"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "risk",
                    models.CharField(
                        choices=[
                            ("low", "low"),
                            ("medium", "medium"),
                            ("high", "high"),
                        ],
                        max_length=8,
                    ),
                ),
                ("risk_reason", models.TextField(blank=True)),
                (
                    "confidence",
                    models.CharField(
                        choices=[
                            ("low", "low"),
                            ("medium", "medium"),
                            ("high", "high"),
                        ],
                        max_length=8,
                    ),
                ),
                ("estimated_time", models.CharField(max_length=64)),
                ("implementation_steps", models.JSONField(default=list)),
                (
                    "evidence",
                    models.JSONField(default=dict, help_text="The days and figures."),
                ),
                (
                    "target",
                    models.CharField(
                        blank=True, help_text="The type to change to.", max_length=64
                    ),
                ),
                (
                    "resource_type",
                    models.CharField(
                        blank=True,
                        help_text="The type when it was found.",
                        max_length=64,
                    ),
                ),
                ("fingerprint", models.CharField(max_length=200)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("accepted", "Accepted"),
                            ("in_progress", "In progress"),
                            ("done", "Done"),
                            ("dismissed", "Dismissed"),
                            ("obsolete", "Obsolete"),
                        ],
                        default="open",
                        max_length=16,
                    ),
                ),
                (
                    "reason",
                    models.TextField(blank=True, help_text="Reason for dismissing it."),
                ),
                (
                    "is_found",
                    models.BooleanField(
                        default=True,
                        help_text="Whether the last refresh still found its reason.",
                    ),
                ),
                ("found_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(null=True)),
                (
                    "version",
                    models.PositiveIntegerField(
                        default=1,
                        help_text="Counts the changes; send it back with a change.",
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="recommendations",
                        to="clouds.cloudaccount",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        help_text="Who is responsible for it. Empty: nobody.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "resource",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="recommendations",
                        to="inventory.resource",
                    ),
                ),
            ],
            options={
                "ordering": ["-found_at", "-id"],
                "indexes": [
                    models.Index(
                        fields=["status", "priority"], name="recommendation_status"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("status__in", ["open", "accepted", "in_progress"])
                        ),
                        fields=("resource", "rule", "target"),
                        name="recommendation_one_live_per_rule",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Feedback",
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
                    "rating",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="1 (wrong) to 5 (right). Empty: not rated.",
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(5),
                        ],
                    ),
                ),
                ("comment", models.TextField(blank=True, max_length=2000)),
                (
                    "is_flagged",
                    models.BooleanField(
                        default=False,
                        help_text="It should not be shown.",
                        verbose_name="flagged",
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                (
                    "version",
                    models.PositiveIntegerField(
                        default=1,
                        help_text="Counts the changes; send it back with a change.",
                    ),
                ),
                (
                    "anomaly",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="feedback",
                        to="insights.anomaly",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="feedback",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "forecast",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="feedback",
                        to="insights.forecast",
                    ),
                ),
                (
                    "recommendation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="feedback",
                        to="insights.recommendation",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "feedback",
                "ordering": ["-updated_at", "-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("anomaly__isnull", True),
                                ("forecast__isnull", True),
                                ("recommendation__isnull", False),
                            ),
                            models.Q(
                                ("anomaly__isnull", False),
                                ("forecast__isnull", True),
                                ("recommendation__isnull", True),
                            ),
                            models.Q(
                                ("anomaly__isnull", True),
                                ("forecast__isnull", False),
                                ("recommendation__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="feedback_of_one_insight",
                    ),
                    models.UniqueConstraint(
                        fields=("recommendation", "user"), name="feedback_one_per_user"
                    ),
                    models.UniqueConstraint(
                        fields=("anomaly", "user"),
                        name="feedback_one_per_user_and_anomaly",
                    ),
                    models.UniqueConstraint(
                        fields=("forecast", "user"),
                        name="feedback_one_per_user_and_forecast",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rating__gte", 1), ("rating__lte", 5)),
                        name="feedback_rating_1_to_5",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RecommendationChange",
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
                ("at", models.DateTimeField()),
                ("user_name", models.CharField(blank=True, max_length=150)),
                ("old_status", models.CharField(blank=True, max_length=16)),
                ("new_status", models.CharField(max_length=16)),
                ("note", models.TextField(blank=True)),
                (
                    "recommendation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="changes",
                        to="insights.recommendation",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-at", "-id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="RefreshState",
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
                    "version",
                    models.CharField(
                        blank=True,
                        help_text="The version of the data it was computed from.",
                        max_length=200,
                    ),
                ),
                (
                    "parts",
                    models.JSONField(
                        default=dict,
                        help_text="The version of the data that each part was made from.",
                    ),
                ),
                (
                    "refreshed_at",
                    models.DateTimeField(
                        help_text="When all parts were last computed without an error.",
                        null=True,
                    ),
                ),
                ("tried_at", models.DateTimeField(null=True)),
                ("seconds", models.FloatField(help_text="Duration.", null=True)),
                (
                    "error",
                    models.TextField(
                        blank=True, help_text="What failed, and what to do."
                    ),
                ),
                (
                    "remark",
                    models.TextField(
                        blank=True,
                        help_text="Incomplete data, such as missing list prices.",
                    ),
                ),
                ("held_by", models.CharField(blank=True, max_length=256)),
                ("held_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="refresh_state",
                        to="clouds.cloudaccount",
                    ),
                ),
            ],
            options={
                "ordering": ["account", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        models.Value(1),
                        condition=models.Q(("account__isnull", True)),
                        name="refreshstate_one_of_all",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Remediation",
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
                    "due_at",
                    models.DateTimeField(
                        help_text="The hour of the schedule that asked for it.",
                        null=True,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("stop_instance", "Stop instance"),
                            ("start_instance", "Start instance"),
                            ("resize_instance", "Resize instance"),
                            ("release_address", "Release address"),
                            ("delete_volume", "Delete volume after a snapshot"),
                            ("change_volume_type", "Change volume type"),
                            ("set_storage_class", "Set storage class"),
                            ("schedule", "Stop and start by schedule"),
                            ("end_schedule", "End schedule"),
                            ("restart_sync", "Restart sync"),
                            ("free_slot", "End sync"),
                        ],
                        max_length=24,
                    ),
                ),
                (
                    "target",
                    models.CharField(
                        blank=True, help_text="What it is changed to.", max_length=64
                    ),
                ),
                (
                    "key",
                    models.CharField(
                        default=insights.remediation.models.new_key,
                        max_length=32,
                        unique=True,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("proposed", "Proposed"),
                            ("approved", "Approved"),
                            ("running", "Running"),
                            ("succeeded", "Succeeded"),
                            ("failed", "Failed"),
                            ("unknown", "Outcome unknown"),
                            ("rolled_back", "Rolled back"),
                            ("rejected", "Rejected"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="proposed",
                        max_length=16,
                    ),
                ),
                (
                    "reason",
                    models.TextField(blank=True, help_text="Why it is proposed."),
                ),
                ("proposed_by", models.CharField(blank=True, max_length=150)),
                ("proposed_at", models.DateTimeField()),
                ("checked_at", models.DateTimeField(null=True, verbose_name="dry run")),
                (
                    "dry_run",
                    models.TextField(
                        blank=True, help_text="What the cloud said to it."
                    ),
                ),
                (
                    "dry_run_error",
                    models.TextField(blank=True, help_text="Why it can't be done."),
                ),
                (
                    "expected",
                    models.JSONField(
                        default=dict, help_text="The resource as the dry run saw it."
                    ),
                ),
                ("approved_by", models.CharField(blank=True, max_length=150)),
                ("approved_at", models.DateTimeField(null=True)),
                ("held_by", models.CharField(blank=True, max_length=256)),
                ("heartbeat_at", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "answer",
                    models.TextField(blank=True, help_text="What the cloud answered."),
                ),
                (
                    "error",
                    models.TextField(
                        blank=True, help_text="What failed and what to do."
                    ),
                ),
                (
                    "undo",
                    models.JSONField(
                        default=dict,
                        help_text="The action that takes it back. Empty: nothing does.",
                    ),
                ),
                (
                    "version",
                    models.PositiveIntegerField(
                        default=1,
                        help_text="Counts the changes; send it back with a change.",
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="remediations",
                        to="clouds.cloudaccount",
                    ),
                ),
                (
                    "anomaly",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="remediations",
                        to="insights.anomaly",
                    ),
                ),
                (
                    "approver",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "recommendation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="remediations",
                        to="insights.recommendation",
                    ),
                ),
                (
                    "resource",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="remediations",
                        to="inventory.resource",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="remediations",
                        to="syncs.syncrun",
                    ),
                ),
                (
                    "schedule",
                    models.ForeignKey(
                        help_text="The schedule that asked for it.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="remediations",
                        to="insights.powerschedule",
                    ),
                ),
                (
                    "undoes",
                    models.ForeignKey(
                        help_text="The action that it takes back.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="undone_by",
                        to="insights.remediation",
                    ),
                ),
            ],
            options={
                "ordering": ["-proposed_at", "-id"],
                "permissions": [
                    ("approve_remediation", "Can approve and reject actions")
                ],
                "indexes": [models.Index(fields=["status"], name="remediation_status")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("status__in", ["proposed", "approved", "running"])
                        ),
                        fields=("resource",),
                        name="remediation_one_open_of_a_resource",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("status__in", ["proposed", "approved", "running"])
                        ),
                        fields=("run",),
                        name="remediation_one_open_of_a_run",
                    ),
                    models.UniqueConstraint(
                        fields=("schedule", "due_at"), name="remediation_once_an_hour"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RemediationLine",
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
                ("at", models.DateTimeField()),
                ("user_name", models.CharField(blank=True, max_length=150)),
                ("old_status", models.CharField(blank=True, max_length=16)),
                ("new_status", models.CharField(max_length=16)),
                ("note", models.TextField(blank=True)),
                (
                    "remediation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="insights.remediation",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["at", "id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Verification",
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
                    "status",
                    models.CharField(
                        choices=[
                            ("expected", "expected"),
                            ("pending", "pending"),
                            ("realized", "realized"),
                            ("not_realized", "not_realized"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "expected",
                    core.db.money_field.MoneyField(
                        help_text="The recommended saving, for 730 hours.", null=True
                    ),
                ),
                (
                    "realized",
                    core.db.money_field.MoneyField(
                        help_text="The verified saving, for 730 hours.", null=True
                    ),
                ),
                ("currency", models.CharField(blank=True, max_length=3)),
                (
                    "share",
                    models.FloatField(help_text="Realized of expected.", null=True),
                ),
                ("reason", models.TextField(help_text="The reason for the verdict.")),
                (
                    "figures",
                    models.JSONField(default=dict, help_text="The days and amounts."),
                ),
                ("checked_at", models.DateTimeField()),
                (
                    "recommendation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="verification",
                        to="insights.recommendation",
                    ),
                ),
            ],
            options={
                "ordering": ["-checked_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="Advice",
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
                ("advice_id", models.CharField(max_length=1024, verbose_name="ID")),
                (
                    "type_id",
                    models.CharField(
                        help_text="Of what is advised, whatever the resource.",
                        max_length=64,
                        verbose_name="type",
                    ),
                ),
                (
                    "impact",
                    models.CharField(
                        choices=[
                            ("high", "High"),
                            ("medium", "Medium"),
                            ("low", "Low"),
                        ],
                        max_length=8,
                    ),
                ),
                ("problem", models.CharField(max_length=512)),
                ("solution", models.CharField(max_length=512)),
                (
                    "resource_id",
                    models.CharField(
                        help_text="What it is about; of a commitment the subscription.",
                        max_length=1024,
                        verbose_name="resource ID",
                    ),
                ),
                ("resource_type", models.CharField(blank=True, max_length=128)),
                ("resource_name", models.CharField(blank=True, max_length=256)),
                ("region", models.CharField(blank=True, max_length=64)),
                (
                    "term",
                    models.CharField(
                        blank=True,
                        help_text="Of a commitment, such as P3Y.",
                        max_length=16,
                    ),
                ),
                (
                    "monthly_savings",
                    core.db.money_field.MoneyField(
                        blank=True,
                        help_text="As the cloud estimates; empty: it does not.",
                        null=True,
                    ),
                ),
                ("currency", models.CharField(blank=True, max_length=3)),
                (
                    "details",
                    models.JSONField(
                        blank=True, default=dict, help_text="Whatever else it says."
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        blank=True, help_text="When the cloud computed it.", null=True
                    ),
                ),
                ("first_seen_at", models.DateTimeField()),
                ("last_seen_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="advice",
                        to="clouds.cloudaccount",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "advice",
                "ordering": ["account", "id"],
                "indexes": [
                    models.Index(fields=["resource_id"], name="advice_resource")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "advice_id"), name="advice_natural_key"
                    )
                ],
            },
        ),
    ]
