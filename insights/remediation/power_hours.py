"""The hours of a week at which an instance is off, in UTC."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from insights.recommendations.models import Recommendation

SATURDAY = 5
WEEK = 7 * 24
FORMAT = re.compile(r"(?:(\d\d?)-(\d\d?))?(?: ?(weekends))?")
HOUR = timedelta(hours=1)


class InvalidHours(ValueError):
    """The text names no hours; the message says how they are written."""


@dataclass(frozen=True, slots=True)
class PowerHours:
    """Written "20-06 weekends": nights that begin on workdays, and whole weekends.

    With both, a weekend lasts until Monday's hour.
    """

    off_from: int | None
    on_from: int | None
    weekends: bool

    @classmethod
    def parse(cls, text: str) -> "PowerHours":
        """Raise InvalidHours."""
        found = FORMAT.fullmatch(text)
        if found is None or not any(found.groups()):
            raise InvalidHours(_reason(text))
        if found[1] is None:
            return cls(None, None, weekends=True)
        off_from, on_from = int(found[1]), int(found[2])
        if max(off_from, on_from) > 23 or off_from == on_from:
            raise InvalidHours(_reason(text))
        return cls(off_from, on_from, weekends=bool(found[3]))

    @classmethod
    def recommended(cls, recommendation: Recommendation) -> "PowerHours":
        evidence = recommendation.evidence
        return cls(
            evidence.get("off_from_hour_utc"),
            evidence.get("on_from_hour_utc"),
            bool(evidence.get("quiet_weekends")),
        )

    @property
    def text(self) -> str:
        night = "" if self.off_from is None else f"{self.off_from:02}-{self.on_from:02}"
        return f"{night} {'weekends' if self.weekends else ''}".strip()

    def __str__(self) -> str:
        night = (
            ""
            if self.off_from is None
            else f"on workdays from {self.off_from:02}:00 to {self.on_from:02}:00 UTC"
        )
        weekends = "at weekends" if self.weekends else ""
        return " and ".join(filter(None, (night, weekends)))

    def is_off(self, at: datetime) -> bool:
        if self.weekends and at.weekday() >= SATURDAY:
            return True
        if self.off_from is None or self.on_from is None:
            return False
        since = (at.hour - self.off_from) % 24
        began_on_workday = (at - since * HOUR).weekday() < SATURDAY
        is_night = since < (self.on_from - self.off_from) % 24
        return is_night and (began_on_workday or self.weekends)

    def same_since(self, now: datetime) -> datetime:
        """Return the hour since which it is to be on, or off, as it is now."""
        at = now.replace(minute=0, second=0, microsecond=0)
        for _ in range(WEEK):
            if self.is_off(at - HOUR) != self.is_off(now):
                break
            at -= HOUR
        return at


def _reason(text: str) -> str:
    return (
        f"{text!r} is no schedule. Write the hours in UTC at which it is off on "
        "workdays, weekends, or both, as in: 20-06 weekends."
    )
