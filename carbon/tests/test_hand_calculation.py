"""Three machines equal the calculation by hand in docs/carbon.md."""

import re
from dataclasses import astuple
from pathlib import Path

import pytest

from carbon.engine.estimate import ResourceDay, estimate

DOCS = Path(__file__).resolve().parents[2] / "docs" / "carbon.md"
RESULT = re.compile(r"^    (\w+) .*= (\S+) (?:kWh|kg)$", re.MULTILINE)
MACHINES = {
    "m5.xlarge": ResourceDay(
        cloud="aws",
        region="us-east-1",
        instance_type="m5.xlarge",
        vcpus=4,
        memory_gib=16,
        cpu_percent=20,
        hours=24,
    ),
    "t4g.micro": ResourceDay(
        cloud="aws",
        region="eu-north-1",
        instance_type="t4g.micro",
        vcpus=2,
        memory_gib=1,
        cpu_percent=5,
        hours=12,
        sent_bytes=3e9,
    ),
    "Standard_D4ds_v4": ResourceDay(
        cloud="azure",
        region="westeurope",
        instance_type="Standard_D4ds_v4",
        vcpus=4,
        memory_gib=16,
        cpu_percent=30,
        hours=24,
    ),
}


@pytest.mark.parametrize("name", MACHINES)
def test_the_estimate_is_the_one_by_hand(name: str) -> None:
    text = DOCS.read_text().partition(f"**{name} in ")[2].partition("\n**")[0]
    by_hand = {part: float(value) for part, value in RESULT.findall(text)}
    found = estimate(MACHINES[name])
    named = {
        "CPU": found.cpu_kwh,
        "memory": found.memory_kwh,
        "network": found.network_kwh,
        "energy": found.kwh,
        "operational": found.operational_kg,
        "embodied": found.embodied_kg,
    }
    measured = {part: kwh for part, kwh in named.items() if kwh is not None}
    assert by_hand == pytest.approx(measured, abs=6e-7)
    assert len(by_hand) >= 5
    assert astuple(found)[-1] is None
