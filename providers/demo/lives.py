"""When each machine runs, as planned in machines.csv and as events changed that.

Instants are whole hours since the anchor's midnight, so that what ran and what it
costs are exact.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from providers.demo.company import Cloud
from providers.demo.events import (
    DemoEvent,
    EventKind,
    Events,
    of_kind,
    of_resource,
)
from providers.demo.machines import MACHINES, Machine, Role
from providers.demo.shapes import chance, digest

# A thousand years of hours: no end in sight.
FOREVER = 24 * 365_000
# Whose machine one is that an event adds.
TEAM = "ops"


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


@lru_cache(maxsize=64)
def lives(account_id: str, events: Events = ()) -> tuple[Life, ...]:
    """Return all machines an account ever has, those of the future among them."""
    planned = _planned(account_id)
    added = tuple(_added(account_id, e) for e in of_kind(events, EventKind.ADDED))
    return tuple(_changed(life, events) for life in planned + added)


@cache
def _planned(account_id: str) -> tuple[Life, ...]:
    return tuple(_live(m) for m in MACHINES if m.account_id == account_id)


def _added(account_id: str, event: DemoEvent) -> Life:
    end = FOREVER if event.days is None else event.hour + 24 * event.days
    beside = (m for m in MACHINES if m.account_id == account_id)
    machine = Machine(
        account_id=account_id,
        region=event.place,
        team=TEAM,
        name=event.what,
        instance_type=event.target,
        role=Role(event.role),
        launched=event.first_day,
        terminated=None,
        stops=(),
        retyped=None,
        platform="",
        group=next((m.group for m in beside if m.region == event.place), ""),
        halted=None,
    )
    return Life(
        machine=machine,
        instance_id=_id_of(machine),
        launched=event.hour,
        terminated=end,
        runs=(Run(event.hour, end, event.target),),
    )


def _changed(life: Life, events: Events) -> Life:
    for event in of_resource(events, life.instance_id):
        if life.launched <= event.hour < life.terminated:
            life = _after(life, event)
    return life


def _after(life: Life, event: DemoEvent) -> Life:
    """Return the life with this event, which ends what was planned of it."""
    hour = event.hour
    before = tuple(
        replace(run, end=min(run.end, hour)) for run in life.runs if run.start <= hour
    )
    if event.kind is EventKind.STOPPED:
        return replace(life, runs=before)
    if event.kind is EventKind.REMOVED:
        return replace(life, runs=before, terminated=hour)
    if event.kind is EventKind.STARTED:
        started = Run(hour, life.terminated, before[-1].instance_type)
        return replace(life, runs=(*before, started), halted=FOREVER)
    if event.kind is EventKind.RETYPED:
        ends = [run for run in life.runs if run.end > hour]
        # One that is stopped is of the new type without running.
        after = [Run(max(r.start, hour), r.end, event.target) for r in ends]
        runs = (*before, *(after or [Run(hour, hour, event.target)]))
        return replace(life, runs=runs)
    return life


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
