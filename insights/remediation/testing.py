"""Actions for tests, and a cloud that does what it is asked."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from clouds.models import CloudAccount
from core.testing.clock import NOW
from insights.models import Remediation
from insights.remediation.action_kinds import RemediationKind
from insights.remediation.execution import work_on
from insights.remediation.proposals import Proposal, propose
from inventory.models import Resource
from inventory.testing import instance
from providers.acting import ActionKind, ActionOutcome, CloudAction, seen
from providers.acting_steps import OPPOSITES
from providers.approved import check_approved
from providers.base import Progress
from providers.meter import Meter
from providers.records import AccessCheck, InstanceRecord, ResourceRecord
from users.audit import Actor

ADA, BOB = Actor(None, "ada"), Actor(None, "bob")
STATES = {ActionKind.STOP_INSTANCE: "stopped", ActionKind.START_INSTANCE: "running"}


@dataclass
class FakeActing:
    """Stops and starts instances. `errors` are raised by the next calls of act, after
    what is done is done where `is_done` says so."""

    records: dict[str, ResourceRecord] = field(default_factory=dict)
    errors: list[BaseException] = field(default_factory=list)
    is_done: bool = False
    acted: list[CloudAction] = field(default_factory=list)
    meter: Meter = field(default_factory=Meter)

    def acting_checks(self) -> Iterator[AccessCheck]:
        yield from ()

    def look(self, action: CloudAction) -> ResourceRecord | None:
        self.meter.count("ec2:DescribeInstances")
        return self.records.get(action.resource_id)

    def dry_run(self, action: CloudAction) -> str:
        check_approved(action, self.records.get(action.resource_id), ())
        return "Request would have succeeded, but DryRun flag is set."

    def act(
        self, action: CloudAction, progress: Progress, *, is_repeated: bool = False
    ) -> ActionOutcome:
        found = self.records.get(action.resource_id)
        record = check_approved(action, found, (), is_repeated=is_repeated)
        progress("asked to change it")
        error = self.errors.pop(0) if self.errors else None
        if error and not self.is_done:
            raise error
        if record.state != (state := STATES.get(action.kind, record.state)):
            self.acted.append(action)
        self.records[action.resource_id] = replace(record, state=state)
        if error:
            raise error
        undo = None
        if action.kind in OPPOSITES:
            undo = replace(action, key="", kind=OPPOSITES[action.kind])
        return ActionOutcome(f"It is {state}.", seen(record), undo)


def running(owner: CloudAccount, acting: FakeActing, name: str = "web") -> Resource:
    """An instance that runs, in the inventory and in the cloud."""
    machine = instance(owner, name)
    acting.records[machine.resource_id] = InstanceRecord(
        resource_id=machine.resource_id,
        region=machine.region,
        state="running",
        instance_type="m5.large",
    )
    return machine


def proposed(resource: Resource, **values: Any) -> Remediation:
    """Its stop, proposed by ada, with its dry run."""
    facts: dict[str, Any] = {
        "kind": RemediationKind.STOP_INSTANCE,
        "account": resource.account,
        "resource": resource,
    }
    row = propose(Proposal(**{**facts, **values}), NOW, ADA)
    return worked_on(row)


def worked_on(row: Remediation) -> Remediation:
    work_on(row.pk)
    row.refresh_from_db()
    return row


def log_of(row: Remediation) -> list[str]:
    return [line.note for line in row.lines.all()]
