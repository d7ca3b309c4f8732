from collections import Counter

from django.db import migrations, models

from monitoring.metrics.distribution import pack

AT_ONCE = 5_000


def pack_buckets(apps, schema_editor):
    rollups = apps.get_model("monitoring", "MetricRollup").objects
    some = []
    for row in rollups.only("buckets").iterator(chunk_size=AT_ONCE):
        row.packed = pack(Counter({int(key): n for key, n in row.buckets.items()}))
        some.append(row)
        if len(some) == AT_ONCE:
            rollups.bulk_update(some, ["packed"], batch_size=500)
            some = []
    rollups.bulk_update(some, ["packed"], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0003_default_alert_rules")]

    operations = [
        migrations.AddField(
            "metricrollup", "packed", models.TextField(default=""), False
        ),
        migrations.RunPython(pack_buckets, migrations.RunPython.noop),
        migrations.RemoveField("metricrollup", "buckets"),
        migrations.RenameField("metricrollup", "packed", "buckets"),
        migrations.AlterField(
            "metricrollup",
            "buckets",
            models.TextField(
                help_text="How many values each bucket has, as distribution.py packs it."
            ),
        ),
    ]
