"""StopInstances, StartInstances and ModifyInstanceAttribute of EC2."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from core.testing.aws_emulator.changing import refuse_dry_run
from core.testing.aws_emulator.ec2 import only_instances, type_exists
from core.testing.aws_emulator.ec2_xml import STATE_CODES
from core.testing.aws_emulator.wire import Answer, AwsError, Call

if TYPE_CHECKING:
    from core.testing.aws_emulator.aws import EmulatedAws
    from core.testing.aws_emulator.world import EmulatedInstance


def stop_instances(aws: EmulatedAws, call: Call) -> Answer:
    """They stop for a while; a spot instance of a single request can't be."""
    found = _found(aws, call)
    for instance in found:
        if instance.state not in ("running", "stopping", "stopped"):
            raise _incorrect_state(instance, "stopped")
        if instance.lifecycle == "spot":
            raise AwsError(
                "UnsupportedOperation",
                f"You can't stop the Spot Instance '{instance.instance_id}' because it "
                "is associated with a one-time Spot Instance request.",
            )
        if instance.is_stop_protected:
            raise AwsError(
                "OperationNotPermitted",
                f"The instance '{instance.instance_id}' may not be stopped. Modify its "
                "'disableApiStop' instance attribute and try again.",
            )
    refuse_dry_run(call)
    before = [instance.state for instance in found]
    for instance in found:
        if instance.state == "running":
            instance.state = "stopping"
            aws.later(partial(_stopped, aws, instance))
    return {"StoppingInstances": _changes(found, before)}


def start_instances(aws: EmulatedAws, call: Call) -> Answer:
    """They are pending for a while; a type may have no capacity left."""
    found = _found(aws, call)
    for instance in found:
        if instance.state not in ("stopped", "pending", "running"):
            raise _incorrect_state(instance, "started")
        if instance.instance_type in aws.world(call.account_id).types_sold_out:
            raise AwsError(
                "InsufficientInstanceCapacity",
                f"We currently do not have sufficient {instance.instance_type} "
                "capacity in the Availability Zone you requested.",
                500,
            )
    refuse_dry_run(call)
    before = [instance.state for instance in found]
    for instance in found:
        if instance.state == "stopped":
            _begin(aws, instance)
    return {"StartingInstances": _changes(found, before)}


def modify_instance_attribute(aws: EmulatedAws, call: Call) -> Answer:
    """Of the attributes only the type, which must suit and can change while stopped."""
    (instance,) = only_instances(aws, call, [call.parameters["InstanceId"]])
    wanted = call.parameters.get("InstanceType", {}).get("Value", "")
    if not type_exists(wanted):
        raise AwsError(
            "InvalidParameterValue",
            f"Invalid value '{wanted}' for InstanceType.",
        )
    refuse_dry_run(call)
    if instance.state != "stopped":
        raise AwsError(
            "IncorrectInstanceState",
            f"The instance '{instance.instance_id}' is not in the 'stopped' state.",
        )
    instance.instance_type = wanted
    return {}


def _found(aws: EmulatedAws, call: Call) -> list[EmulatedInstance]:
    return only_instances(aws, call, call.parameters["InstanceIds"])


def _incorrect_state(instance: EmulatedInstance, what: str) -> AwsError:
    return AwsError(
        "IncorrectInstanceState",
        f"The instance '{instance.instance_id}' is not in a state from which it can be "
        f"{what}.",
    )


def _stopped(aws: EmulatedAws, instance: EmulatedInstance) -> None:
    if instance.state == "stopping":
        if instance.runs is not None:
            start, _ = instance.runs[-1]
            instance.runs = [*instance.runs[:-1], (start, aws.now)]
        instance.state, instance.stopped_since = "stopped", aws.now


def _begin(aws: EmulatedAws, instance: EmulatedInstance) -> None:
    """Its launch is when it was last started."""
    instance.runs = [*instance.running_periods(), (aws.now, None)]
    instance.state, instance.stopped_since = "pending", None
    instance.launched_at = aws.now
    aws.later(partial(_running, instance))


def _running(instance: EmulatedInstance) -> None:
    if instance.state == "pending":
        instance.state = "stopped" if instance.lacks_key else "running"


def _changes(found: list[EmulatedInstance], before: list[str]) -> list[dict[str, Any]]:
    return [
        {
            "InstanceId": instance.instance_id,
            "CurrentState": _state(instance.state),
            "PreviousState": _state(state),
        }
        for instance, state in zip(found, before, strict=True)
    ]


def _state(name: str) -> dict[str, Any]:
    return {"Code": STATE_CODES[name], "Name": name}
