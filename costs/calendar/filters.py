"""Which accounts and days of the coverage calendar, for the page and the API."""

from datetime import date, datetime
from typing import Any

import django_filters as filters
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone

from clouds.filters import own_account_filter, provider_filter
from clouds.models import CloudAccount
from clouds.querysets import CloudAccountQuerySet
from core.api.filters import WindowForm, end_filter, start_filter
from core.windows import InvalidWindow, Window, add_months, first_of_month, utc_day
from costs.queries.plain_values import ALLOWED_DAYS

MONTHS_SHOWN = 6
# A row is read at a glance, and a year fits into it.
LONGEST_DAYS = 400


def asked_window(start: date | None, end: date | None, now: datetime) -> Window:
    """Return the days asked for; by default six months up to today.

    Raise InvalidWindow.
    """
    end = end or utc_day(now)
    found = Window(start or add_months(first_of_month(end), 1 - MONTHS_SHOWN), end)
    if len(found) > LONGEST_DAYS:
        raise InvalidWindow(f"Choose at most {LONGEST_DAYS} days.")
    return found


class CoverageForm(WindowForm):
    def clean(self) -> dict[str, Any]:
        data = super().clean()
        days = {name: data.get(name) for name in ("start", "end")}
        for name, day in days.items():
            if day and day not in ALLOWED_DAYS:
                raise ValidationError({name: f"Choose days within {ALLOWED_DAYS}."})
        if self.errors.keys() & days.keys():
            return data
        try:
            asked_window(**days, now=timezone.now())
        except InvalidWindow as error:
            raise ValidationError({"start": str(error)}) from None
        return data


class CoverageFilter(filters.FilterSet):
    start = start_filter(method="any_day")
    end = end_filter(method="any_day")
    account = own_account_filter()
    provider = provider_filter("provider")
    search = filters.CharFilter(method="searched", help_text="Part of an id or name.")

    class Meta:
        form = CoverageForm

    def any_day(
        self, queryset: QuerySet[CloudAccount], name: str, value: date
    ) -> QuerySet[CloudAccount]:
        return queryset

    def searched(
        self, queryset: CloudAccountQuerySet, name: str, value: str
    ) -> CloudAccountQuerySet:
        return queryset.searched(value)

    @property
    def window(self) -> Window:
        """The days asked for. Only where the form is valid."""
        given = self.form.cleaned_data
        return asked_window(given["start"], given["end"], timezone.now())
