import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("inventory", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="RecentCpu",
            fields=[
                (
                    "resource",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="recent_cpu",
                        serialize=False,
                        to="inventory.resource",
                    ),
                ),
                (
                    "average_percent",
                    models.FloatField(
                        help_text="Of its days' averages.",
                        null=True,
                        verbose_name="average, %",
                    ),
                ),
                (
                    "maximum_percent",
                    models.FloatField(
                        help_text="The highest of its days.",
                        null=True,
                        verbose_name="maximum, %",
                    ),
                ),
                (
                    "days",
                    models.PositiveSmallIntegerField(help_text="Days with an average."),
                ),
                (
                    "is_idle",
                    models.BooleanField(
                        help_text="By metrics.idle; unknown where there are too few days.",
                        null=True,
                    ),
                ),
                (
                    "until",
                    models.DateField(help_text="The day after the last of the 14."),
                ),
            ],
            options={
                "verbose_name": "recent CPU",
                "verbose_name_plural": "recent CPU",
                "ordering": ["resource"],
                "indexes": [
                    models.Index(fields=["average_percent"], name="recentcpu_average"),
                    models.Index(fields=["maximum_percent"], name="recentcpu_maximum"),
                    models.Index(
                        condition=models.Q(("is_idle", True)),
                        fields=["resource"],
                        name="recentcpu_idle",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CpuMetric",
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
                    "average_percent",
                    models.FloatField(blank=True, null=True, verbose_name="average, %"),
                ),
                (
                    "maximum_percent",
                    models.FloatField(blank=True, null=True, verbose_name="maximum, %"),
                ),
                (
                    "p99_percent",
                    models.FloatField(blank=True, null=True, verbose_name="p99, %"),
                ),
                (
                    "samples",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="288 a day: counted at five minutes.",
                        null=True,
                    ),
                ),
                (
                    "resource",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="inventory.resource",
                    ),
                ),
            ],
            options={
                "verbose_name": "CPU metric",
                "ordering": ["-day", "resource"],
                "abstract": False,
                "indexes": [
                    models.Index(fields=["day", "resource"], name="cpumetric_day")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("resource", "day"), name="cpumetric_natural_key"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MemoryMetric",
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
                    "average_percent",
                    models.FloatField(blank=True, null=True, verbose_name="average, %"),
                ),
                (
                    "maximum_percent",
                    models.FloatField(blank=True, null=True, verbose_name="maximum, %"),
                ),
                (
                    "resource",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="inventory.resource",
                    ),
                ),
            ],
            options={
                "ordering": ["-day", "resource"],
                "abstract": False,
                "indexes": [
                    models.Index(fields=["day", "resource"], name="memorymetric_day")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("resource", "day"), name="memorymetric_natural_key"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="NetworkMetric",
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
                    "in_bytes",
                    models.BigIntegerField(
                        blank=True, null=True, verbose_name="received, bytes"
                    ),
                ),
                (
                    "out_bytes",
                    models.BigIntegerField(
                        blank=True, null=True, verbose_name="sent, bytes"
                    ),
                ),
                (
                    "resource",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="inventory.resource",
                    ),
                ),
            ],
            options={
                "ordering": ["-day", "resource"],
                "abstract": False,
                "indexes": [
                    models.Index(fields=["day", "resource"], name="networkmetric_day")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("resource", "day"), name="networkmetric_natural_key"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="UsageMetric",
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
                    "metric",
                    models.CharField(
                        choices=[
                            ("connections", "Connections"),
                            ("storage_used_bytes", "Storage used"),
                            ("active_connections", "Active connections"),
                            ("processed_bytes", "Processed bytes"),
                            ("requests", "Requests"),
                            ("transactions", "Transactions"),
                        ],
                        max_length=24,
                    ),
                ),
                ("average", models.FloatField(blank=True, null=True)),
                ("maximum", models.FloatField(blank=True, null=True)),
                ("total", models.FloatField(blank=True, null=True)),
                (
                    "resource",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="inventory.resource",
                    ),
                ),
            ],
            options={
                "ordering": ["-day", "resource", "metric"],
                "abstract": False,
                "indexes": [
                    models.Index(
                        fields=["day", "resource", "metric"], name="usagemetric_day"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("resource", "day", "metric"),
                        name="usagemetric_natural_key",
                    )
                ],
            },
        ),
    ]
