from decimal import Decimal

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "__first__"),
        ("clouds", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ApiBudgetDay",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False)),
                (
                    "usd_e5",
                    models.PositiveBigIntegerField(
                        default=0, verbose_name="reserved, 10^-5 USD"
                    ),
                ),
            ],
            options={
                "verbose_name": "API budget day",
                "ordering": ["-day"],
            },
        ),
        migrations.CreateModel(
            name="Worker",
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
                        help_text="As Celery has it.", max_length=255, unique=True
                    ),
                ),
                (
                    "held_by",
                    models.CharField(help_text="Its host and process.", max_length=256),
                ),
                ("heartbeat_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Backfill",
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
                            ("instances", "Instances"),
                            ("storage", "Volumes, snapshots and buckets"),
                            ("databases", "Databases"),
                            ("network", "Addresses, NAT gateways and load balancers"),
                            ("cost", "Cost"),
                            ("cpu", "CPU and network"),
                            ("usage", "Use of databases, network and storage"),
                            ("prices", "List prices"),
                            ("advice", "Advice of the cloud itself"),
                        ],
                        max_length=16,
                    ),
                ),
                ("start", models.DateField(help_text="First day, inclusive.")),
                ("end", models.DateField(help_text="Last day, exclusive.")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("proposed", "Proposed"),
                            ("running", "Running"),
                            ("paused", "Paused"),
                            ("cancelled", "Cancelled"),
                            ("succeeded", "Succeeded"),
                            ("failed", "Failed"),
                        ],
                        default="proposed",
                        max_length=16,
                    ),
                ),
                (
                    "estimated_usd",
                    models.DecimalField(
                        decimal_places=5,
                        default=Decimal("0"),
                        max_digits=12,
                        verbose_name="estimated API cost, USD",
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="backfills",
                        to="clouds.cloudaccount",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at", "-id"],
                "permissions": [
                    ("start_backfill", "Can start, pause and cancel a backfill")
                ],
                "indexes": [models.Index(fields=["status"], name="backfill_status")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("start__lt", models.F("end"))),
                        name="backfill_start_before_end",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BackfillWindow",
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
                ("start", models.DateField()),
                ("end", models.DateField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("active", "Active"),
                            ("succeeded", "Succeeded"),
                            ("failed", "Failed"),
                        ],
                        default="waiting",
                        max_length=16,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("due_at", models.DateTimeField(help_text="Not before then.")),
                ("error", models.TextField(blank=True)),
                (
                    "backfill",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="windows",
                        to="syncs.backfill",
                    ),
                ),
            ],
            options={
                "ordering": ["backfill", "-start"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("backfill", "start"), name="backfillwindow_natural_key"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Incident",
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
                            ("instances", "Instances"),
                            ("storage", "Volumes, snapshots and buckets"),
                            ("databases", "Databases"),
                            ("network", "Addresses, NAT gateways and load balancers"),
                            ("cost", "Cost"),
                            ("cpu", "CPU and network"),
                            ("usage", "Use of databases, network and storage"),
                            ("prices", "List prices"),
                            ("advice", "Advice of the cloud itself"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "severity",
                    models.CharField(
                        choices=[
                            ("info", "Info"),
                            ("warning", "Warning"),
                            ("critical", "Critical"),
                        ],
                        default="critical",
                        max_length=8,
                    ),
                ),
                (
                    "sentence",
                    models.TextField(help_text="What was wrong when it opened."),
                ),
                (
                    "cause",
                    models.TextField(
                        blank=True,
                        help_text="The end of the sentence: why, and what to do.",
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="incidents",
                        to="clouds.cloudaccount",
                    ),
                ),
            ],
            options={
                "ordering": ["-opened_at", "-id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at__isnull", True)),
                        fields=("account", "dataset"),
                        name="incident_one_open_per_dataset",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SyncRun",
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
                            ("instances", "Instances"),
                            ("storage", "Volumes, snapshots and buckets"),
                            ("databases", "Databases"),
                            ("network", "Addresses, NAT gateways and load balancers"),
                            ("cost", "Cost"),
                            ("cpu", "CPU and network"),
                            ("usage", "Use of databases, network and storage"),
                            ("prices", "List prices"),
                            ("advice", "Advice of the cloud itself"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("running", "Running"),
                            ("succeeded", "Succeeded"),
                            ("partial", "Partial"),
                            ("failed", "Failed"),
                            ("abandoned", "Abandoned"),
                        ],
                        default="running",
                        max_length=16,
                    ),
                ),
                (
                    "start",
                    models.DateField(
                        blank=True, help_text="First day, inclusive.", null=True
                    ),
                ),
                (
                    "end",
                    models.DateField(
                        blank=True, help_text="Last day, exclusive.", null=True
                    ),
                ),
                (
                    "trigger",
                    models.CharField(
                        choices=[
                            ("command", "Command"),
                            ("api", "API"),
                            ("admin", "Admin"),
                            ("page", "Page"),
                            ("schedule", "Schedule"),
                            ("backfill", "Backfill"),
                        ],
                        default="command",
                        max_length=16,
                    ),
                ),
                (
                    "attempt",
                    models.PositiveIntegerField(
                        default=1,
                        help_text="Which try it is since a run that read everything.",
                    ),
                ),
                ("queued_at", models.DateTimeField(blank=True, null=True)),
                (
                    "held_by",
                    models.CharField(
                        blank=True,
                        help_text="The host and process that reads.",
                        max_length=256,
                    ),
                ),
                ("started_at", models.DateTimeField()),
                ("heartbeat_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("progress", models.CharField(blank=True, max_length=200)),
                (
                    "rows",
                    models.PositiveIntegerField(
                        default=0, help_text="Rows read and stored."
                    ),
                ),
                ("requests", models.PositiveIntegerField(default=0)),
                ("requests_by_operation", models.JSONField(blank=True, default=dict)),
                (
                    "api_cost_usd",
                    models.DecimalField(
                        decimal_places=5,
                        default=Decimal("0"),
                        max_digits=12,
                        verbose_name="API cost, USD",
                    ),
                ),
                (
                    "error",
                    models.TextField(
                        blank=True, help_text="What failed and what to do."
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="runs",
                        to="clouds.cloudaccount",
                    ),
                ),
                (
                    "backfill_window",
                    models.ForeignKey(
                        blank=True,
                        help_text="The part of a backfill that it reads.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="runs",
                        to="syncs.backfillwindow",
                    ),
                ),
                (
                    "started_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-started_at", "-id"],
                "permissions": [("start_sync", "Can start a sync")],
                "get_latest_by": "started_at",
                "indexes": [
                    models.Index(
                        fields=["account", "dataset", "-id"], name="syncrun_history"
                    ),
                    models.Index(fields=["-started_at", "-id"], name="syncrun_newest"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("backfill_window__isnull", True),
                            ("status__in", ["queued", "running"]),
                        ),
                        fields=("account", "dataset"),
                        name="syncrun_one_active_per_dataset",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ["queued", "running"])),
                        fields=("backfill_window",),
                        name="syncrun_one_active_per_backfill_window",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Watermark",
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
                            ("instances", "Instances"),
                            ("storage", "Volumes, snapshots and buckets"),
                            ("databases", "Databases"),
                            ("network", "Addresses, NAT gateways and load balancers"),
                            ("cost", "Cost"),
                            ("cpu", "CPU and network"),
                            ("usage", "Use of databases, network and storage"),
                            ("prices", "List prices"),
                            ("advice", "Advice of the cloud itself"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "region",
                    models.CharField(
                        blank=True,
                        help_text="Empty where all are read at once.",
                        max_length=64,
                    ),
                ),
                (
                    "read_until",
                    models.DateField(help_text="Every day before this one is stored."),
                ),
                ("updated_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="watermarks",
                        to="clouds.cloudaccount",
                    ),
                ),
            ],
            options={
                "ordering": ["account", "dataset", "region"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "dataset", "region"),
                        name="watermark_natural_key",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ApiUsage",
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
                    "service",
                    models.CharField(
                        help_text="As its cloud names it: ce, ec2.", max_length=64
                    ),
                ),
                ("operation", models.CharField(max_length=128)),
                ("requests", models.PositiveBigIntegerField(default=0)),
                (
                    "usd_e5",
                    models.PositiveBigIntegerField(
                        default=0, verbose_name="cost, 10^-5 USD"
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="api_usage",
                        to="clouds.cloudaccount",
                    ),
                ),
            ],
            options={
                "verbose_name": "API usage",
                "verbose_name_plural": "API usage",
                "ordering": ["-day", "account", "service", "operation"],
                "indexes": [models.Index(fields=["day"], name="apiusage_day")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "day", "service", "operation"),
                        name="apiusage_natural_key",
                    )
                ],
            },
        ),
    ]
