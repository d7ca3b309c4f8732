"""Energy and emissions of one resource on one UTC day, by the formulas of Cloud Carbon
Footprint. None is unknown and 0 is measured."""

from dataclasses import dataclass
from enum import StrEnum

from carbon.engine.figures import (
    HDD_KWH_PER_TB_HOUR,
    MEMORY_KWH_PER_GB_HOUR,
    NETWORK_KWH_PER_GB,
    PUE,
    SERVER_LIFE_HOURS,
    SSD_KWH_PER_TB_HOUR,
    grid_kg_per_kwh,
    processor_of,
    server_kg,
)
from carbon.engine.sizes import size_by_name

HOURS_PER_DAY = 24
GB, TB = 10**9, 10**12


class Unknown(StrEnum):
    """Why the emissions of a resource's day are unknown."""

    TYPE = "type"
    CPU = "cpu"
    SIZE = "size"
    REGION = "region"


@dataclass(frozen=True, slots=True)
class Stored:
    """Bytes on disks: how many copies there are, and whether on solid state disks."""

    byte_count: float
    copies: int
    is_ssd: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceDay:
    """What is known of one resource's day.

    `cpu_percent` is measured over `hours`, in which it ran; both are None where nothing
    was measured. `machines` is how many such machines it takes: a database in two zones
    has a second one.
    """

    cloud: str
    region: str
    instance_type: str = ""
    vcpus: int | None = None
    memory_gib: float | None = None
    cpu_percent: float | None = None
    hours: float | None = None
    machines: int = 1
    sent_bytes: float | None = None
    is_machine: bool = True
    stored: Stored | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """kWh of each part before the data center's own use; `kwh` with it.

    `unknown` says why `operational_kg` is None.
    """

    cpu_kwh: float | None = None
    memory_kwh: float | None = None
    storage_kwh: float | None = None
    network_kwh: float | None = None
    kwh: float | None = None
    operational_kg: float | None = None
    embodied_kg: float | None = None
    unknown: Unknown | None = None


def estimate(day: ResourceDay) -> Estimate:
    """Return what is known; of a machine without figures nothing."""
    cpu = memory = embodied = None
    if day.is_machine:
        computed = _machine(day)
        if isinstance(computed, Unknown):
            return Estimate(unknown=computed)
        cpu, memory, embodied = computed
    elif day.stored is None:
        return Estimate(unknown=Unknown.SIZE)
    storage = None if day.stored is None else storage_kwh(day.stored)
    sent = day.sent_bytes
    network = None if sent is None else sent / GB * NETWORK_KWH_PER_GB
    # What is not measured of the network is little, and left out.
    parts = [part for part in (cpu, memory, storage, network) if part is not None]
    kwh = sum(parts) * PUE[day.cloud]
    grid = grid_kg_per_kwh(day.cloud, day.region)
    return Estimate(
        cpu_kwh=cpu,
        memory_kwh=memory,
        storage_kwh=storage,
        network_kwh=network,
        kwh=kwh,
        operational_kg=None if grid is None else kwh * grid,
        embodied_kg=embodied,
        unknown=Unknown.REGION if grid is None else None,
    )


def added(one: float | None, other: float | None) -> float | None:
    """Return the sum of what is known; None where nothing is."""
    if one is None or other is None:
        return other if one is None else one
    return one + other


def _machine(day: ResourceDay) -> tuple[float, float, float | None] | Unknown:
    """Return kWh of CPU and memory, and its share of the server in kg CO2e."""
    processor = processor_of(day.cloud, day.instance_type)
    size = size_by_name(day.instance_type)
    vcpus = day.vcpus or (size.vcpus if size else None)
    memory = day.memory_gib or (size.memory_gib if size else None)
    if processor is None or vcpus is None or memory is None:
        return Unknown.TYPE
    if day.hours is None or (day.cpu_percent is None and day.hours):
        return Unknown.CPU
    hours = day.hours * day.machines
    busy = (day.cpu_percent or 0.0) / 100
    watts = processor.min_watts + busy * (processor.max_watts - processor.min_watts)
    beyond = max(0.0, memory - processor.gb_per_vcpu * vcpus)
    server = server_kg(day.cloud, day.instance_type)
    share = vcpus / processor.server_vcpus * hours / SERVER_LIFE_HOURS
    return (
        watts * vcpus * hours / 1000,
        beyond * MEMORY_KWH_PER_GB_HOUR * hours,
        None if server is None else server * share,
    )


def storage_kwh(stored: Stored) -> float:
    """Return what all copies use in a day."""
    rate = SSD_KWH_PER_TB_HOUR if stored.is_ssd else HDD_KWH_PER_TB_HOUR
    return stored.byte_count * stored.copies / TB * rate * HOURS_PER_DAY
