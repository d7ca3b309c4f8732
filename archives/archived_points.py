"""Archives of what was measured of the installation, with names and labels."""

import json
from collections.abc import Sequence
from typing import Any

from django.db.models import TextField
from django.db.models.functions import Cast

from archives.archived import FLOAT, MOMENT, TEXT, Archived, require
from archives.parquet import Row
from monitoring.metrics.points import digest_of, labels_text
from monitoring.models import MetricPoint, MetricSeries


def archived_points() -> Archived:
    return Archived(
        rows=MetricPoint.objects.order_by("recorded_at", "series_id"),
        columns={
            "name": ("series__name", TEXT),
            "labels": (Cast("series__labels", TextField()), TEXT),
            "unit": ("series__unit", TEXT),
            "recorded_at": ("recorded_at", MOMENT),
            "value": ("value", FLOAT),
        },
        models_of=models_of,
        moment="recorded_at",
    )


def models_of(batch: Sequence[Row]) -> list[Any]:
    digests = {text: digest_of(labels_text(json.loads(text))) for _, text, *_ in batch}
    known = MetricSeries.objects.filter(labels_digest__in={*digests.values()})
    keys: dict[tuple[str, ...], int] = {
        (name, digest): key
        for name, digest, key in known.values_list("name", "labels_digest", "pk")
    }
    named: list[tuple[str, ...]] = [(row[0], digests[row[1]]) for row in batch]
    require({*named} - keys.keys(), "metric")
    return [
        MetricPoint(series_id=keys[name], recorded_at=row[3], value=row[4])
        for name, row in zip(named, batch, strict=True)
    ]
