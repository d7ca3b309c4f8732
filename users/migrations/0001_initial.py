import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import users.models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("clouds", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ApiToken",
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
                        blank=True,
                        help_text="What uses it, such as Grafana.",
                        max_length=80,
                    ),
                ),
                (
                    "digest",
                    models.CharField(editable=False, max_length=128, unique=True),
                ),
                ("prefix", models.CharField(editable=False, max_length=15)),
                (
                    "scope",
                    models.CharField(
                        choices=[
                            ("api", "API"),
                            ("mcp", "MCP"),
                            ("wall", "wall screens"),
                        ],
                        db_default="api",
                        default="api",
                        help_text="API: scripts. MCP: assistants of others, which only ask questions. Wall: a screen that only shows.",
                        max_length=4,
                    ),
                ),
                (
                    "is_read_only",
                    models.BooleanField(default=False, verbose_name="read-only"),
                ),
                (
                    "all_accounts",
                    models.BooleanField(
                        default=True,
                        help_text="Whatever its user sees. Otherwise only `accounts`.",
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(null=True)),
                ("last_used_at", models.DateTimeField(null=True)),
                (
                    "accounts",
                    models.ManyToManyField(
                        blank=True, related_name="+", to="clouds.cloudaccount"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="api_tokens",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-expires_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="AuditEntry",
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
                ("at", models.DateTimeField(db_index=True)),
                ("user_name", models.CharField(blank=True, max_length=150)),
                ("action", models.CharField(db_index=True, max_length=64)),
                ("object_type", models.CharField(blank=True, max_length=64)),
                ("object_id", models.CharField(blank=True, max_length=64)),
                ("object_label", models.CharField(blank=True, max_length=255)),
                ("details", models.JSONField(blank=True, default=dict)),
                (
                    "address",
                    models.GenericIPAddressField(null=True, verbose_name="IP address"),
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
                "verbose_name": "audit log entry",
                "verbose_name_plural": "audit log",
                "ordering": ["-at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="SavedView",
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
                ("name", models.CharField(max_length=80)),
                (
                    "address",
                    models.CharField(
                        help_text="A page of this server with its filters, such as /costs/?period=last_month&group_by=account.",
                        max_length=2000,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^/(?![/\\\\])[^\\s\\\\]*$",
                                "Use an address on this server, such as /admin/.",
                            ),
                            users.models.check_page,
                        ],
                    ),
                ),
                (
                    "is_shared",
                    models.BooleanField(
                        default=False,
                        help_text="Whether everybody finds it.",
                        verbose_name="shared",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="saved_views",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["name", "id"],
            },
        ),
    ]
