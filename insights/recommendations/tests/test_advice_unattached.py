"""Disks and addresses that nothing uses."""

from dataclasses import replace

import pytest

from insights.recommendations.engine.advice import Category, Level, PriceBasis, Rule
from insights.recommendations.tests.facts_of_resources import (
    advised,
    facts,
    judged,
    unanswered,
)
from insights.recommendations.tests.machines import at, changed, days_ago
from providers.records import AddressRecord, VolumeRecord

BOTH = [VolumeRecord, AddressRecord]


def freed(ago: int) -> dict[str, object]:
    return {"changes": [changed("attached_to", ago, "i-1", "unattached")]}


def test_a_volume_is_advised_from_its_seventh_day_unattached_on() -> None:
    found = advised(facts(VolumeRecord, size_gib=500, **freed(7)))[Rule.UNATTACHED]
    assert found.title == "Delete volume-1, unattached for 7 days"
    assert (found.category, found.price_basis) == (Category.STORAGE, PriceBasis.LIST)
    assert str(found.savings_monthly) == "50.00"
    assert found.confidence is Level.HIGH
    assert "aws ec2 delete-volume --volume-id volume-1" in found.implementation_steps[2]
    assert judged(facts(VolumeRecord, **freed(6))) == []


def test_an_address_is_advised_after_a_night() -> None:
    found = advised(facts(AddressRecord, ip="203.0.113.9", **freed(1)))[Rule.UNATTACHED]
    assert found.title == "Release 203.0.113.9, unattached for 1 day"
    assert found.category is Category.NETWORK
    assert judged(facts(AddressRecord, **freed(0))) == []


@pytest.mark.parametrize("record", BOTH)
def test_one_that_was_never_seen_attached_is_free_at_least_since_then(
    record: type,
) -> None:
    found = advised(facts(record, first_seen_at=at(days_ago(60))))[Rule.UNATTACHED]
    assert "for at least 60 days" in found.title
    assert found.confidence is Level.MEDIUM
    unknown = facts(record, first_seen_at=None)
    assert "unknown since when" in unanswered(unknown)[Rule.UNATTACHED]


@pytest.mark.parametrize("record", BOTH)
def test_one_in_use_or_gone_is_left_alone(record: type) -> None:
    assert judged(facts(record, attached_to="i-1", state="in-use")) == []
    assert judged(replace(facts(record), gone_since=at(days_ago(1)))) == []


@pytest.mark.parametrize("state", ["creating", "activesas", "reserved", "deleting"])
def test_a_disk_that_is_made_or_copied_is_not_free(state: str) -> None:
    assert judged(facts(VolumeRecord, state=state)) == []


def test_a_disk_of_azure_is_removed_by_its_tool() -> None:
    disk = facts(
        VolumeRecord, resource_id="/subscriptions/1/disks/a", state="unattached"
    )
    steps = advised(disk)[Rule.UNATTACHED].implementation_steps
    assert steps[-1] == "Run: az resource delete --ids /subscriptions/1/disks/a"


def test_what_a_controller_made_is_harder_to_remove() -> None:
    disk = facts(VolumeRecord, tags={"kubernetes.io/cluster/shop": "owned"})
    found = advised(disk)[Rule.UNATTACHED]
    assert found.complexity is Level.HIGH
    assert "EKS cluster, which would revert" in found.risk_reason


def test_a_few_cents_are_not_worth_a_persons_time() -> None:
    assert judged(facts(VolumeRecord), None) != []
    assert advised(facts(VolumeRecord), least_saving=51) == {}
    (unpriced,) = advised(facts(VolumeRecord, price=None), least_saving=51).values()
    assert (unpriced.savings_monthly, unpriced.currency) == (None, "")
