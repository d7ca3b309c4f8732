import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clouds", "0002_unknown_payer"),
        ("costs", "0001_initial"),
    ]

    operations = [
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
                    models.CharField(help_text="The other account.", max_length=64),
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
    ]
