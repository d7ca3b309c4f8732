"""Periods that make no sense, reported at start-up with an id."""

from functools import partial
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from archives.models import Table
from archives.retention.deletions import DELETIONS
from archives.retention.periods import InvalidPeriod, kept_days


@register("settings")
def check_retention_days(**_: Any) -> list[CheckMessage]:
    return [Error(text, id="archives.E001") for text in _problems()]


def _problems() -> list[str]:
    names = [*Table.values, *DELETIONS]
    found = [
        f"RETENTION_DAYS names the table {name}, which is none of {', '.join(names)}."
        for name in settings.RETENTION_DAYS
        if name not in names
    ]
    for days_of in (
        *(partial(kept_days, table) for table in Table),
        *(partial(getattr, one, "days") for one in DELETIONS.values()),
    ):
        try:
            days_of()
        except InvalidPeriod as error:
            found.append(str(error))
    return found
