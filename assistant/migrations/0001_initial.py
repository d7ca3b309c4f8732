import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Interaction",
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
                ("asked_at", models.DateTimeField(db_index=True)),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("page", "Page"),
                            ("api", "API"),
                            ("mcp", "MCP"),
                            ("command", "Command"),
                        ],
                        max_length=8,
                    ),
                ),
                ("question", models.CharField(max_length=500)),
                (
                    "intent",
                    models.CharField(
                        blank=True, help_text="Empty: refused.", max_length=16
                    ),
                ),
                (
                    "understood_by",
                    models.CharField(
                        choices=[
                            ("grammar", "Grammar"),
                            ("model", "Model"),
                            ("arguments", "Arguments of a tool"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "confidence",
                    models.FloatField(
                        help_text="Share of the words that were understood; of a model's reading half."
                    ),
                ),
                (
                    "context",
                    models.JSONField(
                        default=dict,
                        help_text="The slots, the accounts that its user saw, the trail.",
                    ),
                ),
                ("answer", models.JSONField(default=dict)),
                ("is_answered", models.BooleanField()),
                ("seconds", models.FloatField()),
                (
                    "rating",
                    models.SmallIntegerField(
                        choices=[(1, "Right"), (-1, "Wrong")], null=True
                    ),
                ),
                ("comment", models.CharField(blank=True, max_length=1000)),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "answer",
                "verbose_name_plural": "questions and answers",
                "ordering": ["-asked_at", "-id"],
                "indexes": [
                    models.Index(fields=["user", "-asked_at"], name="interaction_of")
                ],
            },
        ),
    ]
