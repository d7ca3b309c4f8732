"""An answer: a sentence with its figures, and where the same figures can be seen."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.urls import reverse

from assistant.endpoints import (
    Parameters,
    ask_endpoint,
    endpoint_address,
    with_query,
)
from assistant.engine.parser import Values
from clouds.access import AnyUser, limit_of
from core.money import Money, for_reading
from core.windows import utc_day
from syncs.datasets import Dataset
from syncs.runs.watermarks import data_through

# More are on the page.
MOST_ROWS = 31
LATE_DAYS = 2
Cell = str | Money | None


@dataclass(frozen=True, slots=True)
class Row:
    """A line of an answer; its first cell leads to `url`."""

    cells: Sequence[Cell]
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an endpoint said, as a sentence and lines.

    `page` is the route with the same figures, `more` how many lines are only there.
    """

    text: str
    page: str
    endpoint: str
    parameters: Parameters = field(default_factory=dict)
    page_parameters: Parameters | None = None
    page_key: int | None = None
    columns: Sequence[str] = ()
    rows: Sequence[Row] = ()
    more: int = 0

    @property
    def page_address(self) -> str:
        args = [] if self.page_key is None else [self.page_key]
        own = self.page_parameters
        return with_query(
            reverse(self.page, args=args), self.parameters if own is None else own
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "columns": list(self.columns),
            "rows": [
                {"cells": [_json(cell) for cell in row.cells], "url": row.url}
                for row in self.rows[:MOST_ROWS]
            ],
            "truncated": self.more + max(0, len(self.rows) - MOST_ROWS) > 0,
            "page": self.page_address,
            "query": endpoint_address(self.endpoint, self.parameters),
        }


def list_answer(
    page: str,
    endpoint: str,
    asked: Parameters,
    text: str,
    columns: Sequence[str],
    rows: Sequence[Row],
    count: int,
    **shown: Any,
) -> Answer:
    """Return the answer of a list of so many lines, of which the first are named."""
    return Answer(
        text=text,
        page=page,
        endpoint=endpoint,
        parameters=asked,
        columns=columns,
        rows=rows,
        more=count - len(rows),
        **shown,
    )


@dataclass(frozen=True, slots=True)
class Question:
    """A question that is being answered: its slots, whose it is, and when."""

    slots: Values
    user: AnyUser
    now: datetime

    def get(self, endpoint: str, **parameters: Any) -> Any:
        return ask_endpoint(endpoint, parameters, self.user)


class DataStatus:
    """Says through which day the data is stored, and which accounts the user sees.

    It is read once for all answers of a report.
    """

    def __init__(self, user: AnyUser, now: datetime) -> None:
        self.marks, self.limit = data_through(user), limit_of(user)
        self.today = utc_day(now)

    def of(self, intent: str = "") -> str:
        cpu = [Dataset.CPU.label] if intent == "idle" else []
        wanted = {Dataset.COST.label, *cpu}
        marks = [(label, day) for label, day in self.marks if label in wanted]
        parts = [f"{label} data through {day:%-d %b %Y}." for label, day in marks]
        is_late = any((self.today - day).days > LATE_DAYS for _, day in marks)
        parts += ["It is late." if is_late else "", self.limit]
        sentences = " ".join(part for part in parts if part)
        return sentences or "No costs are stored yet."


def _json(cell: Cell) -> Any:
    if isinstance(cell, Money):
        return {"amount": f"{cell.amount:f}", "currency": cell.currency}
    return cell


def counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def are(count: int) -> str:
    return "is" if count == 1 else "are"


def money(amount: str | None, currency: str | None) -> Money | None:
    return None if amount is None else Money(Decimal(amount), currency or "")


def amount_text(amount: str | Decimal, currency: str | None) -> str:
    return for_reading(Decimal(amount), currency or "")
