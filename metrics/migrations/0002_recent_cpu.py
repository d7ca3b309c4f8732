from datetime import timedelta

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Avg, Count, Max
from django.utils import timezone

RECENT_DAYS = 14


def fill(apps, schema_editor):
    """What the next CPU sync of each account would write, so that lists show it now."""
    CpuMetric = apps.get_model("metrics", "CpuMetric")
    RecentCpu = apps.get_model("metrics", "RecentCpu")
    until = timezone.now().date()
    first = until - timedelta(days=RECENT_DAYS)
    rows = (
        CpuMetric.objects.filter(day__gte=first, day__lt=until)
        .order_by()
        .values_list("instance_id")
        .annotate(
            Avg("average_percent"), Max("maximum_percent"), Count("average_percent")
        )
    )
    RecentCpu.objects.bulk_create(
        (
            RecentCpu(
                instance_id=key,
                average_percent=average,
                maximum_percent=maximum,
                days=days,
                until=until,
            )
            for key, average, maximum, days in rows.iterator()
        ),
        batch_size=2000,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0001_initial"),
        ("metrics", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="RecentCpu",
            fields=[
                (
                    "instance",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="recent_cpu",
                        serialize=False,
                        to="inventory.instance",
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
                    "until",
                    models.DateField(help_text="The day after the last of the 14."),
                ),
            ],
            options={
                "verbose_name": "recent CPU",
                "verbose_name_plural": "recent CPU",
                "ordering": ["instance"],
                "indexes": [
                    models.Index(fields=["average_percent"], name="recentcpu_average"),
                    models.Index(fields=["maximum_percent"], name="recentcpu_maximum"),
                ],
            },
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
