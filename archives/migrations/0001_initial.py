from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Archive",
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
                    "table",
                    models.CharField(
                        choices=[
                            ("cost", "Daily costs"),
                            ("tag", "Costs by tag"),
                            ("cpu", "CPU"),
                            ("memory", "Memory"),
                            ("network", "Network"),
                            ("usage", "Use"),
                        ],
                        max_length=8,
                    ),
                ),
                ("month", models.DateField(help_text="Its first day.")),
                ("location", models.TextField(help_text="The file, as it was named.")),
                ("rows", models.BigIntegerField()),
                ("size_bytes", models.BigIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                (
                    "accounts",
                    models.JSONField(
                        default=dict,
                        help_text="Of costs: whose they are, and whether the sums count them.",
                    ),
                ),
                (
                    "written_at",
                    models.DateTimeField(help_text="It was read back by then."),
                ),
                ("pruned_at", models.DateTimeField(null=True)),
                ("pruned_by", models.CharField(blank=True, max_length=150)),
                ("restored_at", models.DateTimeField(null=True)),
                ("restored_by", models.CharField(blank=True, max_length=150)),
            ],
            options={
                "ordering": ["-month", "table", "-id"],
            },
        ),
    ]
