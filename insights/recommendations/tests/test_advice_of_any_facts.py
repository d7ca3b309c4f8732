"""Whatever the facts, there is an answer or a clear refusal."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from insights.recommendations.engine.advice import (
    Advice,
    Change,
    CpuDay,
    ListPrice,
    MachineFacts,
    NetworkDay,
    NotEnough,
    PriceBasis,
)
from insights.recommendations.engine.advice_thresholds import Thresholds
from insights.recommendations.engine.counting import sums, without_double_counting
from insights.recommendations.engine.hourly_prices import Prices
from insights.recommendations.engine.observation_window import InvalidFacts
from insights.recommendations.engine.rules import advise
from insights.recommendations.tests.machines import (
    ACCOUNT,
    LIST,
    NOW,
    REGION,
    TODAY,
    price,
)

percents = st.one_of(
    st.none(),
    st.floats(0, 120),
    st.sampled_from([0.0, 4.99, 5.0, 100.0]),
    st.floats(allow_nan=True, allow_infinity=True),
)
days = st.integers(-2, 70).map(lambda ago: TODAY - timedelta(days=ago))
instants = st.integers(-10, 2000).map(lambda hours: NOW - timedelta(hours=hours))
counts = st.one_of(st.none(), st.integers(-1, 10**15))
types = st.sampled_from([*LIST, "", "x9.large", "m5", "m5.", "t2.nano"])
cpu_days = st.builds(CpuDay, days, percents, percents, percents, counts)
steady = st.tuples(st.floats(0, 100), st.floats(0, 100)).map(
    lambda pair: [
        CpuDay(TODAY - timedelta(days=ago), min(pair), max(pair))
        for ago in range(1, 30)
    ]
)
states = st.sampled_from(["running", "stopped", "terminated", "pending", ""])
changes = st.one_of(
    st.builds(Change, instants, st.just("state"), states, states),
    st.builds(Change, instants, st.just("instance_type"), types, types),
)
machines = st.builds(
    MachineFacts,
    account_id=st.just(ACCOUNT),
    resource_id=st.sampled_from(["i-1", "i-2"]),
    instance_type=types,
    region=st.sampled_from([REGION, "", "mars-1"]),
    state=states,
    operating_system=st.sampled_from(["", "Linux", "Windows"]),
    tenancy=st.sampled_from(["", "Shared", "Dedicated", "Host"]),
    paid_anyway=st.sampled_from(["", "dedicated host"]),
    lifecycle=st.sampled_from(["on-demand", "spot"]),
    launched_at=st.one_of(st.none(), instants),
    first_seen_at=st.one_of(st.none(), instants),
    gone_since=st.one_of(st.none(), st.none(), instants),
    vcpus=st.one_of(st.none(), st.integers(0, 64)),
    tags=st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3),
    changes=st.lists(changes, max_size=4),
    cpu=st.one_of(st.lists(cpu_days, max_size=40), steady),
    network=st.lists(st.builds(NetworkDay, days, counts, counts), max_size=40),
    memory_maximum_percent=percents,
    attached=st.one_of(
        st.none(), st.builds(ListPrice, st.decimals(0, 100, places=4), st.just("USD"))
    ),
)
hourly = st.sampled_from([Decimal(0), Decimal("NaN"), Decimal("0.0001"), Decimal(9)])
lists = st.lists(
    st.tuples(st.sampled_from(sorted(LIST)), hourly).map(
        lambda pair: price(pair[0], hourly=pair[1])
    )
).map(Prices)


@settings(max_examples=200, deadline=None)
@given(st.lists(machines, max_size=3), lists)
def test_any_facts_have_an_answer_or_a_refusal(
    given_machines: list[MachineFacts], prices: Prices
) -> None:
    found: list[Advice] = []
    for machine in given_machines:
        try:
            answers = advise(machine, Thresholds(), prices, NOW)
        except InvalidFacts as error:
            assert machine.resource_id in str(error)
            continue
        for answer in answers:
            if isinstance(answer, NotEnough):
                assert answer.reason.endswith(".")
                continue
            found.append(answer)
            hold(answer)
    bill = {(ACCOUNT, "USD"): Decimal(50)}
    counted = without_double_counting(found, bill)
    whole = [
        replace(each, counted_monthly=each.savings_monthly, alternative_to=None)
        for each in counted
    ]
    assert whole == found
    assert all(total <= Decimal(50) for total in sums(counted).values())


def hold(advice: Advice) -> None:
    """What holds of all advice."""
    assert json.dumps(dict(advice.evidence), allow_nan=False)
    assert advice.implementation_steps
    if advice.savings_monthly is None:
        assert (advice.currency, advice.price_basis) == ("", PriceBasis.NONE)
    else:
        assert advice.savings_monthly >= 0
        assert advice.currency
