"""Questions about what is measured of the installation."""

import re
from collections.abc import Iterable
from typing import Self

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models.fields.json import KeyTransform

from clouds.access import OfAllAccountsQuerySet

# A key of digits would be a place in a list to PostgreSQL.
LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_.]{0,39}")
# In SQL, as it is read before every answer and takes longer to compile than to run.
SERIES_VERSION = """
    SELECT count(*), max(changed_at) FROM monitoring_metricseries WHERE name = %s
"""


class SeriesQuerySet(OfAllAccountsQuerySet):
    def labeled(self, labels: Iterable[str]) -> Self:
        """Keep those with all of these labels, each as key=value. Raise
        ValidationError."""
        found = self
        for label in labels:
            key, is_pair, value = label.partition("=")
            if not is_pair or not LABEL.fullmatch(key):
                raise ValidationError(f'"{label}" is no label. Give key=value.')
            found = found.alias(label=KeyTransform(key, "labels")).filter(label=value)
        return found


def series_version(name: str) -> str:
    """Name the state of all series of that name, and of their points."""
    with connection.cursor() as cursor:
        cursor.execute(SERIES_VERSION, [name])
        return str(cursor.fetchone())
