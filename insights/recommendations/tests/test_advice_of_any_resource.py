"""Whatever is known of a resource, there is an answer or a reason."""

import json
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from insights.recommendations.engine.advice import (
    Advice,
    Change,
    CpuDay,
    ListPrice,
    NotEnough,
)
from insights.recommendations.engine.alternatives import COLDER, alternatives_of
from insights.recommendations.engine.resource_facts import ResourceFacts, UsageDay
from insights.recommendations.tests.facts_of_resources import KINDS, Facts, judged
from insights.recommendations.tests.machines import ACCOUNT, days_ago
from insights.recommendations.tests.test_advice_of_any_facts import hold, instants
from providers.records import (
    AddressRecord,
    BucketRecord,
    DatabaseRecord,
    LoadBalancerRecord,
    NatGatewayRecord,
    SnapshotRecord,
    VolumeRecord,
)

LONGEST_TITLE = 300
counts = st.none() | st.integers(0, 10**6)
sizes = st.none() | st.integers(0, 10**15)
words = st.sampled_from(["", "gp2", "io1", "gp3", "application", "network", "classic"])
classes = st.sampled_from(["", "db.m5.xlarge", "db.t3.micro", "GP_Gen5_4", "S3"])
tiers = st.dictionaries(st.sampled_from([*COLDER, "Glacier"]), st.integers(0, 10**14))
common = {
    "resource_id": st.sampled_from(["a-1", "/subscriptions/1/a"]),
    "region": st.sampled_from(["eu-west-1", ""]),
    "name": st.sampled_from(["", "web", "w" * 256]),
    "created_at": st.none() | instants,
    "state": st.sampled_from(["", "available", "in-use", "online", "stopped"]),
}
holders = st.sampled_from(["", "i-1", "i-1, i-2"])
records = st.one_of(
    st.builds(
        VolumeRecord,
        **common,
        volume_type=words,
        size_gib=counts,
        iops=counts,
        attached_to=holders,
    ),
    st.builds(
        SnapshotRecord,
        **common,
        size_gib=counts,
        is_incremental=st.none() | st.booleans(),
        source_exists=st.none() | st.booleans(),
    ),
    st.builds(
        BucketRecord,
        **common,
        bytes_by_tier=st.none() | tiers,
        object_count=counts,
    ),
    st.builds(DatabaseRecord, **common, database_class=classes, storage_gib=counts),
    st.builds(AddressRecord, **common, attached_to=holders),
    st.builds(NatGatewayRecord, **common, subnets=counts),
    st.builds(
        LoadBalancerRecord,
        **common,
        balancer_type=words,
        targets=counts,
        healthy_targets=counts,
    ),
)
prices = st.builds(
    ListPrice,
    st.decimals(0, 10**6, places=2),
    st.just("USD"),
    per_gib_read=st.decimals(0, 1, places=3),
    minimum_days=st.integers(0, 180),
)
figures = st.none() | st.floats(0, 1e15)
changes = st.builds(Change, instants, st.just("attached_to"), holders, holders)


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    record = draw(records)
    day = st.builds(UsageDay, maximum=figures, total=figures)
    metrics = ("requests", "processed_bytes", "connections", "transactions")
    known = draw(st.integers(0, 40))
    percents = st.none() | st.floats(0, 100)
    return ResourceFacts(
        account_id=ACCOUNT,
        kind=KINDS[type(record)][0],
        record=record,
        first_seen_at=draw(st.none() | instants),
        gone_since=draw(st.none() | instants),
        changes=draw(st.lists(changes, max_size=3)),
        price=draw(st.none() | prices),
        other_prices={
            target: draw(prices)
            for target in alternatives_of(record)
            if draw(st.booleans())
        },
        usage={
            metric: dict.fromkeys(map(days_ago, range(1, known)), draw(day))
            for metric in metrics
        },
        cpu=[
            CpuDay(days_ago(ago), draw(percents), draw(percents))
            for ago in range(1, min(known, 16))
        ],
        memory_maximum_percent=draw(percents),
        siblings=draw(st.integers(0, 3)),
    )


@settings(max_examples=150, deadline=None)
@given(facts())
def test_any_resource_has_an_answer_or_a_reason(given_facts: Facts) -> None:
    for answer in judged(given_facts):
        if isinstance(answer, NotEnough):
            assert answer.reason.endswith(".")
            continue
        assert isinstance(answer, Advice)
        hold(answer)
        assert json.dumps(answer.implementation_steps)
        assert len(answer.title) <= LONGEST_TITLE
        assert given_facts.gone_since is None
        assert (answer.counted_monthly or Decimal(0)) <= max(
            given_facts.price.monthly if given_facts.price else Decimal(0), Decimal(0)
        )
