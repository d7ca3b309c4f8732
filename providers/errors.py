"""How a read of a cloud fails."""

from enum import StrEnum


class ErrorKind(StrEnum):
    """Why a read failed, and so what helps."""

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


class ProviderError(Exception):
    """A read of a cloud failed; str() says what was read, where, and what to do."""

    def __init__(self, kind: ErrorKind, reading: str, reason: str, advice: str) -> None:
        super().__init__(f"{reading}: {reason.rstrip('.')}. {advice}".strip())
        self.kind = kind
        self.reading = reading
        self.reason = reason
        self.advice = advice
