"""What can go wrong with AWS, on demand."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING
from uuid import uuid4

from core.testing.aws_emulator.wire import AwsError
from core.testing.emulated_cloud import Turns

if TYPE_CHECKING:
    from core.testing.aws_emulator.wire import Call

# How each service words "too fast": code, HTTP status, message.
THROTTLES = {
    "ce": ("LimitExceededException", 400, "Rate exceeded"),
    "cloudwatch": ("Throttling", 400, "Rate exceeded"),
    "ec2": ("RequestLimitExceeded", 503, "Request limit exceeded."),
    "organizations": ("TooManyRequestsException", 400, "Rate exceeded"),
    "pricing": ("ThrottlingException", 400, "Rate exceeded"),
    "s3": ("SlowDown", 503, "Please reduce your request rate."),
}
# How each service words "not allowed": code and HTTP status.
DENIALS = {
    "ce": ("AccessDeniedException", 400),
    "ec2": ("UnauthorizedOperation", 403),
    "organizations": ("AccessDeniedException", 400),
    "pricing": ("AccessDeniedException", 400),
}


@dataclass(frozen=True)
class Denial:
    """An operation nobody may call, in one account and region or in all.

    `by_organization`: a service control policy denies all operations there.
    """

    operation: str
    account_id: str | None
    region: str | None
    by_organization: bool = False


@dataclass
class Failure:
    """An error that an operation answers with."""

    error: AwsError
    turns: Turns


@dataclass
class Faults:
    """The faults in force; empty when AWS is well."""

    throttles: dict[str, Turns] = field(default_factory=dict)
    denials: list[Denial] = field(default_factory=list)
    failures: dict[str, Failure] = field(default_factory=dict)
    regions_down: set[str] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)

    def clear(self) -> None:
        """Everything works again."""
        self.throttles.clear()
        self.denials.clear()
        self.failures.clear()
        self.regions_down.clear()

    def check_region(self, region: str) -> None:
        """Raises 503 when the region is down, whatever is asked of it."""
        if region in self.regions_down:
            raise AwsError(
                "ServiceUnavailable", "Service is unable to handle request.", 503
            )

    def check_denials(self, call: Call) -> None:
        """Raises what a denied call is answered with."""
        for denial in self.denials:
            if (
                (denial.by_organization or denial.operation == call.name)
                and denial.account_id in (None, call.account_id)
                and denial.region in (None, call.region)
            ):
                raise access_denied(call, by_organization=denial.by_organization)

    def check_throttle(self, call: Call) -> None:
        with self._lock:
            throttle = self.throttles.get(call.name)
            if throttle is None or not throttle.hits():
                return
        code, status, message = THROTTLES.get(
            call.service, ("Throttling", 400, "Rate exceeded")
        )
        raise AwsError(code, message, status)

    def check_failure(self, call: Call) -> None:
        with self._lock:
            failure = self.failures.get(call.name)
            if failure is None or not failure.turns.hits():
                return
        raise failure.error


def access_denied(
    call: Call, resource: str = "", *, by_organization: bool = False
) -> AwsError:
    """The service's refusal, naming the caller and the permission it lacks."""
    code, status = DENIALS.get(call.service, ("AccessDenied", 403))
    message = f"User: {call.caller_arn} is not authorized to perform: {call.name}"
    if call.service == "ec2":
        message = f"You are not authorized to perform this operation. {message}"
    if by_organization:
        message += " with an explicit deny in a service control policy"
        if call.service == "ec2":  # it differs each time
            message += f". Encoded authorization failure message: {uuid4().hex}"
    elif resource:
        message += f" on resource: {resource}"
    elif call.service == "ce":
        message += f" on resource: arn:aws:ce:us-east-1:{call.account_id}:/"
        message += call.operation
    else:
        message += f" because no identity-based policy allows the {call.name} action"
    return AwsError(code, message, status)
