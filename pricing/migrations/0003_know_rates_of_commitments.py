from typing import Any

from django.db import migrations

import core.db.money_field


def read_all_again(apps: Any, schema_editor: Any) -> None:
    """So that the next sync has the new rates, and not that of next week."""
    apps.get_model("pricing", "PricedFamily").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [
        ("pricing", "0002_name_bill_files"),
    ]

    operations = [
        migrations.AddField(
            model_name="instanceprice",
            name="committed_hourly",
            field=core.db.money_field.MoneyField(
                help_text="Of a year that is committed to, nothing upfront. Empty: not known.",
                null=True,
            ),
        ),
        migrations.RunPython(read_all_again, migrations.RunPython.noop),
    ]
