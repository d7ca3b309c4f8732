"""How hard each machine works, day by day."""

from dataclasses import dataclass
from datetime import date

from providers.demo.company import INSTANCE_TYPES, Cloud
from providers.demo.events import Events, is_down
from providers.demo.incidents import runaway_percent
from providers.demo.lives import Life
from providers.demo.machines import Role
from providers.demo.shapes import chance, noise, season
from providers.metric_records import CpuRecord, MemoryRecord, NetworkRecord

# CloudWatch keeps one point for every five minutes.
SAMPLES_PER_HOUR = 12
MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Level:
    """An ordinary whole day: CPU in percent, network in MiB for each vCPU."""

    average_percent: float
    peak_percent: float
    in_mib: float
    out_mib: float


# Each role's weekday and weekend. Shoppers come at weekends, colleagues do not. An
# idle machine stays under the 5 MB of network by which AWS's own rule knows it.
WEEKDAY = {
    Role.WEB: Level(27.0, 63.0, 700.0, 4200.0),
    Role.API: Level(31.0, 66.0, 1100.0, 1500.0),
    Role.WORKER: Level(44.0, 84.0, 800.0, 500.0),
    Role.DATABASE: Level(35.0, 68.0, 1400.0, 2100.0),
    Role.BATCH: Level(52.0, 96.0, 6000.0, 3500.0),
    Role.BASTION: Level(2.6, 24.0, 30.0, 30.0),
    Role.OFFICE: Level(23.0, 82.0, 240.0, 160.0),
    Role.OVERSIZED: Level(6.0, 14.5, 300.0, 420.0),
    Role.IDLE: Level(1.4, 3.1, 0.35, 0.2),
}
WEEKEND = WEEKDAY | {
    Role.WEB: Level(31.0, 71.0, 820.0, 4900.0),
    Role.API: Level(34.0, 72.0, 1250.0, 1700.0),
    Role.WORKER: Level(38.0, 80.0, 700.0, 440.0),
    Role.BATCH: Level(45.0, 93.0, 5200.0, 3000.0),
    Role.BASTION: Level(2.2, 16.0, 12.0, 12.0),
    Role.OFFICE: Level(1.5, 5.0, 4.0, 3.0),
}
MEMORY_PERCENT = {
    Role.DATABASE: 72.0,
    Role.API: 58.0,
    Role.OVERSIZED: 14.0,
    Role.IDLE: 22.0,
}
SEASONAL = frozenset({Role.WEB, Role.API, Role.WORKER, Role.DATABASE})


def cpu_on(
    life: Life, day: date, anchor: date, events: Events = ()
) -> CpuRecord | None:
    """That day's CPU; None if the machine did not run."""
    hours = _hours(life, day, anchor, events)
    if not hours:
        return None
    machine = life.machine
    level, busy = _level(life, day), _busy(life, day)
    average = level.average_percent * busy
    average *= noise(0.08, "average", life.instance_id, day)
    peak = level.peak_percent * busy * noise(0.10, "peak", life.instance_id, day)
    maximum = min(99.9, max(peak, 1.2 * average))
    runaway = runaway_percent(machine, life.instance_id, day, anchor, events)
    if runaway is not None:
        average = runaway * noise(0.006, "runaway", life.instance_id, day)
        maximum = 99.9
    share = 0.55 + 0.35 * chance("p99", life.instance_id, day)
    return CpuRecord(
        resource_id=life.instance_id,
        day=day,
        average_percent=round(average, 4),
        maximum_percent=round(maximum, 4),
        p99_percent=round(average + (maximum - average) * share, 4),
        samples=hours * SAMPLES_PER_HOUR,
    )


def network_on(
    life: Life, day: date, anchor: date, events: Events = ()
) -> NetworkRecord | None:
    """That day's network; None if the machine did not run."""
    hours = _hours(life, day, anchor, events)
    if not hours:
        return None
    level, busy = _level(life, day), _busy(life, day)
    size = INSTANCE_TYPES[life.machine.instance_type].vcpus
    scale = busy * size * MIB * hours / 24
    received = level.in_mib * scale * noise(0.06, "in", life.instance_id, day)
    sent = level.out_mib * scale * noise(0.06, "out", life.instance_id, day)
    return NetworkRecord(life.instance_id, day, int(received), int(sent))


def memory_on(
    life: Life, day: date, anchor: date, events: Events = ()
) -> MemoryRecord | None:
    """That day's memory; None if the machine did not run, or tells nobody: without an
    agent only Azure knows it."""
    machine = life.machine
    hours = _hours(life, day, anchor, events)
    if not hours or machine.cloud is not Cloud.AZURE:
        return None
    average = MEMORY_PERCENT.get(machine.role, 45.0)
    average *= noise(0.04, "memory", life.instance_id, day)
    maximum = min(99.0, average * noise(0.05, "memory peak", life.instance_id, day) + 6)
    return MemoryRecord(life.instance_id, day, round(average, 4), round(maximum, 4))


def _hours(life: Life, day: date, anchor: date, events: Events) -> int:
    """Return how many hours of the day it worked."""
    offset = (day - anchor).days
    is_out = is_down(events, life.machine.region, 24 * offset + 23)
    return 0 if is_out else life.hours_running(offset)


def _level(life: Life, day: date) -> Level:
    return (WEEKDAY if day.weekday() < 5 else WEEKEND)[life.machine.role]


def _busy(life: Life, day: date) -> float:
    """Return how this machine's load compares with its role's, in that season."""
    own = noise(0.15, "own", life.instance_id)
    return own * season(day) if life.machine.role in SEASONAL else own
