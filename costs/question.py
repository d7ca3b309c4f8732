"""What the costs page is asked: a window, rows and how to slice them, all in its URL.

Its parameters are those of the API's trend, so that a link to one serves the other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.http import QueryDict
from rest_framework.exceptions import ValidationError

from costs.api.serializers import TrendParameters
from costs.filters import CostFilter
from costs.models import CostTotal
from costs.querysets import CostTotalQuerySet, DailyCostQuerySet
from costs.scope import read_scope
from providers.windows import (
    Window,
    add_months,
    first_of_month,
    last_complete_days,
    utc_day,
)

GROUP_CHOICES = [
    ("service", "Service"),
    ("region", "Region"),
    ("account", "Account"),
    ("charge_category", "Kind of charge"),
    ("none", "Nothing"),
]
METRIC_CHOICES = [("billed", "Billed"), ("effective", "Effective")]
GRANULARITY_CHOICES = [("daily", "Daily"), ("monthly", "Monthly")]
# A chart has colours for so many; beyond it a reader tells none apart.
DEFAULT_LIMIT = 10
LARGEST_LIMIT = 25
# Three years: more days are no page to read, and the cloud keeps fewer.
LONGEST_DAYS = 1100
ROW_FILTERS = (
    "account",
    "sub_account",
    "service",
    "region",
    "charge_category",
    "exclude",
)


@dataclass(frozen=True, slots=True)
class Question:
    """One view of the costs. `bills` are the accounts' totals in every currency."""

    window: Window
    rows: DailyCostQuerySet
    bills: CostTotalQuerySet
    totals: CostTotalQuerySet
    group_by: str
    metric: str
    granularity: str
    limit: int
    currency: str
    filters: Mapping[str, Sequence[str]]

    @property
    def parameters(self) -> str:
        """The query string that asks this again, of the page or of the API."""
        values: dict[str, Sequence[str] | str] = {
            "start": self.window.start.isoformat(),
            "end": self.window.end.isoformat(),
            "group_by": self.group_by,
            "metric": self.metric,
            "granularity": self.granularity,
            "limit": str(self.limit),
            "currency": self.currency,
            **self.filters,
        }
        return urlencode({k: v for k, v in values.items() if v}, doseq=True)


class Unclear(ValueError):
    """The URL can't be answered; `errors` names each parameter and what is wrong."""

    def __init__(self, errors: Mapping[str, Sequence[str]]) -> None:
        super().__init__(f"unclear: {', '.join(errors)}")
        self.errors = errors


def read_question(data: QueryDict, now: datetime) -> Question:
    """What the URL asks; what it leaves open is the last 30 complete days by service.

    Raises Unclear. Two queries where it names accounts.
    """
    slicing = TrendParameters(data=data)
    try:
        slicing.is_valid(raise_exception=True)
        scope = read_scope(data, now)
    except ValidationError as error:
        raise Unclear(_errors(error.detail)) from None
    if len(scope.window) > LONGEST_DAYS:
        raise Unclear({"start": [f"Choose at most {LONGEST_DAYS:,} days."]})
    chosen = _row_filters(data)
    bills = CostTotal.objects.counted()
    if chosen["account"]:
        bills = bills.filter(account__account_id__in=chosen["account"])
    limit = slicing.validated_data.get("limit", DEFAULT_LIMIT)
    return Question(
        window=scope.window,
        rows=scope.rows,
        bills=bills,
        totals=scope.totals,
        group_by=slicing.validated_data["group_by"],
        metric=slicing.validated_data["metric"],
        granularity=slicing.validated_data["granularity"],
        limit=min(limit, LARGEST_LIMIT),
        currency=data.get("currency", "").strip().upper(),
        filters=chosen,
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


def _row_filters(data: QueryDict) -> dict[str, list[str]]:
    """The values of each filter that repeats, read as the filter itself reads them."""
    found = CostFilter().filters
    return {
        name: found[name].field.widget.value_from_datadict(data, {}, name)
        for name in ROW_FILTERS
    }


def _errors(detail: object) -> dict[str, list[str]]:
    """What is wrong, by the name of the parameter."""
    if not isinstance(detail, dict):
        return {"query": [str(detail)]}
    return {name: [str(text) for text in texts] for name, texts in detail.items()}
