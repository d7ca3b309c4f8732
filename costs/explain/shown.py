"""An explanation as pages show it: a waterfall of steps, each with its causes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import accumulate, pairwise
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
from costs.explain.changed_prices import line_query
from costs.explain.records import Cause, Explanation, Kind
from costs.queries.query import CostQuery


class ShownCause(NamedTuple):
    """A cause with its own days, or the first one that differs; where its costs are
    shown, the lines whose price changed, and the page of its anomaly."""

    name: str
    owner: str
    change: Decimal
    since: date | None
    days: Window | None
    query: str
    lines: str
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

    @property
    def is_other(self) -> bool:
        """Whether other days were chosen than these periods."""
        return not any(one.is_chosen for one in self.periods)


BASES = {"total": "In total", "daily": "Per day"}
IGNORED = {"anomalies": "Without anomalies", "one_time": "Without one-time charges"}


def comparison(query: CostQuery) -> Comparison:
    none = {"previous_start": "", "previous_end": ""}
    usual = query.parameters(**none, compare="")
    a_year_ago = query.parameters(**none, compare="year_ago")
    compare = "" if query.previous else query.compare
    return Comparison(
        bases=[
            Choice(label, query.parameters(basis=basis), query.basis == basis)
            for basis, label in BASES.items()
        ],
        periods=[
            Choice("Previous period", usual, compare == "previous"),
            Choice("A year ago", a_year_ago, compare == "year_ago"),
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


def shown_steps(
    found: Explanation, query: CostQuery, account_names: Mapping[str, str]
) -> list[ShownStep]:
    bars = waterfall(found.previous_total, [step.change for step in found.steps])
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
                    query_of_lines(cause, query) if cause.kind == Kind.PRICE else "",
                    cause.incident.url if cause.incident else "",
                )
                for cause in step.causes
                if cause.kind != Kind.DAYS
            ],
            others=step.others,
            is_rest=step.kind == Kind.REST,
            left_percent=bar.left_percent,
            width_percent=bar.width_percent,
        )
        for step, bar in zip(found.steps, bars, strict=True)
    ]


def query_of_lines(cause: Cause, query: CostQuery) -> str:
    """Return the query of the page of lines that tells which prices changed."""
    account, service = cause.part
    own = {"sub_account": [account]} if account else {}
    return line_query(query).parameters(**own, service=[service])


class Bar(NamedTuple):
    """Where a step's bar begins, and how long it is."""

    left_percent: float
    width_percent: float


def waterfall(before: Decimal, changes: Sequence[Decimal]) -> list[Bar]:
    """Return a bar for each change: it leads from where the one before it ends."""
    levels = [*accumulate(changes, initial=before)]
    lowest, span = min(levels), max(levels) - min(levels)
    return [
        Bar(_percent(min(start, end) - lowest, span), _percent(abs(end - start), span))
        for start, end in pairwise(levels)
    ]


def _percent(part: Decimal, whole: Decimal) -> float:
    return round(float(part / whole * 100), 2) if whole else 0.0
