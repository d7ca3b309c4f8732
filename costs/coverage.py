"""Which days each account's bill is stored for, and so what may be compared."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from providers.windows import ONE_DAY, Window


class Span(NamedTuple):
    """One account's stored days: the first, the last, and how many in each window."""

    is_enabled: bool
    first: date
    last: date
    days: tuple[int, ...]


def missing_days(spans: Sequence[Span], at: int, window: Window) -> int:
    """Days of the window, the one counted at `at`, that some account's history lacks.

    An account's history runs from its first stored day to the newest day that any
    enabled account has: one that fell behind makes the sum too low. That of a
    disabled account ends with its own last day.
    """
    newest = max((span.last for span in spans if span.is_enabled), default=None)
    missing = 0
    for span in spans:
        last = newest if newest and span.is_enabled else span.last
        expected = min(window.end, last + ONE_DAY) - max(window.start, span.first)
        missing += max(0, expected.days - span.days[at])
    return missing


def is_comparable(
    spans: Sequence[Span], windows: Sequence[Window], one: int, other: int
) -> bool:
    """Whether both windows are stored whole, for every account that has any of them.

    An account that was connected in between, or that fell behind, would show as a
    change of costs that nobody had.
    """
    concerned = [span for span in spans if span.days[one] or span.days[other]]
    return bool(concerned) and all(
        span.days[at] == len(windows[at]) for span in concerned for at in (one, other)
    )
