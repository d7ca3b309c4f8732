import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("clouds", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AlertRule",
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
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("above", "Metric is above"),
                            ("below", "Metric is below"),
                            ("down", "Component is down"),
                            ("degraded", "Component is degraded or down"),
                        ],
                        default="above",
                        max_length=8,
                    ),
                ),
                (
                    "subject",
                    models.CharField(
                        help_text="The metric, such as host_cpu_percent, or the component, such as cache.",
                        max_length=100,
                    ),
                ),
                (
                    "labels",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text="Only series of the metric with these labels. Empty: each series.",
                    ),
                ),
                (
                    "threshold",
                    models.FloatField(
                        blank=True, help_text="Of a metric, in its unit.", null=True
                    ),
                ),
                (
                    "for_minutes",
                    models.PositiveIntegerField(
                        default=5,
                        help_text="It is so for this long before somebody is told. 0: at once.",
                        validators=[django.core.validators.MaxValueValidator(1440)],
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
                        default="warning",
                        max_length=8,
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        blank=True, help_text="Empty: as routes say.", max_length=60
                    ),
                ),
                (
                    "is_enabled",
                    models.BooleanField(default=True, verbose_name="enabled"),
                ),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="HostCounters",
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
                ("host", models.CharField(max_length=253, unique=True)),
                ("read_at", models.DateTimeField()),
                (
                    "boot_at",
                    models.DateTimeField(help_text="When the host started to count."),
                ),
                ("counters", models.JSONField(default=dict)),
            ],
            options={
                "verbose_name_plural": "host counters",
                "ordering": ["host"],
            },
        ),
        migrations.CreateModel(
            name="NamedQuery",
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
                ("text", models.TextField(help_text="With ? in place of each value.")),
            ],
            options={
                "verbose_name_plural": "named queries",
                "ordering": ["name"],
                "permissions": [
                    ("publish_metrics", "Can publish metrics of the database")
                ],
            },
        ),
        migrations.CreateModel(
            name="Scan",
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
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField()),
                (
                    "version",
                    models.CharField(help_text="Of cloudintel.", max_length=40),
                ),
                (
                    "scanners",
                    models.JSONField(default=list, help_text="Those that answered."),
                ),
                (
                    "failures",
                    models.JSONField(
                        default=dict, help_text="Why each of the others did not."
                    ),
                ),
                (
                    "new",
                    models.PositiveIntegerField(
                        help_text="Findings that were not open before."
                    ),
                ),
                (
                    "fixed",
                    models.PositiveIntegerField(
                        help_text="Findings that are found no more."
                    ),
                ),
                ("low", models.PositiveIntegerField()),
                ("medium", models.PositiveIntegerField()),
                ("high", models.PositiveIntegerField()),
                ("critical", models.PositiveIntegerField()),
            ],
            options={
                "ordering": ["-started_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="MetricSeries",
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
                ("labels", models.JSONField(default=dict)),
                (
                    "labels_digest",
                    models.CharField(help_text="Of the sorted labels.", max_length=64),
                ),
                ("unit", models.CharField(blank=True, max_length=20)),
                ("created_at", models.DateTimeField()),
                (
                    "changed_at",
                    models.DateTimeField(help_text="When it was last given a value."),
                ),
            ],
            options={
                "verbose_name_plural": "metric series",
                "ordering": ["name", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("name", "labels_digest"),
                        name="metricseries_natural_key",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="QueryHour",
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
                ("hour", models.DateTimeField()),
                ("bucket", models.SmallIntegerField()),
                ("count", models.BigIntegerField()),
                ("total_ms", models.FloatField(verbose_name="total, ms")),
                ("slowest_ms", models.FloatField(verbose_name="slowest, ms")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("hour", "name", "bucket"), name="one_query_bucket"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SlowQuery",
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
                ("hour", models.DateTimeField()),
                ("at", models.DateTimeField()),
                ("elapsed_ms", models.FloatField(verbose_name="duration, ms")),
                (
                    "plan",
                    models.TextField(
                        blank=True,
                        help_text="Steps without any value; empty: it could not be planned.",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "slow queries",
                "ordering": ["-at"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("hour", "name"), name="one_slow_query"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Breach",
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
                    "subject",
                    models.CharField(
                        help_text="The series or component.", max_length=200
                    ),
                ),
                ("since", models.DateTimeField()),
                (
                    "notified_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="Empty: it is not so for long enough yet.",
                        null=True,
                    ),
                ),
                (
                    "seen_at",
                    models.DateTimeField(help_text="When it was last measured."),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("sentence", models.TextField()),
                (
                    "rule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="breaches",
                        to="monitoring.alertrule",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "breaches",
                "ordering": ["-since", "-id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("rule", "subject"),
                        name="breach_one_open",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Finding",
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
                ("scanner", models.CharField(max_length=100)),
                ("fingerprint", models.CharField(editable=False, max_length=64)),
                ("rule", models.CharField(max_length=200)),
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
                ("message", models.TextField()),
                ("path", models.CharField(blank=True, max_length=1000)),
                ("line", models.PositiveIntegerField(blank=True, null=True)),
                ("url", models.CharField(blank=True, max_length=1000)),
                ("first_seen_at", models.DateTimeField()),
                ("last_seen_at", models.DateTimeField()),
                ("fixed_at", models.DateTimeField(blank=True, null=True)),
                ("suppressed_until", models.DateField(blank=True, null=True)),
                ("suppression_reason", models.CharField(blank=True, max_length=500)),
                (
                    "suppressed_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-first_seen_at", "-id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("scanner", "fingerprint"),
                        name="one_finding_a_fingerprint",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HealthPeriod",
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
                ("component", models.CharField(max_length=60)),
                (
                    "grain",
                    models.CharField(
                        choices=[
                            ("minute", "Minute"),
                            ("hour", "Hour"),
                            ("day", "Day"),
                        ],
                        max_length=6,
                    ),
                ),
                ("starts_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("ok", "OK"),
                            ("degraded", "Degraded"),
                            ("down", "Down"),
                        ],
                        help_text="The worst of its checks.",
                        max_length=8,
                    ),
                ),
                ("checks", models.IntegerField()),
                ("degraded", models.IntegerField(help_text="So many of them.")),
                ("down", models.IntegerField(help_text="So many of them.")),
                (
                    "response_ms",
                    models.FloatField(
                        help_text="The mean.", verbose_name="response, ms"
                    ),
                ),
                (
                    "max_response_ms",
                    models.FloatField(verbose_name="longest response, ms"),
                ),
                (
                    "message",
                    models.CharField(
                        blank=True,
                        help_text="Of the newest that is not ok.",
                        max_length=500,
                    ),
                ),
                ("checked_at", models.DateTimeField(help_text="The newest of them.")),
                (
                    "account",
                    models.ForeignKey(
                        blank=True,
                        help_text="Whose data it is about; empty: of the installation.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="clouds.cloudaccount",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["grain", "starts_at"], name="health_by_time")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("component", "grain", "starts_at"),
                        name="one_health_period",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MetricRollup",
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
                    "interval",
                    models.CharField(
                        choices=[("hour", "Hour"), ("day", "Day")], max_length=4
                    ),
                ),
                ("start_at", models.DateTimeField()),
                ("count", models.PositiveIntegerField()),
                ("total", models.FloatField()),
                ("minimum", models.FloatField()),
                ("maximum", models.FloatField()),
                ("p50", models.FloatField()),
                ("p95", models.FloatField()),
                ("p99", models.FloatField()),
                (
                    "buckets",
                    models.JSONField(help_text="How many values each bucket has."),
                ),
                (
                    "series",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rollups",
                        to="monitoring.metricseries",
                    ),
                ),
            ],
            options={
                "ordering": ["-start_at", "series_id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("interval", "series", "start_at"),
                        name="metricrollup_natural_key",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MetricPoint",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "series_id",
                        "recorded_at",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("recorded_at", models.DateTimeField()),
                ("value", models.FloatField()),
                (
                    "series",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="points",
                        to="monitoring.metricseries",
                    ),
                ),
            ],
            options={
                "ordering": ["-recorded_at", "-series_id"],
                "indexes": [
                    models.Index(
                        fields=["recorded_at", "series"], name="metricpoint_time"
                    )
                ],
            },
        ),
    ]
