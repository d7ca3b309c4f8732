import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("syncs", "0004_data_versions"),
    ]

    operations = [
        migrations.CreateModel(
            name="SharedVersion",
            fields=[
                (
                    "subject",
                    models.CharField(max_length=8, primary_key=True, serialize=False),
                ),
                ("version", models.UUIDField(default=uuid.uuid4)),
            ],
            options={
                "ordering": ["subject"],
            },
        ),
    ]
