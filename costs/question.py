"""What the costs page is asked: a window, rows and how to slice them, all in its URL.

Its parameters are those of the API's trend, so that a link to one serves the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

import django_filters as filters
from django.http import QueryDict

from costs.filters import CostFilter
from costs.models import CostTotal, DailyCost
from costs.querysets import CostTotalQuerySet, DailyCostQuerySet
from providers.windows import (
    ONE_DAY,
    Window,
    add_months,
    first_of_month,
    last_complete_days,
    utc_day,
)
from syncs.models import CloudAccount

GROUP_CHOICES = [
    ("service", "Service"),
    ("region", "Region"),
    ("account", "Account"),
    ("charge_category", "Kind of charge"),
    ("none", "Nothing"),
]
METRIC_CHOICES = [("billed", "Billed"), ("effective", "Effective")]
GRANULARITY_CHOICES = [("daily", "Daily"), ("monthly", "Monthly")]
DEFAULT_DAYS = 30
DEFAULT_LIMIT = 10
# A chart has colours for so many; beyond it a reader tells none apart.
LARGEST_LIMIT = 25
# Three years of days: a longer window is cut to its end, so that a page stays a page.
LONGEST_DAYS = 1100
ROW_FILTERS = [
    "account",
    "sub_account",
    "service",
    "region",
    "charge_category",
    "exclude",
]


class QuestionFilter(CostFilter):
    """CostFilter, and what the page does with the rows. The trend cuts the window."""

    start = filters.DateFilter(method="leave")
    end = filters.DateFilter(method="leave")
    group_by = filters.ChoiceFilter(choices=GROUP_CHOICES, method="leave")
    metric = filters.ChoiceFilter(choices=METRIC_CHOICES, method="leave")
    granularity = filters.ChoiceFilter(choices=GRANULARITY_CHOICES, method="leave")
    limit = filters.NumberFilter(min_value=1, max_value=LARGEST_LIMIT, method="leave")

    def leave(
        self, queryset: DailyCostQuerySet, name: str, value: object
    ) -> DailyCostQuerySet:
        return queryset


@dataclass(frozen=True, slots=True)
class Question:
    """One view of the costs."""

    window: Window
    rows: DailyCostQuerySet
    bills: CostTotalQuerySet
    """The totals of the accounts asked for, in every currency."""
    totals: CostTotalQuerySet
    group_by: str
    metric: str
    granularity: str
    limit: int
    currency: str
    filters: dict[str, list[str]]

    def parameters(self, **changes: str) -> str:
        """The query string that asks this again, with some of it changed."""
        values: dict[str, list[str] | str] = {
            "start": self.window.start.isoformat(),
            "end": self.window.end.isoformat(),
            "group_by": self.group_by,
            "metric": self.metric,
            "granularity": self.granularity,
            "limit": str(self.limit),
            "currency": self.currency,
            **self.filters,
        }
        values |= changes
        return urlencode({k: v for k, v in values.items() if v}, doseq=True)


class Unclear(ValueError):
    """The URL can't be answered; `errors` names each parameter and what is wrong."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__(f"unclear: {', '.join(errors)}")
        self.errors = errors


def read_question(data: QueryDict, now: datetime) -> Question:
    """What the URL asks; what it leaves open is the last 30 complete days by service.

    Raises Unclear.
    """
    filterset = QuestionFilter(data, queryset=DailyCost.objects.all())
    if not filterset.is_valid():
        raise Unclear(
            {name: list(errors) for name, errors in filterset.form.errors.items()}
        )
    found = filterset.form.cleaned_data
    bills = CostTotal.objects.all()
    if found["account"]:
        bills = bills.filter(account__in=found["account"])
    return Question(
        window=_window(found["start"], found["end"], now),
        rows=filterset.qs,
        bills=bills,
        totals=bills,
        group_by=found["group_by"] or "service",
        metric=found["metric"] or "billed",
        granularity=found["granularity"] or "daily",
        limit=int(found["limit"] or DEFAULT_LIMIT),
        currency=found["currency"].upper(),
        filters={name: _texts(found[name]) for name in ROW_FILTERS},
    )


def quick_ranges(now: datetime) -> Sequence[tuple[str, Window]]:
    """The ranges that people ask for most, without today, which is not complete."""
    today = utc_day(now)
    month = first_of_month(today)
    ranges = [(f"{days} days", last_complete_days(days, now)) for days in (7, 30, 90)]
    if month < today:
        ranges.append(("This month", Window(month, today)))
    ranges.append(("Last month", Window(add_months(month, -1), month)))
    return [*ranges, ("12 months", Window(add_months(month, -12), month))]


def _window(start: date | None, end: date | None, now: datetime) -> Window:
    """The window asked for; where one end is left open, 30 days or until today."""
    default = last_complete_days(DEFAULT_DAYS, now)
    last = end or max(default.end, (start or default.start) + ONE_DAY)
    first = start or last - ONE_DAY * DEFAULT_DAYS
    return Window(max(first, last - timedelta(days=LONGEST_DAYS)), last)


def _texts(values: Sequence[object]) -> list[str]:
    return [
        value.account_id if isinstance(value, CloudAccount) else str(value)
        for value in values
    ]
