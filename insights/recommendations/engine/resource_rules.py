"""All rules for one resource of each kind: one table."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from insights.recommendations.engine.advice import Advice, NotEnough
from insights.recommendations.engine.advice_thresholds import Thresholds
from insights.recommendations.engine.bucket_tiers import colder_tier
from insights.recommendations.engine.databases import idle_database, oversized_database
from insights.recommendations.engine.disk_speed import idle_volume, oversized_disk
from insights.recommendations.engine.network_use import (
    costly_balancer,
    costly_gateway,
    idle_balancer,
    idle_gateway,
)
from insights.recommendations.engine.resource_context import ResourceContext
from insights.recommendations.engine.resource_facts import ResourceFacts
from insights.recommendations.engine.snapshots import old_snapshot
from insights.recommendations.engine.unattached import idle_address, unattached_volume
from insights.recommendations.engine.volume_types import cheaper_type
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

ResourceRule = Callable[[ResourceContext[Any]], Advice | NotEnough | None]
RULES: Mapping[type[ResourceRecord], Sequence[ResourceRule]] = {
    VolumeRecord: (unattached_volume, cheaper_type, idle_volume, oversized_disk),
    SnapshotRecord: (old_snapshot,),
    BucketRecord: (colder_tier,),
    DatabaseRecord: (idle_database, oversized_database),
    AddressRecord: (idle_address,),
    NatGatewayRecord: (idle_gateway, costly_gateway),
    LoadBalancerRecord: (idle_balancer, costly_balancer),
}


def advise_resource(
    facts: ResourceFacts[ResourceRecord], thresholds: Thresholds, now: datetime
) -> list[Advice | NotEnough]:
    """Return the advice for one resource, and the rules that cannot be answered.

    A change of a few cents is not worth a person's time.
    """
    if facts.gone_since:
        return []
    context = ResourceContext(facts, thresholds, now)
    answers = [rule(context) for rule in RULES[type(facts.record)]]
    return [one for one in answers if one and _is_worth_it(one, thresholds)]


def _is_worth_it(answer: Advice | NotEnough, thresholds: Thresholds) -> bool:
    saving = None if isinstance(answer, NotEnough) else answer.savings_monthly
    return saving is None or saving >= thresholds.least_saving
