"""A machine's savings are counted once, and an account's never exceed its bill."""

from dataclasses import replace
from decimal import Decimal

from insights.recommendations.engine.advice import Advice, Level, Rule
from insights.recommendations.engine.counting import sums, without_double_counting
from insights.recommendations.tests.machines import (
    ACCOUNT,
    advice,
    cpu,
    machine,
    network,
    price_list,
)


def several() -> list[Advice]:
    """Idle, oversized and of an old generation, all of one machine."""
    facts = machine("m4.xlarge", cpu=cpu(32, 0.8, 3.9), network=network())
    found = advice(facts)
    assert set(found) == {Rule.IDLE, Rule.OVERSIZED, Rule.OLD_GENERATION}
    return list(found.values())


def test_the_best_counts_and_the_others_are_its_alternatives() -> None:
    counted = {each.rule: each for each in without_double_counting(several(), {})}
    assert counted[Rule.IDLE].counted_monthly == Decimal("146.00")
    assert counted[Rule.IDLE].alternative_to is None
    for rule in (Rule.OVERSIZED, Rule.OLD_GENERATION):
        assert counted[rule].counted_monthly == 0
        assert counted[rule].alternative_to is Rule.IDLE
    assert sums(counted.values()) == {(ACCOUNT, "USD"): Decimal("146.00")}


def test_what_takes_high_effort_counts_only_where_nothing_else_does() -> None:
    graviton = replace(several()[0], effort=Level.HIGH, rule=Rule.OLD_GENERATION)
    small = replace(
        several()[0],
        rule=Rule.OVERSIZED,
        savings_monthly=Decimal(1),
        counted_monthly=Decimal(1),
    )
    both = without_double_counting([graviton, small], {})
    assert [each.counted_monthly for each in both] == [0, 1]
    (alone,) = without_double_counting([graviton], {})
    assert alone.counted_monthly == graviton.savings_monthly


def test_an_unknown_saving_counts_as_unknown() -> None:
    facts = machine(cpu=cpu(32, 0.8, 3.9), network=network())
    found = advice(facts, price_list([]))
    (idle,) = without_double_counting([found[Rule.IDLE]], {})
    assert idle.counted_monthly is None
    assert sums([idle]) == {}


def test_the_sum_never_exceeds_the_bill() -> None:
    one = several()[0]
    two = replace(one, resource_id="i-2")
    counted = without_double_counting([one, two], {(ACCOUNT, "USD"): Decimal("73.01")})
    assert [each.counted_monthly for each in counted] == [Decimal("36.50")] * 2


def test_other_accounts_and_currencies_have_their_own_purse() -> None:
    one = several()[0]
    other = replace(one, account_id="999999999999", currency="EUR")
    counted = without_double_counting([one, other], {(ACCOUNT, "USD"): Decimal(10)})
    assert sums(counted) == {
        (ACCOUNT, "USD"): Decimal("10.00"),
        ("999999999999", "EUR"): Decimal("146.00"),
    }


def test_a_bill_of_credits_promises_nothing() -> None:
    (none,) = without_double_counting(several()[:1], {(ACCOUNT, "USD"): Decimal(-5)})
    assert none.counted_monthly == 0
