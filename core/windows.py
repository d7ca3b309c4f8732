"""Half-open windows of UTC days: `start` is in, `end` is not."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from core.refusals import Refusal

ONE_DAY = timedelta(days=1)
# What AWS's calculator takes for a month: 365 days of 24 hours in 12 parts.
HOURS_PER_MONTH = Decimal(730)
DAYS_PER_MONTH = HOURS_PER_MONTH / 24


class InvalidWindow(Refusal, ValueError):
    """The window can't be read; the message says why and what to do."""

    field = "start"


@dataclass(frozen=True, slots=True)
class Window:
    """The UTC days from `start` up to, but without, `end`."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise InvalidWindow(
                f"start {self.start} must be before end {self.end} (end is exclusive)"
            )

    def __len__(self) -> int:
        return (self.end - self.start).days

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    def __str__(self) -> str:
        return f"{self.start}..{self.end}"

    def days(self) -> Iterator[date]:
        return (self.start + ONE_DAY * index for index in range(len(self)))

    def previous(self) -> "Window":
        """Return the window of the same length that ends where this one starts."""
        return Window(self.start - ONE_DAY * len(self), self.start)

    @property
    def start_at(self) -> datetime:
        return midnight(self.start)

    @property
    def end_at(self) -> datetime:
        return midnight(self.end)


def span(windows: Collection[Window]) -> Window:
    """Return from the first start to the last end."""
    return Window(min(one.start for one in windows), max(one.end for one in windows))


def next_daily(at: time, now: datetime) -> datetime:
    """Return when it is that time of day (UTC) next; this moment does not count."""
    today = datetime.combine(now.date(), at, UTC)
    return today if today > now else today + ONE_DAY


def midnight(day: date) -> datetime:
    """00:00 UTC of that day."""
    return datetime.combine(day, time.min, tzinfo=UTC)


def last_complete_days(count: int, now: datetime) -> Window:
    """Return the `count` UTC days that ended before `now`."""
    today = utc_day(now)
    return Window(today - ONE_DAY * count, today)


def utc_day(at: datetime) -> date:
    return at.astimezone(UTC).date()


def first_of_month(day: date) -> date:
    return day.replace(day=1)


def add_months(day: date, months: int) -> date:
    """Return the first of the month that lies `months` after the month of `day`."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)
