"""Disks whose type has a cheaper successor that is never slower."""

from decimal import Decimal
from typing import Any

from insights.recommendations.engine.advice import Level, Rule
from insights.recommendations.engine.alternatives import alternatives_of
from insights.recommendations.tests.facts_of_resources import (
    Facts,
    advised,
    facts,
    judged,
    unanswered,
    usd,
)
from providers.records import VolumeRecord


def volume(kind: str = "gp2", size_gib: int = 500, **values: Any) -> Facts:
    given = {"attached_to": "i-1", "state": "in-use", **values}
    return facts(VolumeRecord, volume_type=kind, size_gib=size_gib, **given)


def test_gp2_becomes_gp3_that_is_as_fast_as_gp2_at_its_best() -> None:
    found = advised(volume(other_prices={"gp3": usd("45.00")}))[Rule.VOLUME_TYPE]
    assert (found.target, found.savings_monthly) == ("gp3", Decimal("5.00"))
    assert found.risk is Level.LOW
    assert found.evidence["iops"] == 3000
    assert "--volume-type gp3 --iops 3000 --throughput 250" in " ".join(
        found.implementation_steps
    )


def test_what_gp3_needs_follows_from_the_size_of_gp2() -> None:
    for size, iops, throughput in (
        (100, 3000, 125),
        (171, 3000, 250),
        (2000, 6000, 250),
    ):
        others = alternatives_of(volume(size_gib=size).record)
        assert others["gp3"]["iops"] == iops
        assert others["gp3"]["throughput_mib"] == throughput
    assert alternatives_of(volume(size_gib=9000).record)["gp3"]["iops"] == 16_000


def test_io1_becomes_the_cheapest_that_has_its_iops() -> None:
    others = {"io2": usd("48.00"), "gp3": usd("20.00")}
    found = advised(volume("io1", iops=8000, other_prices=others))[Rule.VOLUME_TYPE]
    assert (found.target, found.savings_monthly) == ("gp3", 30)
    fast = volume("io1", iops=40_000, other_prices={"io2": usd("48.00")})
    assert alternatives_of(fast.record).keys() == {"io2"}
    assert advised(fast)[Rule.VOLUME_TYPE].target == "io2"


def test_what_is_not_cheaper_or_not_in_use_is_not_advised() -> None:
    assert judged(volume(other_prices={"gp3": usd("50.00")})) == []
    assert judged(volume("gp3", other_prices={})) == []
    free = volume(attached_to="", state="available", other_prices={"gp3": usd("1")})
    assert Rule.VOLUME_TYPE not in advised(free)


def test_without_a_price_it_is_not_answered() -> None:
    assert "is unknown" in unanswered(volume())[Rule.VOLUME_TYPE]
    assert (
        "is unknown"
        in unanswered(volume(price=None, other_prices={"gp3": usd("1")}))[
            Rule.VOLUME_TYPE
        ]
    )
