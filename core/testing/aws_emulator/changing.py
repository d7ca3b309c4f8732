"""What all calls share that change something."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from core.testing.aws_emulator.wire import AwsError

if TYPE_CHECKING:
    from core.testing.aws_emulator.wire import Call

FoundT = TypeVar("FoundT")
HTTP_PRECONDITION_FAILED = 412


def refuse_dry_run(call: Call) -> None:
    """EC2 says by an error that it would have done it."""
    if call.parameters.get("DryRun"):
        raise AwsError(
            "DryRunOperation",
            "Request would have succeeded, but DryRun flag is set.",
            HTTP_PRECONDITION_FAILED,
        )


def found_in(
    things: Mapping[str, FoundT], call: Call, thing_id: str, code: str
) -> FoundT:
    """What has this id in the region that is asked; else the error of this code."""
    thing: Any = things.get(thing_id)
    if thing is None or thing.region != call.region:
        raise AwsError(code, f"The ID '{thing_id}' does not exist")
    return things[thing_id]
