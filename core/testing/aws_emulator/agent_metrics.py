"""What the CloudWatch agent measures on machines that have it: memory, by the day."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from core.testing.aws_emulator.usage import Usage
from core.testing.aws_emulator.wire import Call
from core.testing.emulated_load import DAY

if TYPE_CHECKING:
    from core.testing.aws_emulator.aws import EmulatedAws
    from core.testing.aws_emulator.world import EmulatedInstance

NAMESPACE = "CWAgent"
LINUX, WINDOWS = "mem_used_percent", "Memory % Committed Bytes In Use"
UNITS = {LINUX: "Percent", WINDOWS: "Percent"}


def listed_memory(aws: EmulatedAws, call: Call) -> Iterator[tuple[str, dict[str, str]]]:
    """The metric of each of this region's machines that ran within two weeks."""
    for instance in aws.world(call.account_id).instances.values():
        now = int(aws.now.timestamp())
        if instance.region != call.region or instance.memory_percent is None:
            continue
        if _usage(aws, call, instance).samples(now - 14 * DAY, now):
            yield _metric(instance), _dimensions(instance)


def memory_points(
    aws: EmulatedAws, call: Call, stat: dict[str, Any], start: int, end: int
) -> Iterator[tuple[int, float]]:
    """The points of one metric, by all of its dimensions, in the machine's region."""
    metric = stat["Metric"]
    asked = {one["Name"]: one["Value"] for one in metric.get("Dimensions", [])}
    instance = aws.world(call.account_id).instances.get(asked.get("InstanceId", ""))
    if instance is None or instance.memory_percent is None:
        return
    if (instance.region, _metric(instance)) != (call.region, metric["MetricName"]):
        return
    if _dimensions(instance) != asked or stat.get("Unit", "Percent") != "Percent":
        return
    usage = _usage(aws, call, instance)
    for at in range(-(-start // DAY) * DAY, end, DAY):
        if usage.samples(at, at + DAY):
            peak = 1.5 if stat["Stat"] == "Maximum" else 1.0
            yield at, min(100.0, instance.memory_percent * peak)


def _usage(aws: EmulatedAws, call: Call, instance: EmulatedInstance) -> Usage:
    return Usage(aws.world(call.account_id), instance, int(aws.now.timestamp()))


def _metric(instance: EmulatedInstance) -> str:
    return WINDOWS if instance.platform == "windows" else LINUX


def _dimensions(instance: EmulatedInstance) -> dict[str, str]:
    """As the agent's wizard chooses them; on Windows an object's name too."""
    own = {"objectname": "Memory"} if instance.platform == "windows" else {}
    return own | {
        "InstanceId": instance.instance_id,
        "ImageId": instance.image_id,
        "InstanceType": instance.instance_type,
    }
