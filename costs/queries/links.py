"""Where the costs page leads: to a range, into a line or a day, or out of a filter."""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from clouds.registry import CloudKind
from core.periods import PERIODS, period_window
from core.windows import ONE_DAY, Window, add_months, utc_day
from costs.groupings import BY_TAG, UNTAGGED, keys_of
from costs.queries.query import (
    COMBINABLE_WITH_TAG,
    DIMENSIONS,
    CostQuery,
    dimension_of,
)
from costs.queries.table import Line

# What a filter in use is called.
FILTER_NAMES = {
    "provider": "Cloud",
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


def quick_ranges(now: datetime, raw_days: int) -> Sequence[tuple[str, str, Window]]:
    """The name, label and days of each period that has begun."""
    found = [
        (name, label, period_window(name, now, raw_days))
        for name, (label, _) in PERIODS.items()
    ]
    return [one for one in found if one[2].end <= utc_day(now)]


def drills(query: CostQuery, lines: Sequence[Line]) -> Mapping[str, str]:
    """The page of what each line is made of, by its label: the chart limits it to days.

    What no filter names leads to all of those days, by service where they were not cut.
    """
    every = query.parameters(
        group_by="" if not query.groups else query.group_by, sort=""
    )
    return {
        line.label: f"?{query_of_line(query, line, lines) or every}" for line in lines
    }


def query_of_line(query: CostQuery, line: Line, shown: Sequence[Line]) -> str | None:
    """The query of what a line is made of; that of "Other" is all but the others.

    None where no filter names it: the line of a key that is empty, except untagged, of
    everything, or of the rest of two groupings.
    """
    if not query.groups:
        return None
    if line.key is not None:
        return query_of_keys(
            query, dict(zip(query.groups, keys_of(line.key), strict=True))
        )
    if len(query.groups) > 1:
        return None
    (group,) = query.groups
    _, without = DIMENSIONS[dimension_of(group)]
    names = [_name_of(one.key, group) for one in shown if one.key is not None]
    left_out = [name for name in names if name]
    return query.parameters(**{without: [*query.filters[without], *left_out]}, sort="")


def query_of_keys(query: CostQuery, keys: Mapping[str, str]) -> str | None:
    """The query of a key of each of these groupings, by what is left to slice by.

    None where no filter names one of them.
    """
    names = {group: _name_of(key, group) for group, key in keys.items()}
    if not all(names.values()):
        return None
    chosen = {DIMENSIONS[dimension_of(one)][0]: [name] for one, name in names.items()}
    left = [group for group in query.groups if group not in keys]
    group_by = ",".join(left) or next_group(query, chosen)
    return query.parameters(**chosen, group_by=group_by, sort="", table="")


def lines_of_keys(query: CostQuery, keys: Mapping[str, str]) -> str:
    """The query of the lines behind a key of each of these groupings; empty where no
    filter names one of them."""
    names = {group: _name_of(key, group) for group, key in keys.items()}
    if not all(names.values()):
        return ""
    chosen = {DIMENSIONS[dimension_of(one)][0]: [name] for one, name in names.items()}
    by = "usage_type" if "service" in chosen else "service"
    return query.lines(**chosen, group_by=by)


def _name_of(key: str, group: str) -> str:
    """How a filter names the key of a grouping; empty where it can't."""
    if dimension_of(group) == "tag":
        return f"{group.removeprefix(BY_TAG)}={key}"
    return key


def next_group(query: CostQuery, chosen: Container[str]) -> str:
    """What to slice by after `chosen` are held: the first that is not one value yet.

    Not by resource group, which most bills do not have, nor by a tag.
    """
    for group, (only, _) in DIMENSIONS.items():
        is_combinable = not query.tag_key or group in COMBINABLE_WITH_TAG
        is_one = only in chosen or len(query.filters[only]) == 1
        if is_combinable and not is_one and group not in ("resource_group", "tag"):
            return group
    return "none"


def query_of_window(query: CostQuery, window: Window) -> str:
    """The query of these days by themselves."""
    days = {"start": window.start.isoformat(), "end": window.end.isoformat()}
    other = {"previous_start": "", "previous_end": ""}
    return query.parameters(**days, **other, granularity="daily", table="")


def query_of_periods(query: CostQuery) -> Callable[[date], str | None]:
    """The query of the days of a month, or of one day by itself.

    None where that is what is shown. There may be a thousand, so what they share is
    written once.
    """
    rest = query.parameters(
        start="", end="", granularity="", previous_start="", previous_end=""
    )

    def into(period: date) -> str | None:
        part = _days_of(period, query)
        if part == query.window and query.granularity == "daily":
            return None
        return f"start={part.start}&end={part.end}&granularity=daily&{rest}"

    return into


def _days_of(period: date, query: CostQuery) -> Window:
    """The day itself, or those of the month that lie in the window."""
    if query.granularity == "daily":
        return Window(period, period + ONE_DAY)
    window = query.window
    return Window(max(period, window.start), min(add_months(period, 1), window.end))


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
    if name == "provider":
        return str(CloudKind(value).label)
    return account_names.get(value, value)
