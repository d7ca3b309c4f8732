from django.db import migrations, models

from costs.migrations import _bill_day_triggers as triggers


class Migration(migrations.Migration):
    dependencies = [
        ("costs", "0002_rollups"),
        ("syncs", "0002_shared_versions"),
    ]

    operations = [
        migrations.CreateModel(
            name="BillDay",
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
                ("currency", models.CharField(max_length=3)),
                ("total_count", models.IntegerField()),
                ("estimated_count", models.IntegerField()),
            ],
            options={
                "ordering": ["-day", "currency"],
            },
        ),
        migrations.AddIndex(
            model_name="costday",
            index=models.Index(fields=["day"], name="costday_day"),
        ),
        migrations.AddConstraint(
            model_name="billday",
            constraint=models.UniqueConstraint(
                fields=("day", "currency"), name="billday_natural_key"
            ),
        ),
        migrations.RunPython(triggers.install, triggers.uninstall),
    ]
