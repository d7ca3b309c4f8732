"""Questions about what is measured of the installation."""

import re
from collections.abc import Iterable
from typing import Self

from django.core.exceptions import ValidationError
from django.db.models import Count, Max
from django.db.models.fields.json import KeyTransform

from clouds.access import OfAllAccountsQuerySet

# A key of digits would be a place in a list to PostgreSQL.
LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_.]{0,39}")


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

    def version(self) -> str:
        """Name the state of these series and of their points."""
        found = self.aggregate(newest=Max("changed_at"), count=Count("pk"))
        return f"{found['count']} {found['newest']}"
