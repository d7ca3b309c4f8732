"""Where the costs page leads on to: into a line or a day, or out of a filter."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from costs.lines import Line
from costs.question import DIMENSIONS, Question
from providers.windows import ONE_DAY, Window, add_months

# The name of a filter on its chip.
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
}


@dataclass(frozen=True, slots=True)
class Chip:
    """One value of a filter in use, and the page without it."""

    name: str
    label: str
    query: str


def into_line(question: Question, line: Line, shown: Sequence[Line]) -> str | None:
    """The query of what a line is made of; that of "Other" is all but the others.

    None where no filter names it: the line of a key that is empty, or of everything.
    """
    if question.group_by not in DIMENSIONS or line.key == "":
        return None
    only, without = DIMENSIONS[question.group_by]
    if line.key is None:
        left_out = [one.key for one in shown if one.key]
        return question.query(
            **{without: [*question.filters[without], *left_out]}, sort=""
        )
    return question.query(
        **{only: [line.key]}, group_by=next_group(question, only), sort=""
    )


def next_group(question: Question, chosen: str) -> str:
    """What to slice by after `chosen` is held: the first that is not one value yet."""
    for group, (only, _) in DIMENSIONS.items():
        if only != chosen and len(question.filters[only]) != 1:
            return group
    return "none"


def into_moments(question: Question) -> Callable[[date], str | None]:
    """The query of the days of a month, or of one day by itself.

    None where that is what is shown. There may be a thousand, so what they share is
    written once.
    """
    rest = question.query(start="", end="", granularity="")

    def query(moment: date) -> str | None:
        part = _days_of(moment, question)
        if part == question.window and question.granularity == "daily":
            return None
        return f"start={part.start}&end={part.end}&granularity=daily&{rest}"

    return query


def _days_of(moment: date, question: Question) -> Window:
    """The day itself, or those of the month that lie in the window."""
    if question.granularity == "daily":
        return Window(moment, moment + ONE_DAY)
    window = question.window
    return Window(max(moment, window.start), min(add_months(moment, 1), window.end))


def chips(question: Question, account_names: Mapping[str, str]) -> list[Chip]:
    """Each value of each filter in use."""
    return [
        Chip(
            FILTER_NAMES[name],
            account_names.get(value, value),
            question.query(**{name: [one for one in values if one != value]}),
        )
        for name, values in question.filters.items()
        for value in values
    ]
