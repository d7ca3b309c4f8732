import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("syncs", "0002_automation"),
    ]

    operations = [
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
                (
                    "dataset",
                    models.CharField(
                        choices=[
                            ("ec2", "EC2 instances"),
                            ("cost", "Daily costs"),
                            ("cpu", "CPU and network"),
                        ],
                        max_length=8,
                    ),
                ),
                ("version", models.UUIDField(default=uuid.uuid4)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="data_versions",
                        to="syncs.cloudaccount",
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
    ]
