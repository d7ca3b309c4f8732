"""Demo control: a presenter has the demo, and a step an outcome."""

from typing import Any

from django.db import migrations, models


def rename_permission(apps: Any, old: str, new: str) -> None:
    permissions = apps.get_model("auth", "Permission").objects
    found = permissions.filter(content_type__app_label="clouds", codename=old)
    found.update(codename=new, name="Can control the demo company")


def rename(apps: Any, schema_editor: Any) -> None:
    rename_permission(apps, "conduct_demo", "control_demo")


def rename_back(apps: Any, schema_editor: Any) -> None:
    rename_permission(apps, "control_demo", "conduct_demo")


class Migration(migrations.Migration):
    dependencies = [
        ("clouds", "0002_name_bill_files"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.RenameField("democompany", "conductor", "presenter"),
        migrations.RenameField("democompany", "conducted_at", "presenter_active_at"),
        migrations.RenameField("democompany", "said", "outcome"),
        migrations.AlterField(
            model_name="democompany",
            name="presenter",
            field=models.CharField(
                blank=True,
                help_text="Who presents it; empty: nobody does.",
                max_length=150,
            ),
        ),
        migrations.AlterField(
            model_name="democompany",
            name="presenter_active_at",
            field=models.DateTimeField(
                blank=True,
                help_text="When the presenter last did something.",
                null=True,
            ),
        ),
        migrations.AlterModelOptions(
            name="democompany",
            options={
                "permissions": [("control_demo", "Can control the demo company")],
                "verbose_name": "demo company",
                "verbose_name_plural": "demo company",
            },
        ),
        migrations.RunPython(rename, rename_back),
    ]
