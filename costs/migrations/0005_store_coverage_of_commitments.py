import django.db.models.deletion
from django.db import migrations, models

import core.db.money_field


class Migration(migrations.Migration):
    dependencies = [
        ("clouds", "0004_hourly_bill_of_the_demo"),
        ("costs", "0004_store_utilization_of_commitments"),
    ]

    operations = [
        migrations.CreateModel(
            name="CommitmentCoverage",
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
                        help_text="Reservation or Savings Plan.", max_length=32
                    ),
                ),
                ("service", models.CharField(max_length=200)),
                (
                    "region",
                    models.CharField(
                        blank=True, help_text="Empty: all of them.", max_length=64
                    ),
                ),
                ("start", models.DateField(help_text="The first of the days.")),
                ("end", models.DateField(help_text="The day after the last.")),
                ("covered", core.db.money_field.MoneyField()),
                (
                    "total",
                    core.db.money_field.MoneyField(
                        help_text="All that it could cover, covered or not."
                    ),
                ),
                (
                    "unit",
                    models.CharField(
                        help_text="Of both: hours, or of savings plans a currency.",
                        max_length=8,
                    ),
                ),
                (
                    "on_demand",
                    core.db.money_field.MoneyField(
                        help_text="The cost of usage that it did not cover."
                    ),
                ),
                ("currency", models.CharField(max_length=3)),
                ("read_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="commitment_coverage",
                        to="clouds.cloudaccount",
                    ),
                ),
            ],
            options={
                "verbose_name": "coverage by commitments",
                "verbose_name_plural": "coverage by commitments",
                "ordering": ["account", "kind", "service", "region"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "kind", "service", "region"),
                        name="commitmentcoverage_natural_key",
                    )
                ],
            },
        ),
    ]
