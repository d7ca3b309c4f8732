"""A question about costs, read from plain values and checked.

The parameters are the same for a page, the API, a budget or the assistant, so that the
URL of one serves another.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from clouds.registry import CloudKind
from core.refusals import Refusal
from core.windows import Window
from costs.groupings import BY_TAG, GROUPS, groups_of
from costs.queries.coverage import COMPARISONS
from costs.queries.plain_values import PeriodValues
from costs.queries.table import DEFAULT_SORT, SORTS
from costs.querysets import METRICS
from providers.records import ChargeCategory

# So many bars of a day are no longer distinguished.
MONTHLY_FROM_DAYS = 365
# More series than anybody reads; a database takes no number of any size.
LARGEST_LIMIT = 10_000
CHARTS = ("bars", "lines")
# What is across in the table: two periods and their change, months, or the second
# grouping.
TABLES = ("change", "months", "groups")
# What an explanation compares, and what it can leave out of both periods.
BASES = ("total", "daily")
IGNORABLE = ("anomalies", "one_time")
GRANULARITIES = ("daily", "monthly")
CATEGORIES = tuple(item.value for item in ChargeCategory)
# What a series is keyed by -> the filters that include only some keys, or exclude some.
DIMENSIONS = {
    "service": ("service", "exclude_service"),
    "region": ("region", "exclude_region"),
    "account": ("sub_account", "exclude_sub_account"),
    "charge_category": ("charge_category", "exclude"),
    "resource_group": ("resource_group", "exclude_resource_group"),
    # Of values such as team=shop.
    "tag": ("tag", "exclude_tag"),
}
# What costs by tag can be grouped and filtered by.
COMBINABLE_WITH_TAG = {"service", "account", "tag", "none"}
# All filters that repeat; `provider` and `account` name whose bill it is.
BILLS = ("provider", "account")
FILTERS = (*BILLS, *(name for pair in DIMENSIONS.values() for name in pair))
CHOICES = {
    "provider": tuple(CloudKind.values),
    "charge_category": CATEGORIES,
    "exclude": CATEGORIES,
}
# Three would be a list, and no table to read.
MOST_GROUPS = 2

Values = Mapping[str, Any]


class InvalidQuery(Refusal, ValueError):
    """The values can't be answered; `errors` names each parameter and what is wrong."""

    def __init__(self, errors: Mapping[str, Sequence[str]]) -> None:
        super().__init__(
            "; ".join(f"{name}: {' '.join(why)}" for name, why in errors.items())
        )
        self.errors = errors

    def by_field(self) -> dict[str, list[str]]:
        return {name: [*why] for name, why in self.errors.items()}


@dataclass(frozen=True, slots=True)
class CostQuery:
    """Which costs, over which days, and how they are cut into series.

    A `period` names the window from today, as "last_month" does; `compare` is what the
    window is compared with. `group_by` names up to two groupings, as "account,service".
    `filters` holds the values of each of FILTERS; an empty `currency` is the only one
    that there is. `limit` keeps the largest keys, and None all. `previous` is a period
    to compare with instead of the one that `compare` names; `basis` and `ignore` are of
    explanations. `chart`, `table` and `sort` only change how a page looks.
    """

    window: Window
    period: str = ""
    compare: str = "previous"
    group_by: str = "service"
    metric: str = "billed"
    granularity: str = "daily"
    limit: int | None = None
    currency: str = ""
    search: str = ""
    chart: str = CHARTS[0]
    table: str = TABLES[0]
    sort: str = DEFAULT_SORT
    previous: Window | None = None
    basis: str = BASES[0]
    ignore: Sequence[str] = ()
    filters: Mapping[str, Sequence[str]] = field(
        default_factory=lambda: dict.fromkeys(FILTERS, ())
    )

    @classmethod
    def from_values(
        cls, values: Values, now: datetime, raw_days: int = 0
    ) -> "CostQuery":
        """Check plain values: texts, lists of texts, days and numbers.

        What is left out, or empty, is the default: the last 30 complete days by
        service, without the `raw_days` before today, which still grow. Raises
        InvalidQuery; whether accounts exist is checked by CostSource.
        """
        return _Reader(values, raw_days).query(now)

    @classmethod
    def from_url(cls, data: QueryDict, now: datetime, raw_days: int = 0) -> "CostQuery":
        """Check the parameters of a URL. Raises InvalidQuery."""
        return cls.from_values(dict(data.lists()), now, raw_days)

    @property
    def compared_with(self) -> Window:
        """The period that the window is compared with."""
        return self.previous or COMPARISONS[self.compare](self.window)

    @property
    def groups(self) -> list[str]:
        """The groupings, the outer one first; none where all is one series."""
        return groups_of(self.group_by)

    @property
    def tag_key(self) -> str:
        """The key of the tag that groups or filters; empty without one."""
        return next(iter(tag_keys(self.group_by, self.filters)), "")

    def keys_of(self, name: str) -> Sequence[str]:
        """The values of a filter as their column holds them."""
        values = self.filters[name]
        if name in DIMENSIONS["tag"]:
            return [value.partition("=")[2] for value in values]
        return values

    @property
    def values(self) -> dict[str, Any]:
        """The plain values that ask the API the same."""
        days = {
            "start": self.window.start.isoformat(),
            "end": self.window.end.isoformat(),
        }
        return {
            **({"period": self.period} if self.period else days),
            "group_by": self.group_by,
            "metric": self.metric,
            "granularity": self.granularity,
            "limit": self.limit,
            "currency": self.currency,
            "search": self.search,
            **self.filters,
        }

    @property
    def usual_granularity(self) -> str:
        """How a page cuts the window where its URL does not say it."""
        return "monthly" if len(self.window) >= MONTHLY_FROM_DAYS else "daily"

    @property
    def comparison(self) -> dict[str, Any]:
        """The plain values of what is compared, and how."""
        previous = self.previous
        return {
            "previous_start": previous and previous.start.isoformat(),
            "previous_end": previous and previous.end.isoformat(),
            "basis": self.basis if self.basis != BASES[0] else "",
            "ignore": self.ignore,
            "compare": self.compare if self.compare != "previous" else "",
        }

    @property
    def api_parameters(self) -> str:
        """The query string of the API's trend with the same numbers."""
        return query_string(self.values)

    @property
    def explanation_parameters(self) -> str:
        """The query string of the API's explanation of the same change."""
        asked = {**self.values, **self.comparison}
        unknown = ("group_by", "granularity", "limit")
        return query_string({k: v for k, v in asked.items() if k not in unknown})

    @property
    def line_parameters(self) -> str:
        return self.lines()

    def lines(self, **changes: object) -> str:
        """The query string of the lines behind the same costs, of the same days, with
        some parameters changed."""
        days = {"start": self.window.start, "end": self.window.end}
        asked = {**self.values, **self.comparison, **days, "group_by": "", **changes}
        unknown = ("granularity", "limit", "basis", "ignore", "period")
        return query_string({k: v for k, v in asked.items() if k not in unknown})

    def parameters(self, **changes: object) -> str:
        """Return the query string of the page, with some parameters changed."""
        looks = {"chart": self.chart, "table": self.table, "sort": self.sort}
        if self.granularity == self.usual_granularity:
            looks["granularity"] = ""
        relative = {"period": ""} if changes.keys() & {"start", "end"} else {}
        return query_string(
            {**self.values, **self.comparison, **looks, **relative, **changes}
        )


def dimension_of(group: str) -> str:
    """What a grouping is keyed by, whatever the tag's key is."""
    return "tag" if group.startswith(BY_TAG) else group


def tag_keys(group_by: str, filters: Mapping[str, Sequence[str]]) -> list[str]:
    """Every tag key that is named, once each."""
    values = [value for name in DIMENSIONS["tag"] for value in filters[name]]
    tags = [one for one in groups_of(group_by) if dimension_of(one) == "tag"]
    named = [one.removeprefix(BY_TAG) for one in tags]
    return list(dict.fromkeys([*named, *(one.partition("=")[0] for one in values)]))


def query_string(values: Values) -> str:
    """These values as a query string, without those that are empty."""
    return urlencode({k: v for k, v in values.items() if v}, doseq=True)


class _Reader(PeriodValues):
    """Reads a question of them, and refuses what does not go together."""

    def query(self, now: datetime) -> CostQuery:
        filters = {name: self.texts(name) for name in FILTERS}
        for name, choices in CHOICES.items():
            for value in filters[name]:
                if value not in choices:
                    self.refuse_choice(name, value, choices)
        ignore = self.texts("ignore")
        for value in ignore:
            if value not in IGNORABLE:
                self.refuse_choice("ignore", value, IGNORABLE)
        group_by = self.group_by()
        self.check_tags(group_by, filters)
        period = self.text("period")
        query = CostQuery(
            window=self.window(now),
            period=period,
            compare=self.choice("compare", COMPARISONS, "previous"),
            group_by=group_by,
            metric=self.choice("metric", METRICS, "billed"),
            granularity=self.choice("granularity", GRANULARITIES, "daily"),
            limit=self.parsed("limit", _limit),
            currency=self.text("currency").upper(),
            search=self.text("search"),
            chart=self.choice("chart", CHARTS, CHARTS[0]),
            table=self.choice("table", TABLES, TABLES[0]),
            sort=self.choice("sort", SORTS, DEFAULT_SORT),
            previous=self.previous(),
            basis=self.choice("basis", BASES, BASES[0]),
            ignore=ignore,
            filters=filters,
        )
        if self.errors:
            raise InvalidQuery(self.errors)
        return query

    def group_by(self) -> str:
        """The groupings, each once; no grouping leaves the other one."""
        named = ",".join(self.texts("group_by")) or "service"
        groups = list(dict.fromkeys(groups_of(named)))
        for group in groups:
            is_tag = group.startswith(BY_TAG) and group != BY_TAG
            if not is_tag and group not in GROUPS:
                self.refuse_choice("group_by", group, [*GROUPS, f"{BY_TAG}KEY"])
        if len(groups) > MOST_GROUPS:
            self.refuse(
                "group_by", f"Give {MOST_GROUPS} groupings at most, as account,service."
            )
        return ",".join(groups) or "none"

    def check_tags(self, group_by: str, filters: Mapping[str, Sequence[str]]) -> None:
        """Refuse what no bill tells: two tags at once, or a tag with another column."""
        for name in DIMENSIONS["tag"]:
            for value in filters[name]:
                if not value.partition("=")[0] or "=" not in value:
                    self.refuse(name, f'Give "{value}" as key=value; key= is untagged.')
        keys = tag_keys(group_by, filters)
        if len(keys) > 1:
            both = " and ".join(keys[:2])
            self.refuse(
                "tag", f"A bill is read by one tag at a time, not {both} at once."
            )
        if not keys:
            return
        for dimension, names in DIMENSIONS.items():
            used = [name for name in names if filters[name]]
            used += ["group_by"] if dimension in groups_of(group_by) else []
            if used and dimension not in COMBINABLE_WITH_TAG:
                what = dimension.replace("_", " ")
                self.refuse(
                    used[0],
                    f"Costs by tag are known by service and account only, so no {what} "
                    f"can be combined with the tag {keys[0]}.",
                )


def _limit(text: str) -> int:
    if re.fullmatch(r"0*[1-9]\d{0,4}", text, re.ASCII) and int(text) <= LARGEST_LIMIT:
        return int(text)
    raise ValueError(f"Give a whole number from 1 to {LARGEST_LIMIT:,}.")
