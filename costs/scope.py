"""Which costs a question is about: its window, its rows, and the bills they are of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from rest_framework.exceptions import ValidationError

from costs.bills import Bills, bills_of
from costs.filters import CostFilter
from costs.rows import CostRows, rows_of
from providers.windows import (
    ONE_DAY,
    InvalidWindow,
    Window,
    last_complete_days,
    utc_day,
)
from rest.parameters import checked
from syncs.filters import Asker

DEFAULT_DAYS = 30
# No cloud's bill is older or that far ahead, and a point is answered for each day.
DAYS_ASKED = Window(date(2000, 1, 1), date(2100, 1, 1))


@dataclass(frozen=True, slots=True)
class CostScope:
    """`rows` may be filtered, but are of any day; `totals` are those of the same
    accounts in full."""

    window: Window
    rows: CostRows
    totals: Bills


def read_scope(
    parameters: Mapping[str, Any],
    now: datetime,
    user: AbstractBaseUser | AnonymousUser,
) -> CostScope:
    """What these query parameters ask for, of what the user may see.

    Raises ValidationError naming the field.
    """
    visible = rows_of(user)
    filterset = CostFilter(parameters, queryset=visible.rows, request=Asker(user))
    chosen = dict(checked(filterset))
    # Rows of any day, as the period before the window is asked for too.
    filterset.form.cleaned_data.update(start=None, end=None)
    rows = visible.filtered_by(filterset)
    totals = bills_of(user)
    if accounts := chosen["account"]:
        totals = totals.of_accounts(account__in=accounts)
    if currency := chosen["currency"]:
        totals = totals.in_currency(currency.upper())
    return CostScope(_window(chosen, now), rows, totals)


def _window(chosen: Mapping[str, Any], now: datetime) -> Window:
    """The one asked for; by default the last 30 complete days, the 30 before `end`."""
    default = last_complete_days(DEFAULT_DAYS, now)
    start, end = chosen["start"], chosen["end"]
    for name in ("start", "end"):
        if chosen[name] and chosen[name] not in DAYS_ASKED:
            reason = f"{name} {chosen[name]} must lie within {DAYS_ASKED}."
            raise ValidationError({name: [reason]})
    if start and not end:
        end = utc_day(now)
    if end and not start:
        start = end - ONE_DAY * DEFAULT_DAYS
    try:
        return Window(start or default.start, end or default.end)
    except InvalidWindow as error:
        raise ValidationError({"start": [str(error)]}) from None
