"""The published figures that estimates are made of, as carbon/data holds them.

Most are Cloud Carbon Footprint's (https://www.cloudcarbonfootprint.org/docs/methodology,
Apache License 2.0); docs/carbon.md names the source and date of each file.
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import fmean

from providers.instance_types import family_of

DATA = Path(__file__).resolve().parent.parent / "data"
AWS, AZURE = "aws", "azure"
# What a data center uses for each kWh of its servers.
PUE = {AWS: 1.135, AZURE: 1.185}
MEMORY_KWH_PER_GB_HOUR = 0.000392
NETWORK_KWH_PER_GB = 0.001
SSD_KWH_PER_TB_HOUR = 0.0012
HDD_KWH_PER_TB_HOUR = 0.00065
# A server is used for four years.
SERVER_LIFE_HOURS = 4 * 365 * 24


@dataclass(frozen=True, slots=True)
class Processor:
    """What one vCPU of such a processor draws, and how many share its server."""

    min_watts: float
    max_watts: float
    gb_per_vcpu: float
    """Memory that these watts include already."""
    server_vcpus: float

    @classmethod
    def mean_of(cls, several: Sequence["Processor"]) -> "Processor":
        """Of a family with several processors nobody says which one a machine has."""
        names = ("min_watts", "max_watts", "gb_per_vcpu", "server_vcpus")
        return cls(
            **{name: fmean(getattr(one, name) for one in several) for name in names}
        )


def grid_kg_per_kwh(cloud: str, region: str) -> float | None:
    """Return the emissions of electricity there; None for a region without a figure."""
    return _grid().get((cloud, region.lower()))


def highest_grid_kg_per_kwh() -> float:
    return max(_grid().values())


def processor_of(cloud: str, instance_type: str) -> Processor | None:
    """Return what such a machine runs on; None for a type without figures."""
    return _families().get((cloud, family_of(instance_type.removeprefix("db."))))


def server_kg(cloud: str, instance_type: str) -> float | None:
    """Return what it took to make the server of such a machine, in kg CO2e."""
    return _servers().get((cloud, instance_type.lower()))


def _read(name: str) -> Iterable[Mapping[str, str]]:
    with (DATA / name).open(newline="") as file:
        return list(csv.DictReader(file))


@cache
def _grid() -> Mapping[tuple[str, str], float]:
    return {
        (row["cloud"], row["region"]): float(row["kg_per_kwh"])
        for row in _read("grid.csv")
    }


@cache
def _servers() -> Mapping[tuple[str, str], float]:
    return {
        (row["cloud"], row["instance_type"].lower()): float(row["server_kg"])
        for row in _read("embodied.csv")
    }


@cache
def _families() -> Mapping[tuple[str, str], Processor]:
    processors = {row["processor"]: row for row in _read("processors.csv")}
    return {
        (row["cloud"], row["family"]): Processor.mean_of(
            [
                _processor(row["cloud"], processors[name.strip()])
                for name in row["processors"].split(";")
            ]
        )
        for row in _read("families.csv")
    }


def _processor(cloud: str, row: Mapping[str, str]) -> Processor:
    figures, vcpus = _architecture(cloud, row["architecture"]), int(row["server_vcpus"])
    return Processor(
        min_watts=float(figures["min_watts"]),
        max_watts=float(figures["max_watts"]),
        gb_per_vcpu=float(figures["gb_per_chip"]) * int(row["chips"]) / vcpus,
        server_vcpus=vcpus,
    )


def _architecture(cloud: str, name: str) -> Mapping[str, str]:
    """Return the figures of that cloud, else AWS's, as both are SPECpower's."""
    found = {
        (row["cloud"], row["architecture"]): row for row in _read("architectures.csv")
    }
    return found.get((cloud, name)) or found[AWS, name]
