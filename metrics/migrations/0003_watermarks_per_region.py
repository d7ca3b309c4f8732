"""Each region goes on from the watermark of its account, or from its instances."""

from typing import Any

from django.db import migrations
from django.db.models import Max


def give_regions_their_own(apps: Any, schema_editor: object) -> None:
    marks = apps.get_model("syncs", "Watermark").objects
    resources = apps.get_model("inventory", "Resource").objects
    of_account = {mark.account_id: mark for mark in marks.filter(dataset="cpu")}
    seen = resources.order_by().values_list("account_id", "region")
    for account_id, region, seen_at in seen.annotate(Max("last_seen_at")):
        marks.create(
            account_id=account_id,
            dataset="instances",
            region=region,
            read_until=seen_at.date(),
            updated_at=seen_at,
        )
        if mark := of_account.get(account_id):
            marks.create(
                account_id=account_id,
                dataset="cpu",
                region=region,
                read_until=mark.read_until,
                updated_at=mark.updated_at,
            )
    marks.filter(dataset="cpu", region="").delete()


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0001_initial"),
        ("metrics", "0002_count_samples_at_five_minutes"),
        ("syncs", "0004_watermarks_per_region"),
    ]
    operations = [
        migrations.RunPython(give_regions_their_own, migrations.RunPython.noop),
    ]
