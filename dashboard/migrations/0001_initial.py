import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import core.db.money_field


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DashboardMetric",
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
                ("total_monthly_cost", core.db.money_field.MoneyField(null=True)),
                ("monthly_change_percent", models.FloatField(null=True)),
                ("projected_monthly_cost", core.db.money_field.MoneyField(null=True)),
                ("projection_low", core.db.money_field.MoneyField(null=True)),
                ("projection_high", core.db.money_field.MoneyField(null=True)),
                ("utilization_metrics", models.JSONField(default=dict)),
                ("total_vms", models.PositiveIntegerField()),
                ("running_vms", models.PositiveIntegerField()),
                ("total_storage_accounts", models.PositiveIntegerField()),
                ("total_potential_savings", core.db.money_field.MoneyField(null=True)),
                (
                    "data_through",
                    models.DateField(help_text="The newest day that is stored."),
                ),
                ("reconciled", models.BooleanField(null=True)),
                (
                    "version",
                    models.CharField(
                        help_text="The version of the data it was computed from.",
                        max_length=200,
                    ),
                ),
                ("computed_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["-day", "currency"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("day", "currency"), name="dashboardmetric_natural_key"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Digest",
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
                    "frequency",
                    models.CharField(
                        choices=[("daily", "Daily"), ("weekly", "Weekly")], max_length=8
                    ),
                ),
                (
                    "hour",
                    models.PositiveSmallIntegerField(
                        default=7,
                        help_text="Of the day, UTC; a weekly one comes on Mondays.",
                        validators=[django.core.validators.MaxValueValidator(23)],
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        blank=True,
                        help_text="Empty: the user's own e-mail address.",
                        max_length=60,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("sent_on", models.DateField(help_text="The day of the last one.")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="digests",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["user", "frequency", "channel"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "frequency", "channel"),
                        name="digest_natural_key",
                    )
                ],
            },
        ),
    ]
