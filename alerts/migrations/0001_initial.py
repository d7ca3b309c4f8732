import django.db.models.deletion
from django.db import migrations, models

import core.db.money_field


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("clouds", "0001_initial"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        migrations.CreateModel(
            name="Channel",
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
                ("name", models.CharField(max_length=60, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("email", "E-mail"),
                            ("slack", "Slack"),
                            ("teams", "Microsoft Teams"),
                            ("pagerduty", "PagerDuty"),
                            ("webhook", "Webhook"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "target",
                    models.TextField(
                        help_text="E-mail addresses separated by commas, or the URL that takes what is posted."
                    ),
                ),
                (
                    "secret",
                    models.CharField(
                        blank=True,
                        help_text="PagerDuty: the integration key. Webhook: signs what is posted.",
                        max_length=200,
                    ),
                ),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Route",
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
                ("channel", models.CharField(max_length=60)),
                (
                    "topic",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("anomaly", "Anomalies"),
                            ("budget", "Budgets"),
                            ("freshness", "Data freshness"),
                            ("commitment", "Commitments"),
                            ("health", "Health"),
                            ("remediation", "Remediation"),
                            ("hand_over", "Hand-overs and due dates"),
                            ("digest", "Digests"),
                            ("other", "Other"),
                        ],
                        help_text="Empty: any.",
                        max_length=16,
                    ),
                ),
                (
                    "least_severity",
                    models.CharField(
                        choices=[
                            ("info", "Info"),
                            ("warning", "Warning"),
                            ("critical", "Critical"),
                        ],
                        default="info",
                        max_length=8,
                    ),
                ),
                (
                    "least_amount",
                    core.db.money_field.MoneyField(
                        blank=True,
                        help_text="Of what has an amount in this currency. Empty: any.",
                        null=True,
                    ),
                ),
                ("currency", models.CharField(blank=True, max_length=3)),
                (
                    "team",
                    models.CharField(
                        blank=True, help_text="Empty: any.", max_length=100
                    ),
                ),
                ("tag_key", models.CharField(blank=True, max_length=128)),
                (
                    "tag_value",
                    models.CharField(
                        blank=True, help_text="Empty: any value.", max_length=256
                    ),
                ),
                ("created_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty: any.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="routes",
                        to="clouds.cloudaccount",
                    ),
                ),
            ],
            options={
                "ordering": ["channel", "id"],
            },
        ),
        migrations.CreateModel(
            name="Notice",
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
                    "key",
                    models.CharField(
                        help_text="What it reports, once a channel.", max_length=200
                    ),
                ),
                ("channel", models.CharField(max_length=60)),
                (
                    "recipients",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="E-mail addresses that it goes to beside those of its channel.",
                    ),
                ),
                (
                    "topic",
                    models.CharField(
                        choices=[
                            ("anomaly", "Anomalies"),
                            ("budget", "Budgets"),
                            ("freshness", "Data freshness"),
                            ("commitment", "Commitments"),
                            ("health", "Health"),
                            ("remediation", "Remediation"),
                            ("hand_over", "Hand-overs and due dates"),
                            ("digest", "Digests"),
                            ("other", "Other"),
                        ],
                        default="other",
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
                        max_length=8,
                    ),
                ),
                (
                    "amount",
                    core.db.money_field.MoneyField(
                        blank=True, help_text="What it is about, in money.", null=True
                    ),
                ),
                ("currency", models.CharField(blank=True, max_length=3)),
                (
                    "is_end",
                    models.BooleanField(
                        default=False,
                        help_text="It says that what it is about is over.",
                    ),
                ),
                ("subject", models.CharField(max_length=200)),
                ("text", models.TextField()),
                (
                    "cause",
                    models.TextField(
                        blank=True,
                        help_text="Notices with the same cause are sent as one message.",
                    ),
                ),
                ("about_id", models.PositiveBigIntegerField(blank=True, null=True)),
                ("created_at", models.DateTimeField()),
                (
                    "due_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="The next attempt is not before then; empty: there is no other.",
                        null=True,
                    ),
                ),
                ("attempts", models.PositiveIntegerField(default=0)),
                (
                    "sending_since",
                    models.DateTimeField(
                        blank=True,
                        help_text="A process sends it, or was killed while it did.",
                        null=True,
                    ),
                ),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                (
                    "failed_at",
                    models.DateTimeField(
                        blank=True, help_text="Last failure.", null=True
                    ),
                ),
                ("error", models.TextField(blank=True)),
                ("acknowledged_at", models.DateTimeField(blank=True, null=True)),
                ("acknowledged_by", models.CharField(blank=True, max_length=150)),
                (
                    "about_type",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="contenttypes.contenttype",
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        blank=True,
                        help_text="Only users who may see this account see the notice.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notices",
                        to="clouds.cloudaccount",
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at", "-id"],
                "permissions": [
                    ("acknowledge_notice", "Can acknowledge and snooze notices")
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("sent_at", None)),
                        fields=["due_at"],
                        name="notice_unsent",
                    ),
                    models.Index(
                        fields=["about_type", "about_id"], name="notice_about"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("key", "channel"), name="notice_natural_key"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Snooze",
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
                ("about_id", models.PositiveBigIntegerField()),
                ("subject", models.CharField(max_length=200)),
                ("until", models.DateTimeField()),
                ("user_name", models.CharField(max_length=150)),
                ("created_at", models.DateTimeField()),
                (
                    "about_type",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        to="contenttypes.contenttype",
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="snoozes",
                        to="clouds.cloudaccount",
                    ),
                ),
            ],
            options={
                "ordering": ["until", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("about_type", "about_id"), name="snooze_natural_key"
                    )
                ],
            },
        ),
    ]
