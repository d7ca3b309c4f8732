"""Where the costs page leads: to a range, into a line or a day, or out of a filter."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from core.windows import (
    ONE_DAY,
    Window,
    add_months,
    first_of_month,
    last_complete_days,
    utc_day,
)
from costs.queries.query import COMBINABLE_WITH_TAG, DIMENSIONS, CostQuery
from costs.queries.table import Line
from costs.querysets import UNTAGGED

# What a filter in use is called.
FILTER_NAMES = {
    "account": "Bill of",
    "service": "Service",
    "exclude_service": "Exclude service",
    "region": "Region",
    "exclude_region": "Exclude region",
    "sub_account": "Account",
    "exclude_sub_account": "Exclude account",
    "charge_category": "Charge category",
    "exclude": "Exclude",
    "resource_group": "Resource group",
    "exclude_resource_group": "Exclude resource group",
    "tag": "Tag",
    "exclude_tag": "Exclude tag",
}


@dataclass(frozen=True, slots=True)
class ActiveFilter:
    """One value of a filter in use, and the page without it."""

    name: str
    label: str
    query: str


def quick_ranges(now: datetime, raw_days: int) -> Sequence[tuple[str, Window]]:
    """The ranges that people ask for most, without today, which is not complete.

    The last days are those before the raw ones, which still grow.
    """
    today = utc_day(now)
    month, year = first_of_month(today), today.replace(month=1, day=1)
    settled = now - ONE_DAY * raw_days
    ranges = [
        (f"{days} days", last_complete_days(days, settled)) for days in (7, 30, 90)
    ]
    if month < today:
        ranges.append(("This month", Window(month, today)))
    ranges.append(("Last month", Window(add_months(month, -1), month)))
    if year < month:
        ranges.append(("This year", Window(year, today)))
    return [*ranges, ("12 months", Window(add_months(month, -12), month))]


def query_of_line(query: CostQuery, line: Line, shown: Sequence[Line]) -> str | None:
    """The query of what a line is made of; that of "Other" is all but the others.

    None where no filter names it: the line of a key that is empty, except untagged, or
    of everything.
    """
    if query.dimension not in DIMENSIONS:
        return None
    only, without = DIMENSIONS[query.dimension]
    if line.key is None:
        left_out = [name for one in shown if (name := _name_of(one, query))]
        return query.parameters(
            **{without: [*query.filters[without], *left_out]}, sort=""
        )
    name = _name_of(line, query)
    if not name:
        return None
    return query.parameters(**{only: [name]}, group_by=next_group(query, only), sort="")


def _name_of(line: Line, query: CostQuery) -> str:
    """How a filter names the line's key; empty where it can't."""
    if query.dimension == "tag" and line.key is not None:
        return f"{query.tag_key}={line.key}"
    return line.key or ""


def next_group(query: CostQuery, chosen: str) -> str:
    """What to slice by after `chosen` is held: the first that is not one value yet.

    Not by resource group, which most bills do not have, nor by a tag.
    """
    for group, (only, _) in DIMENSIONS.items():
        is_combinable = not query.tag_key or group in COMBINABLE_WITH_TAG
        is_one = only == chosen or len(query.filters[only]) == 1
        if is_combinable and not is_one and group not in ("resource_group", "tag"):
            return group
    return "none"


def query_of_moments(query: CostQuery) -> Callable[[date], str | None]:
    """The query of the days of a month, or of one day by itself.

    None where that is what is shown. There may be a thousand, so what they share is
    written once.
    """
    rest = query.parameters(
        start="", end="", granularity="", previous_start="", previous_end=""
    )

    def into(moment: date) -> str | None:
        part = _days_of(moment, query)
        if part == query.window and query.granularity == "daily":
            return None
        return f"start={part.start}&end={part.end}&granularity=daily&{rest}"

    return into


def _days_of(moment: date, query: CostQuery) -> Window:
    """The day itself, or those of the month that lie in the window."""
    if query.granularity == "daily":
        return Window(moment, moment + ONE_DAY)
    window = query.window
    return Window(max(moment, window.start), min(add_months(moment, 1), window.end))


def active_filters(
    query: CostQuery, account_names: Mapping[str, str]
) -> list[ActiveFilter]:
    """Each value of each filter in use."""
    return [
        ActiveFilter(
            FILTER_NAMES[name],
            _label(value, name, account_names),
            query.parameters(**{name: [one for one in values if one != value]}),
        )
        for name, values in query.filters.items()
        for value in values
    ]


def _label(value: str, name: str, account_names: Mapping[str, str]) -> str:
    """A filter's value as the page shows it."""
    if name in DIMENSIONS["tag"]:
        key, _, tag_value = value.partition("=")
        return value if tag_value else f"{key} {UNTAGGED}"
    return account_names.get(value, value)
