"""What the costs page is asked: a window, rows and how to slice them, all in its URL.

Its parameters are those of the API's trend, so that a link to one serves the other,
and two that only change how the page looks: `chart` and `sort`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.http import QueryDict
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from costs.api.serializers import TrendParameters
from costs.bills import Bills, bills_of
from costs.filters import CostFilter
from costs.lines import DEFAULT_SORT, SORTS
from costs.rows import CostRows
from costs.scope import read_scope
from providers.windows import (
    Window,
    add_months,
    first_of_month,
    last_complete_days,
    utc_day,
)

# A chart has colours for so many; beyond it a reader tells none apart.
DEFAULT_LIMIT = 10
LARGEST_LIMIT = 25
# Three years: more days are no page to read, and the cloud keeps fewer.
LONGEST_DAYS = 1100
CHARTS = ("bars", "lines")
# What a series is keyed by -> the filters that take only some keys, or leave some out.
DIMENSIONS = {
    "service": ("service", "exclude_service"),
    "region": ("region", "exclude_region"),
    "account": ("sub_account", "exclude_sub_account"),
    "charge_category": ("charge_category", "exclude"),
}
ROW_FILTERS = ("account", *(name for pair in DIMENSIONS.values() for name in pair))


class PageParameters(TrendParameters):
    """How the page slices and shows costs."""

    chart = serializers.ChoiceField(choices=CHARTS, default=CHARTS[0])
    sort = serializers.ChoiceField(choices=SORTS, default=DEFAULT_SORT)


@dataclass(frozen=True, slots=True)
class Question:
    """One view of the costs.

    `rows` are filtered and of any day, `totals` those of the same accounts in full;
    `bills` are these totals in every currency.
    """

    user: AbstractBaseUser | AnonymousUser
    window: Window
    rows: CostRows
    bills: Bills
    totals: Bills
    group_by: str
    metric: str
    granularity: str
    limit: int
    currency: str
    filters: Mapping[str, Sequence[str]]
    chart: str
    sort: str

    @property
    def asked(self) -> dict[str, Any]:
        """What the API is asked for the same."""
        return {
            "start": self.window.start.isoformat(),
            "end": self.window.end.isoformat(),
            "group_by": self.group_by,
            "metric": self.metric,
            "granularity": self.granularity,
            "limit": self.limit,
            "currency": self.currency,
            **self.filters,
        }

    @property
    def parameters(self) -> str:
        """The query string of the API's trend with the same numbers."""
        return query_string(self.asked)

    def query(self, **changes: object) -> str:
        """The query string of the page, with some parameters changed."""
        looks = {"chart": self.chart, "sort": self.sort}
        return query_string({**self.asked, **looks, **changes})


class Unclear(ValueError):
    """The URL can't be answered; `errors` names each parameter and what is wrong."""

    def __init__(self, errors: Mapping[str, Sequence[str]]) -> None:
        super().__init__(f"unclear: {', '.join(errors)}")
        self.errors = errors


def read_question(
    data: QueryDict, now: datetime, user: AbstractBaseUser | AnonymousUser
) -> Question:
    """What the URL asks; what it leaves open is the last 30 complete days by service.

    Raises Unclear. Two queries where it names accounts.
    """
    slicing = PageParameters(data=data)
    try:
        slicing.is_valid(raise_exception=True)
        scope = read_scope(data, now, user)
    except ValidationError as error:
        raise Unclear(_errors(error.detail)) from None
    if len(scope.window) > LONGEST_DAYS:
        raise Unclear({"start": [f"Choose at most {LONGEST_DAYS:,} days."]})
    values = slicing.validated_data
    filters = _row_filters(data)
    bills = bills_of(user)
    if filters["account"]:
        bills = bills.of_accounts(account__account_id__in=filters["account"])
    return Question(
        user=user,
        window=scope.window,
        rows=scope.rows,
        bills=bills,
        totals=scope.totals,
        group_by=values["group_by"],
        metric=values["metric"],
        granularity=values["granularity"],
        limit=min(values.get("limit", DEFAULT_LIMIT), LARGEST_LIMIT),
        currency=data.get("currency", "").strip().upper(),
        filters=filters,
        chart=values["chart"],
        sort=values["sort"],
    )


def query_string(values: Mapping[str, Any]) -> str:
    """These values as a query string, without those that are empty."""
    return urlencode({k: v for k, v in values.items() if v}, doseq=True)


def quick_ranges(now: datetime) -> Sequence[tuple[str, Window]]:
    """The ranges that people ask for most, without today, which is not complete."""
    today = utc_day(now)
    month, year = first_of_month(today), today.replace(month=1, day=1)
    ranges = [(f"{days} days", last_complete_days(days, now)) for days in (7, 30, 90)]
    if month < today:
        ranges.append(("This month", Window(month, today)))
    ranges.append(("Last month", Window(add_months(month, -1), month)))
    if year < month:
        ranges.append(("This year", Window(year, today)))
    return [*ranges, ("12 months", Window(add_months(month, -12), month))]


def _row_filters(data: QueryDict) -> dict[str, list[str]]:
    """The values of each filter that repeats, read as the filter itself reads them."""
    found = CostFilter().filters
    return {
        name: list(
            dict.fromkeys(found[name].field.widget.value_from_datadict(data, {}, name))
        )
        for name in ROW_FILTERS
    }


def _errors(detail: object) -> dict[str, list[str]]:
    """What is wrong, by the name of the parameter."""
    if not isinstance(detail, dict):
        return {"query": [str(detail)]}
    return {name: [str(text) for text in texts] for name, texts in detail.items()}
