"""What is still expected of recent days, by how much such days grew before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from clouds.access import AnyUser
from core.money import CENT, ZERO
from core.periods import LAST_DAYS
from core.windows import ONE_DAY, Window
from costs.growth.refresh import SETTLED_AFTER_DAYS
from costs.growth.shares import GrowthShares
from costs.queries.coverage import Span
from costs.queries.source import CostSource


@dataclass(frozen=True, slots=True)
class StillExpected:
    """The growth that recent days of a window have before them.

    `per_day` has the raw days that are stored. `is_recent` tells whether the window
    has a day that is young enough to grow; only then `growth` was looked up.
    """

    is_recent: bool = False
    growth: GrowthShares = field(default_factory=GrowthShares)
    per_day: Mapping[date, Decimal] = field(default_factory=dict)

    @property
    def is_known(self) -> bool:
        return not self.is_recent or self.growth.is_known

    @property
    def amount(self) -> Decimal | None:
        """Return the sum; None where it is not known."""
        return sum(self.per_day.values(), ZERO) if self.is_known else None

    @property
    def window(self) -> Window | None:
        """Return the raw days; None without any."""
        if not self.per_day:
            return None
        return Window(min(self.per_day), max(self.per_day) + ONE_DAY)

    def within(self, window: Window) -> "StillExpected":
        """Return the part of a window."""
        inside = {day: more for day, more in self.per_day.items() if day in window}
        return replace(self, per_day=inside)


def still_expected(
    source: CostSource, spans: Sequence[Span], window: Window, metric: str = "billed"
) -> StillExpected:
    """Return what the source's days in the window will still grow by.

    Its costs have to be in one currency, and `spans` are those of the source. One query
    where the window has recent days, and another one where such days grow.
    """
    newest = max((span.last for span in spans), default=None)
    # The newest day was read on the day after it, if not later.
    read_on = newest and newest + ONE_DAY
    if not read_on or window.end <= read_on - timedelta(days=SETTLED_AFTER_DAYS):
        return StillExpected()
    growth = source.growth_shares()
    raw = Window(read_on - ONE_DAY * max(growth.raw_days, 1), read_on)
    if not growth.raw_days or raw.start >= window.end:
        return StillExpected(True, growth)
    rows = source.in_window(raw).before(window.end).by()
    return StillExpected(
        True,
        growth,
        {
            day: (amount * growth.shares[(read_on - day).days]).quantize(CENT)
            for _, _, day, amount in rows.series([], metric, "daily")
            if day in window
        },
    )


def raw_days(user: AnyUser) -> int:
    """Return how many days before today still grow, as far as that is known."""
    return CostSource.visible_to(user).growth_shares().raw_days


def raw_days_asked(user: AnyUser, parameters: Mapping[str, str]) -> int:
    """Return the same where a question is about the last days, or says nothing."""
    period = parameters.get("period")
    has_days = "start" in parameters or "end" in parameters
    if has_days or (period and period not in LAST_DAYS):
        return 0
    return raw_days(user)
