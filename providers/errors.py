"""How asking a cloud fails."""

from collections import defaultdict
from collections.abc import Iterable
from enum import StrEnum


class ErrorKind(StrEnum):
    """Why it failed, and so what helps. The last four are of acting."""

    CREDENTIALS = "credentials"
    EXPIRED = "expired"
    CLOCK = "clock"
    DENIED = "denied"
    THROTTLED = "throttled"
    UNAVAILABLE = "unavailable"
    NOT_ENABLED = "not_enabled"
    INVALID = "invalid"
    INCOMPLETE = "incomplete"
    BUDGET = "budget"
    CHANGED = "changed"
    PROTECTED = "protected"
    CONFLICT = "conflict"
    UNFINISHED = "unfinished"


class ProviderError(Exception):
    """A read of a cloud failed; str() says what was read, where, and what to do.

    `region` is the one that `reading` names, where the others are read without it.
    """

    def __init__(
        self,
        kind: ErrorKind,
        reading: str,
        reason: str,
        advice: str,
        region: str = "",
    ) -> None:
        super().__init__(f"{reading}: {reason.rstrip('.')}. {advice}".strip())
        self.kind = kind
        self.reading = reading
        self.reason = reason
        self.advice = advice
        self.region = region

    @property
    def cause(self) -> tuple[str, ...]:
        """What it has in common with the same failure of other regions.

        What follows the reason's code may differ from one request to the next.
        """
        code, _, _ = self.reason.partition(" (")
        about = (text.replace(self.region, "*") for text in (self.reading, code))
        return (*about, self.advice) if self.region else (str(self),)


def by_cause(errors: Iterable[ProviderError]) -> list[ProviderError]:
    """Return one error per cause, that names every region that it befell.

    The order is of what they say, as regions that are read at once fail in any order.
    """
    same: dict[tuple[str, ...], list[ProviderError]] = defaultdict(list)
    for error in sorted(errors, key=str):
        same[error.cause].append(error)
    return [_of_all(group) for group in same.values()]


def _of_all(group: list[ProviderError]) -> ProviderError:
    first = group[0]
    if not first.region:
        return first
    regions = ", ".join(sorted({error.region for error in group}))
    reading = first.reading.replace(first.region, regions)
    return ProviderError(first.kind, reading, first.reason, first.advice, regions)
