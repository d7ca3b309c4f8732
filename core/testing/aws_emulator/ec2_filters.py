"""The Filters of DescribeInstances that matter here."""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from core.testing.aws_emulator.wire import AwsError

if TYPE_CHECKING:
    from core.testing.aws_emulator.world import EmulatedInstance

ATTRIBUTES: dict[str, Callable[[EmulatedInstance], str | None]] = {
    "instance-id": lambda instance: instance.instance_id,
    "instance-lifecycle": lambda instance: instance.lifecycle,
    "instance-state-name": lambda instance: instance.state,
    "instance-type": lambda instance: instance.instance_type,
    "platform": lambda instance: instance.platform,
}


def keep_matching(
    instances: list[EmulatedInstance], filters: list[dict[str, Any]]
) -> list[EmulatedInstance]:
    """Instances that match every filter; one of a filter's values is enough."""
    for each in filters:
        read = _reader(each["Name"])
        values = each.get("Values", [])
        instances = [
            instance for instance in instances if _matches(read(instance), values)
        ]
    return instances


def all_tags(instance: EmulatedInstance) -> dict[str, str]:
    """Its tags, the Name included."""
    name = {"Name": instance.name} if instance.name is not None else {}
    return name | instance.tags


def _reader(name: str) -> Callable[[EmulatedInstance], str | None]:
    if name.startswith("tag:"):
        key = name.removeprefix("tag:")
        return lambda instance: all_tags(instance).get(key)
    if name not in ATTRIBUTES:
        raise AwsError("InvalidParameterValue", f"The filter '{name}' is invalid")
    return ATTRIBUTES[name]


def _matches(actual: str | None, values: list[str]) -> bool:
    return actual is not None and any(fnmatchcase(actual, value) for value in values)
