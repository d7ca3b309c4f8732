"""Resources for tests, as facts without a database."""

from collections.abc import Sequence
from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

from insights.recommendations.engine.advice import Advice, ListPrice, NotEnough, Rule
from insights.recommendations.engine.advice_thresholds import Thresholds
from insights.recommendations.engine.resource_facts import ResourceFacts, UsageDay
from insights.recommendations.engine.resource_rules import advise_resource
from insights.recommendations.tests.machines import ACCOUNT, NOW, REGION, at, days_ago
from providers.records import (
    AddressRecord,
    BucketRecord,
    DatabaseRecord,
    LoadBalancerRecord,
    NatGatewayRecord,
    ResourceRecord,
    SnapshotRecord,
    VolumeRecord,
)

KINDS: dict[type[ResourceRecord], tuple[str, str]] = {
    VolumeRecord: ("volume", "available"),
    SnapshotRecord: ("snapshot", "completed"),
    BucketRecord: ("bucket", "present"),
    DatabaseRecord: ("database", "available"),
    AddressRecord: ("address", "unassociated"),
    NatGatewayRecord: ("nat-gateway", "available"),
    LoadBalancerRecord: ("load-balancer", "active"),
}
OF_FACTS = {field.name for field in fields(ResourceFacts)}
Facts = ResourceFacts[ResourceRecord]


def usd(monthly: str, **values: Any) -> ListPrice:
    return ListPrice(Decimal(monthly), "USD", **values)


def facts(record: type[ResourceRecord], **values: Any) -> Facts:
    """One that was first seen 300 days ago; `values` are of the facts or the record."""
    kind, state = KINDS[record]
    own = {name: values.pop(name) for name in list(values) if name not in OF_FACTS}
    described = {"resource_id": f"{kind}-1", "region": REGION, "state": state, **own}
    given = {"first_seen_at": at(days_ago(300)), "price": usd("50.00"), **values}
    return ResourceFacts(ACCOUNT, kind, record(**described), **given)


def counted(metric: str, days: int, **figures: float) -> dict[str, Any]:
    """The same use on each of the last days."""
    usage = {days_ago(ago): UsageDay(**figures) for ago in range(1, days + 1)}
    return {"usage": {metric: usage}}


def judged(
    given: Facts, thresholds: Thresholds | None = None
) -> Sequence[Advice | NotEnough]:
    return advise_resource(given, thresholds or Thresholds(), NOW)


def advised(given: Facts, **limits: Any) -> dict[Rule, Advice]:
    answers = judged(given, replace(Thresholds(), **limits))
    return {one.rule: one for one in answers if isinstance(one, Advice)}


def unanswered(given: Facts) -> dict[Rule, str]:
    return {one.rule: one.reason for one in judged(given) if isinstance(one, NotEnough)}
