"""Periods that make no sense, reported at start-up with an id."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from archives.models import Table
from archives.retention.periods import InvalidPeriod, kept_days


@register()
def check_retention_days(**_: Any) -> list[CheckMessage]:
    return [Error(text, id="archives.E001") for text in _problems()]


def _problems() -> list[str]:
    found = [
        f"RETENTION_DAYS names the table {name}, which is none of "
        f"{', '.join(Table.values)}."
        for name in settings.RETENTION_DAYS
        if name not in Table.values
    ]
    for table in Table:
        try:
            kept_days(table)
        except InvalidPeriod as error:
            found.append(str(error))
    return found
