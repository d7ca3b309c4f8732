"""Attached disks that do nothing, or far less than they are paid for."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from insights.recommendations.engine.advice import Level, Rule
from insights.recommendations.engine.advice_thresholds import Thresholds
from insights.recommendations.engine.disk_speed import slower_alternatives
from insights.recommendations.engine.resource_facts import UsageDay
from insights.recommendations.engine.verify_resource import _not_done
from insights.recommendations.tests.facts_of_resources import (
    Facts,
    advised,
    facts,
    judged,
    unanswered,
    usd,
)
from insights.recommendations.tests.machines import NOW, days_ago
from providers.records import VolumeRecord

MIB = 2**20


def disk(
    kind: str,
    most_iops: float,
    most_mib: float,
    *,
    days: int = 32,
    peak: float = 0,
    **values: Any,
) -> Facts:
    """One that took as much in its busiest minute of each day, and `peak` IOPS once."""
    since = range(1, days + 1)
    operations = {days_ago(ago): UsageDay(maximum=most_iops) for ago in since}
    if peak:
        operations[days_ago(30)] = UsageDay(maximum=peak)
    throughput = {days_ago(ago): UsageDay(maximum=most_mib * MIB) for ago in since}
    usage = {"operations_per_second": operations, "throughput_bytes": throughput}
    given = {"attached_to": "i-1", "state": "in-use", "size_gib": 500, **values}
    return facts(VolumeRecord, volume_type=kind, usage=usage, **given)


def alternatives(given: Facts) -> dict[str, Any]:
    return {**slower_alternatives(given, Thresholds(), NOW)}


@pytest.mark.parametrize(
    ("given", "target"),
    [
        # What is included in gp3 is never taken away.
        (disk("gp3", 900, 20, iops=9000, throughput_mib=500), "3000 IOPS, 125 MiB/s"),
        # A fifth more than the busiest minute, of the whole month.
        (
            disk("gp3", 900, 200, peak=4000, iops=9000, throughput_mib=500),
            "4800 IOPS, 240 MiB/s",
        ),
        # Each MiB/s takes four IOPS.
        (
            disk("gp3", 100, 900, iops=9000, throughput_mib=2000),
            "4320 IOPS, 1080 MiB/s",
        ),
        (disk("io1", 640, 4, iops=8000), "800 IOPS"),
        (disk("io2", 10, 1, iops=8000), "100 IOPS"),
        (
            disk("Premium_LRS", 100, 5, iops=2300, throughput_mib=143),
            "StandardSSD_LRS",
        ),
        # Ten times the busiest hour, and what is included.
        (
            disk("PremiumV2_LRS", 700, 10, iops=20_000, throughput_mib=600),
            "7000 IOPS, 119 MiB/s",
        ),
        (
            disk("UltraSSD_LRS", 200, 4, iops=20_000, throughput_mib=500),
            "2000 IOPS, 40 MiB/s",
        ),
        # Each of the 1049 MB/s takes four IOPS.
        (
            disk("UltraSSD_LRS", 10, 100, iops=20_000, throughput_mib=2000),
            "4196 IOPS, 1000 MiB/s",
        ),
        # An IOPS for each GiB, and 4 kB/s for each of them in whole MB/s: five.
        (
            disk("UltraSSD_LRS", 2, 0.1, iops=9000, throughput_mib=500, size_gib=1024),
            "1024 IOPS, 5 MiB/s",
        ),
    ],
)
def test_it_gets_what_it_needs(given: Facts, target: str) -> None:
    assert [*alternatives(given)] == [target]
    assert Rule.OVERSIZED not in advised(given)  # its price is not known
    assert "is unknown" in unanswered(given)[Rule.OVERSIZED]


@pytest.mark.parametrize(
    "given",
    [
        disk("gp3", 2900, 100, iops=3000, throughput_mib=125),
        disk("gp3", 8000, 400, iops=9000, throughput_mib=450),
        disk("io1", 7000, 10, iops=8000),
        disk("gp2", 10, 1, iops=1500),
        disk("Premium_LRS", 116, 5, iops=2300, throughput_mib=143),
        disk("Premium_LRS", 100, 8, iops=2300, throughput_mib=143),
        disk("PremiumV2_LRS", 10, 1, iops=3000, throughput_mib=119),
        disk("UltraSSD_LRS", 2500, 100, iops=20_000, throughput_mib=900),
        disk("UltraSSD_LRS", 2, 1, iops=9000, throughput_mib=500, attached_to="/a,/b"),
        disk("UltraSSD_LRS", 2, 1, iops=9000),
        # Larger than standard disks of that speed are.
        disk("Premium_LRS", 10, 1, iops=16000, throughput_mib=700, size_gib=8192),
        # One of the last fourteen days is not known, nor who has it.
        disk("io1", 10, 1, days=13, iops=8000),
        disk("io1", 10, 1, iops=8000, attached_to="", state="available"),
    ],
)
def test_what_is_used_or_not_known_is_left_alone(given: Facts) -> None:
    assert alternatives(given) == {}
    assert Rule.OVERSIZED not in {one.rule for one in judged(given)}


def test_less_speed_is_advised_with_what_it_saves() -> None:
    target = "3000 IOPS, 125 MiB/s"
    given = disk(
        *("gp3", 900, 20),
        iops=9000,
        throughput_mib=500,
        other_prices={target: usd("40.00")},
    )
    found = advised(given)[Rule.OVERSIZED]
    assert (found.target, found.savings_monthly) == (target, Decimal("10.00"))
    assert (found.risk, found.evidence["highest_iops"]) == (Level.LOW, 900)
    assert "--iops 3000 --throughput 125" in " ".join(found.implementation_steps)
    done: Any = SimpleNamespace(target=target)
    assert _not_done(done, given) == "It is of type gp3."
    changed = disk("gp3", 900, 20, iops=3000, throughput_mib=125)
    assert _not_done(done, changed) == ""


def test_less_speed_is_ordered_of_azure_in_megabytes() -> None:
    target = "2000 IOPS, 40 MiB/s"
    given = disk(
        *("UltraSSD_LRS", 200, 4),
        iops=20_000,
        throughput_mib=500,
        other_prices={target: usd("40.00")},
    )
    found = advised(given)[Rule.OVERSIZED]
    assert (found.target, found.savings_monthly) == (target, Decimal("10.00"))
    assert "its busiest hour took 200 IOPS" in found.current_state
    steps = " ".join(found.implementation_steps)
    assert "--disk-iops-read-write 2000 --disk-mbps-read-write 42" in steps


def test_a_premium_disk_becomes_a_standard_one() -> None:
    prices = {"StandardSSD_LRS": usd("20.00")}
    found = advised(
        disk(
            *("Premium_LRS", 100, 5),
            iops=2300,
            throughput_mib=143,
            other_prices=prices,
        )
    )
    assert found.keys() == {Rule.OVERSIZED}
    assert found[Rule.OVERSIZED].savings_monthly == 30
    assert found[Rule.OVERSIZED].risk is Level.MEDIUM


def test_an_attached_disk_that_nothing_reads_or_writes_is_idle() -> None:
    found = advised(disk("io2", 0.9, 0.1, days=7, iops=8000))[Rule.IDLE]
    assert found.savings_monthly == 50
    assert found.risk is Level.HIGH
    assert "aws ec2 delete-volume" in " ".join(found.implementation_steps)
    assert "in any minute of the last 7 days" in found.current_state
    of_azure = advised(disk("Premium_LRS", 0.9, 0.1, days=7))[Rule.IDLE]
    assert "in any hour of the last 7 days" in of_azure.current_state
    for busy in (
        disk("io2", 1, 0.1, days=7, iops=8000),
        disk("io2", 0.5, 0.1, days=6, iops=8000),
    ):
        assert Rule.IDLE not in advised(busy)
