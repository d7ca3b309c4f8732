"""An explanation as pages show it: a waterfall of steps, each with its causes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple
from urllib.parse import parse_qsl

from core.windows import Window
from costs.explain.cause_links import (
    cause_name,
    cause_owner,
    own_days,
    query_of_cause,
    query_of_step,
    step_name,
)
from costs.explain.records import Explanation, Kind
from costs.queries.query import CostQuery


class ShownCause(NamedTuple):
    """A cause with its own days, or the first one that differs; where its costs are
    shown, and the page of its anomaly."""

    name: str
    owner: str
    change: Decimal
    since: date | None
    days: Window | None
    query: str
    url: str


@dataclass(frozen=True, slots=True)
class ShownStep:
    """A step, from where to where it leads of all that the steps pass: in percent."""

    name: str
    change: Decimal
    query: str
    causes: Sequence[ShownCause]
    others: int
    is_rest: bool
    left_percent: float
    width_percent: float


class Choice(NamedTuple):
    """Another way to compare, and the query of the page with it, or without it."""

    label: str
    query: str
    is_chosen: bool


class Comparison(NamedTuple):
    """How an explanation compares, and the other ways.

    `parameters` are those of the page but the days that are compared with.
    """

    bases: Sequence[Choice]
    periods: Sequence[Choice]
    ignored: Sequence[Choice]
    parameters: Sequence[tuple[str, str]]


BASES = {"total": "In total", "daily": "Per day"}
IGNORED = {"anomalies": "Without anomalies", "one_time": "Without one-time charges"}


def comparison(query: CostQuery) -> Comparison:
    usual = query.parameters(previous_start="", previous_end="")
    year_before = _year_before(query.window)
    a_year_before = query.parameters(
        previous_start=year_before.start, previous_end=year_before.end
    )
    return Comparison(
        bases=[
            Choice(label, query.parameters(basis=basis), query.basis == basis)
            for basis, label in BASES.items()
        ],
        periods=[
            Choice("Previous period", usual, query.previous is None),
            Choice("A year before", a_year_before, query.previous == year_before),
        ],
        ignored=[
            Choice(
                label,
                query.parameters(ignore=_turned(query, name)),
                name in query.ignore,
            )
            for name, label in IGNORED.items()
        ],
        parameters=parse_qsl(usual),
    )


def _turned(query: CostQuery, name: str) -> list[str]:
    """Return what is left out if this is turned on, or off."""
    others = [one for one in query.ignore if one != name]
    return others if name in query.ignore else [*others, name]


def _year_before(window: Window) -> Window:
    return Window(_a_year_before(window.start), _a_year_before(window.end))


def _a_year_before(day: date) -> date:
    """Return the same day of the year before; of 29 February the first of March."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return date(day.year - 1, 3, 1)


def shown_steps(
    found: Explanation, query: CostQuery, account_names: Mapping[str, str]
) -> list[ShownStep]:
    levels = [found.previous_total]
    for step in found.steps:
        levels.append(levels[-1] + step.change)
    lowest, span = min(levels), max(levels) - min(levels)
    return [
        ShownStep(
            name=step_name(step, found),
            change=step.change,
            query=query_of_step(step, found, query),
            causes=[
                ShownCause(
                    cause_name(cause),
                    cause_owner(cause, account_names),
                    cause.change,
                    cause.since,
                    own_days(cause),
                    query_of_cause(cause, found, query),
                    cause.incident.url if cause.incident else "",
                )
                for cause in step.causes
                if cause.kind != Kind.DAYS
            ],
            others=step.others,
            is_rest=step.kind == Kind.REST,
            left_percent=_percent(min(start, end) - lowest, span),
            width_percent=_percent(abs(end - start), span),
        )
        for step, start, end in zip(found.steps, levels, levels[1:], strict=False)
    ]


def _percent(part: Decimal, whole: Decimal) -> float:
    return round(float(part / whole * 100), 2) if whole else 0.0
