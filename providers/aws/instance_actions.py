"""Stopping, starting and resizing EC2 instances."""

from collections.abc import Callable, Sequence
from typing import Any

from providers.acting import ActionKind
from providers.acting_steps import Task, do_or_take_back
from providers.aws.client import AwsClients
from providers.aws.dry_runs import Attempt, dry_run, in_words, try_right
from providers.aws.ec2 import normalize_instance
from providers.aws.resource_change import ResourceChange
from providers.records import InstanceRecord, ResourceRecord

NO_INSTANCE = "i-00000000000000000"
GONE = {"shutting-down", "terminated"}
# A group starts another in place of one that stops.
GROUP_TAG = "aws:autoscaling:groupName"


class _InstanceChange(ResourceChange):
    @property
    def ids(self) -> dict[str, list[str]]:
        return {"InstanceIds": [self.action.resource_id]}

    def look(self) -> InstanceRecord | None:
        """An instance that ends is gone, though it is listed for an hour longer."""
        call, missing = self.ec2.describe_instances, "InvalidInstanceID.NotFound"
        answer = self.ask(call, "ec2:DescribeInstances", missing=missing, **self.ids)
        if answer is None:
            return None
        (raw,) = [one for each in answer["Reservations"] for one in each["Instances"]]
        record = normalize_instance(raw, self.region)
        return None if record.state in GONE else record

    def call(self, operation: str, **request: Any) -> None:
        name = "".join(part.capitalize() for part in operation.split("_"))
        self.ask(getattr(self.ec2, operation), f"ec2:{name}", **request)

    def refuse_group(self, record: ResourceRecord) -> None:
        if group := record.tags.get(GROUP_TAG):
            raise self.conflict(
                f"it belongs to the Auto Scaling group {group}, which would start "
                "another in its place",
                "Change the group instead. Nothing was changed.",
            )

    def stop(self, task: Task) -> None:
        self._reach("stop_instances", {"stopping", "stopped"}, "stopped", task)

    def start(self, task: Task) -> None:
        self._reach("start_instances", {"pending", "running"}, "running", task)

    def _reach(self, operation: str, begun: set[str], state: str, task: Task) -> None:
        record = self.look()
        if record and record.state not in begun:
            self.call(operation, **self.ids)
        passed: set[str] = set()
        task.until(f"until it is {state}", lambda: self._is(state, passed) or None)

    def _is(self, state: str, passed: set[str]) -> bool:
        """Return whether it is, having been in the states that it passed before."""
        record = self.look()
        if record is None:
            raise self.gone("it was terminated meanwhile")
        if record.state == "stopped" and "pending" in passed:
            raise self.conflict(
                "EC2 began to start it, and it is stopped again",
                "EC2 names the reason as its state transition reason. An encrypted "
                "disk needs kms:CreateGrant (docs/acting.md).",
            )
        passed.add(record.state)
        return record.state == state


class Stop(_InstanceChange):
    def dry_run(self, record: ResourceRecord) -> str:
        self.refuse_group(record)
        call = self.ec2.stop_instances
        return in_words([dry_run(call, "ec2:StopInstances", self.region, **self.ids)])

    def do(self, record: ResourceRecord, task: Task) -> str:
        self.refuse_group(record)
        self.stop(task)
        return "EC2 stopped the instance; its disks stay, and cost what they did."


class Start(_InstanceChange):
    def dry_run(self, record: ResourceRecord) -> str:
        call = self.ec2.start_instances
        return in_words([dry_run(call, "ec2:StartInstances", self.region, **self.ids)])

    def do(self, record: ResourceRecord, task: Task) -> str:
        self.start(task)
        return "EC2 started the instance."


class Resize(_InstanceChange):
    """EC2 changes the type of a stopped instance only."""

    @property
    def shall_run(self) -> bool:
        return self.action.expected.state == "running"

    def dry_run(self, record: ResourceRecord) -> str:
        self.refuse_group(record)
        ec2, region = self.ec2, self.region
        types = [self.action.target]
        call, permission = ec2.describe_instance_types, "ec2:DescribeInstanceTypes"
        self.ask(call, permission, InstanceTypes=types)
        tried = [
            dry_run(ec2.stop_instances, "ec2:StopInstances", region, **self.ids),
            dry_run(
                ec2.modify_instance_attribute,
                "ec2:ModifyInstanceAttribute",
                region,
                **self._of_type(self.action.target),
            ),
            dry_run(ec2.start_instances, "ec2:StartInstances", region, **self.ids),
        ]
        return in_words(tried)

    def do(self, record: ResourceRecord, task: Task) -> str:
        self.refuse_group(record)
        before, target = self.action.expected.type, self.action.target
        do_or_take_back(
            lambda: self._resize(record, task), lambda: self._take_back(task)
        )
        return f"EC2 changed the type from {before} to {target}."

    def _resize(self, record: ResourceRecord, task: Task) -> None:
        """It may take minutes to stop, after which it is looked at once more."""
        if not self._has(record, self.action.target):
            self.stop(task)
            record = task.check_again(self.look())
        if not self._has(record, self.action.target):
            self._change_to(self.action.target)
        if self.shall_run:
            self.start(task)

    def _take_back(self, task: Task) -> str:
        """What somebody else has made of it meanwhile stays."""
        record = self.look()
        if record and self._has(record, self.action.target):
            self._change_to(self.action.expected.type)
        if self.shall_run:
            self.start(task)
        record = self.look()
        if record is None:
            return "It is gone."
        return f"It is {record.state} as {record.instance_type}."

    def _has(self, record: ResourceRecord, instance_type: str) -> bool:
        if not isinstance(record, InstanceRecord):
            return False
        return record.instance_type == instance_type

    def _change_to(self, instance_type: str) -> None:
        request = self._of_type(instance_type)
        self.call("modify_instance_attribute", **request)

    def _of_type(self, instance_type: str) -> dict[str, Any]:
        return {
            "InstanceId": self.action.resource_id,
            "InstanceType": {"Value": instance_type},
        }


def instance_attempts(clients: AwsClients, region: str) -> Sequence[Attempt]:
    """Return the rights by which instances are changed."""
    ec2 = clients.ec2(region)
    ids = {"InstanceIds": [NO_INSTANCE]}
    stop, start, resize = (
        ActionKind.STOP_INSTANCE,
        ActionKind.START_INSTANCE,
        ActionKind.RESIZE_INSTANCE,
    )

    def attempt(call: Callable[..., Any], name: str, **request: Any) -> Attempt:
        kinds = [stop] if "Stop" in name else [start] if "Start" in name else []
        return name, [*kinds, resize], try_right(call, name, region, **request)

    return [
        attempt(ec2.stop_instances, "ec2:StopInstances", **ids),
        attempt(ec2.start_instances, "ec2:StartInstances", **ids),
        attempt(
            ec2.modify_instance_attribute,
            "ec2:ModifyInstanceAttribute",
            InstanceId=NO_INSTANCE,
            InstanceType={"Value": "t3.micro"},
        ),
    ]
