from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0001_initial"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="instance", name="instance_region"),
        migrations.RemoveIndex(model_name="instance", name="instance_state"),
        migrations.AddIndex(
            model_name="instance",
            index=models.Index(
                fields=["account", "region", "name"], name="instance_order"
            ),
        ),
        migrations.AddIndex(
            model_name="instance",
            index=models.Index(fields=["name"], name="instance_name"),
        ),
        migrations.AddIndex(
            model_name="instance",
            index=models.Index(fields=["region"], name="instance_region"),
        ),
        migrations.AddIndex(
            model_name="instance",
            index=models.Index(fields=["instance_type"], name="instance_type"),
        ),
        migrations.AddIndex(
            model_name="instance",
            index=models.Index(
                condition=Q(gone_since__isnull=True),
                fields=["state"],
                name="instance_present_state",
            ),
        ),
        migrations.AddIndex(
            model_name="statechange",
            index=models.Index(fields=["-at", "-id"], name="statechange_newest"),
        ),
    ]
