"""When each machine runs, and how the cloud would describe it at an instant.

Instants are whole hours since the anchor's midnight, so that what ran and what it
costs are exact.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from core.windows import midnight, utc_day
from providers.demo.company import INSTANCE_TYPES, STAGING, TENANCY, Cloud
from providers.demo.machines import MACHINES, Machine, Role
from providers.demo.shapes import chance, digest
from providers.records import InstanceRecord

# A thousand years of hours: no end in sight.
FOREVER = 24 * 365_000
ONE_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Run:
    """The hours from `start` up to `end` in which a machine ran as one type."""

    start: int
    end: int
    instance_type: str

    def hours_on(self, offset: int) -> int:
        """Return how many hours of the day `offset` days after the anchor it ran."""
        first = 24 * offset
        return max(0, min(self.end, first + 24) - max(self.start, first))


@dataclass(frozen=True, slots=True)
class Life:
    """One machine from launch to termination."""

    machine: Machine
    instance_id: str
    launched: int
    terminated: int
    runs: tuple[Run, ...]
    """The hours that are billed."""
    halted: int = FOREVER

    def hours_running(self, offset: int) -> int:
        return sum(
            Run(run.start, min(run.end, self.halted), "").hours_on(offset)
            for run in self.runs
        )

    def hours_existing(self, offset: int) -> int:
        """Running or stopped: the hours for which its disk is paid."""
        return Run(self.launched, self.terminated, "").hours_on(offset)

    def changes(self) -> set[int]:
        """The hours at which it was launched, stopped, started, retyped or ended."""
        hours = {self.launched, self.terminated, self.halted}
        for run in self.runs:
            hours |= {run.start, run.end}
        return hours - {FOREVER}


@cache
def lives(account_id: str) -> tuple[Life, ...]:
    """Return all machines an account ever has, those of the future among them."""
    return tuple(_live(m) for m in MACHINES if m.account_id == account_id)


def describe(account_id: str, anchor: date, now: datetime) -> list[InstanceRecord]:
    """Return the machines that exist at `now`, in every region."""
    hour = hours_since(anchor, now)
    return [
        _describe(life, anchor, hour)
        for life in lives(account_id)
        if life.launched <= hour < life.terminated
    ]


def change_days(
    account_id: str, anchor: date, start: date, now: datetime
) -> list[date]:
    """Return the days from `start` until `now` on which a machine changed, in order."""
    changes = {hour for life in lives(account_id) for hour in life.changes()}
    return days_of(changes, anchor, start, now)


def days_of(
    hours: Iterable[int], anchor: date, start: date, now: datetime
) -> list[date]:
    """Return the days from `start` until `now` on which these hours are, in order."""
    first, last = hours_since(anchor, midnight(start)), hours_since(anchor, now)
    return sorted(
        {utc_day(at(anchor, hour)) for hour in hours if first <= hour <= last}
    )


def hours_since(anchor: date, at: datetime) -> int:
    """Whole hours from the anchor's midnight; negative before it."""
    return (at - midnight(anchor)) // ONE_HOUR


def _live(machine: Machine) -> Life:
    launched = hour_of(machine.name, machine.launched)
    terminated = hour_of(machine.name, machine.terminated)
    return Life(
        machine=machine,
        instance_id=_id_of(machine),
        launched=launched,
        terminated=terminated,
        runs=tuple(_runs(machine, launched, terminated)),
        halted=hour_of(machine.name, machine.halted),
    )


def _id_of(machine: Machine) -> str:
    if machine.cloud is Cloud.AZURE:
        return azure_id(
            machine.account_id,
            machine.group,
            "microsoft.compute/virtualmachines",
            machine.name,
        )
    return "i-0" + digest(machine.account_id, machine.name)[:16]


def azure_id(account_id: str, group: str, resource_type: str, name: str) -> str:
    return (
        f"/subscriptions/{account_id}/resourcegroups/{group}/providers/"
        f"{resource_type}/{name}"
    )


def hour_of(name: str, offset: int | None) -> int:
    """People change machines and all else between 07:00 and 16:59 UTC."""
    if offset is None:
        return FOREVER
    return 24 * offset + 7 + int(10 * chance(name, offset))


def _runs(machine: Machine, launched: int, terminated: int) -> Sequence[Run]:
    runs, start = [], launched
    for stopped, restarted in machine.stops:
        runs.append(Run(start, hour_of(machine.name, stopped), machine.instance_type))
        start = hour_of(machine.name, restarted)
    if start < terminated:
        runs.append(Run(start, terminated, machine.instance_type))
    if machine.retyped is None:
        return runs
    offset, new_type = machine.retyped
    hour = hour_of(machine.name, offset)
    before = [Run(r.start, min(r.end, hour), r.instance_type) for r in runs]
    after = [Run(max(r.start, hour), r.end, new_type) for r in runs]
    return [run for run in (*before, *after) if run.start < run.end]


def _describe(life: Life, anchor: date, hour: int) -> InstanceRecord:
    machine = life.machine
    run = [run for run in life.runs if run.start <= hour][-1]
    is_running = hour < min(run.end, life.halted)
    size = INSTANCE_TYPES[run.instance_type]
    place = digest("place", life.instance_id)
    is_public = is_running and machine.role in (Role.WEB, Role.BASTION)
    of_cloud = _of_azure if machine.cloud is Cloud.AZURE else _of_aws
    return InstanceRecord(
        resource_id=life.instance_id,
        region=machine.region,
        state="running" if is_running else _state_off(machine, hour < run.end),
        instance_type=run.instance_type,
        platform=machine.platform,
        operating_system="Windows" if machine.platform else "Linux",
        tenancy=TENANCY,
        lifecycle=machine.lifecycle,
        private_ip=f"10.{int(place[4:6], 16)}.{int(place[6:8], 16)}.{_host(place[8:])}",
        # 203.0.113.0/24 is set aside for documentation.
        public_ip=f"203.0.113.{_host(place[10:])}" if is_public else None,
        launched_at=at(anchor, run.start),
        vcpus=size.vcpus,
        memory_mib=size.memory_mib,
        tags=tags_of(machine.account_id, machine.team, machine.name),
        **of_cloud(machine, place),
    )


def _state_off(machine: Machine, is_billed: bool) -> str:
    """Return the state of one that does not run, as its cloud calls it."""
    is_freed = machine.cloud is Cloud.AZURE and not is_billed
    return "deallocated" if is_freed else "stopped"


def _of_aws(machine: Machine, place: str) -> dict[str, Any]:
    return {
        "name": machine.name if machine.is_tagged else "",
        "monitoring": "basic",
        "availability_zone": machine.region + "abc"[int(place[:4], 16) % 3],
        "image_id": "ami-0" + digest("image", machine.region, machine.role)[:16],
        "vpc_id": "vpc-0" + digest("vpc", machine.account_id, machine.region)[:16],
    }


def _of_azure(machine: Machine, place: str) -> dict[str, Any]:
    return {
        "name": machine.name,
        "resource_group": machine.group,
        "availability_zone": "123"[int(place[:4], 16) % 3],
    }


def tags_of(account_id: str, team: str, name: str) -> dict[str, str]:
    """Return its tags: none where nobody put a team on it."""
    if not team:
        return {}
    return {
        "Name": name,
        "team": team,
        "env": "staging" if account_id == STAGING else "production",
        "app": name.rstrip("0123456789-"),
        "cost-center": f"np-{team}",
    }


def _host(digits: str) -> int:
    return 4 + int(digits[:2], 16) % 250


def at(anchor: date, hour: int) -> datetime:
    return midnight(anchor) + ONE_HOUR * hour
