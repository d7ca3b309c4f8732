"""What rules give to teams: the first match, its shares, and sums that stay."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from core.money import QUANTUM
from core.windows import Window
from costs.allocation.engine import (
    NOT_ALLOCATED,
    Allocation,
    Matches,
    Rule,
    spans_of_rules,
    split,
)

DAY = date(2026, 11, 1)
SERVICES, ACCOUNTS, TEAMS = ("EC2", "S3", "Tax"), ("1", "2"), ("Data", "Shop", "Web")

amounts = st.integers(-(10**16), 10**16).map(lambda units: units * QUANTUM)
DAYS = st.integers(0, 3).map(lambda days: DAY + timedelta(days))


@st.composite
def percents(draw: Any) -> dict[str, Decimal]:
    """Shares of one to three teams in hundredths of a percent, which sum to 100."""
    teams = draw(st.permutations(TEAMS))[: draw(st.integers(1, len(TEAMS)))]
    cuts = st.sets(st.integers(1, 9999), min_size=len(teams) - 1, max_size=3)
    edges = [0, *sorted(draw(cuts))[: len(teams) - 1], 10_000]
    parts = [Decimal(end - start) / 100 for start, end in pairwise(edges)]
    return dict(zip(teams, parts, strict=True))


def some_of(values: tuple[str, ...]) -> Any:
    return st.frozensets(st.sampled_from(values), min_size=1)


conditions = st.fixed_dictionaries(
    {}, optional={"service": some_of(SERVICES), "sub_account_id": some_of(ACCOUNTS)}
)
rules = st.lists(st.tuples(conditions, percents()), max_size=4).map(
    lambda drawn: [Rule(key, *parts) for key, parts in enumerate(drawn)]
)


@st.composite
def rules_and_rows(draw: Any) -> tuple[list[Rule], list[Any]]:
    """Rules, and rows of what they match."""
    drawn = draw(rules)
    keys = st.sampled_from([None, *(rule.key for rule in drawn)])
    return drawn, draw(st.lists(st.tuples(keys, DAYS, amounts), max_size=30))


def allocated(rules: list[Rule], rows: Any) -> Allocation:
    found = Allocation()
    found.add(rules, rows)
    return found


@given(amounts, percents())
def test_parts_sum_to_the_amount_to_the_last_decimal(
    amount: Decimal, shares: dict[str, Decimal]
) -> None:
    parts = split(amount, shares)
    assert sum(parts.values()) == amount
    assert parts.keys() == shares.keys()
    for team, percent in shares.items():
        assert abs(parts[team] - amount * percent / 100) < QUANTUM


def test_the_largest_remainder_gets_what_rounding_leaves() -> None:
    third, rest = Decimal("33.33"), Decimal("33.34")
    parts = split(Decimal("0.0000000010"), {"Web": third, "Shop": third, "Data": rest})
    assert parts == {"Web": 3 * QUANTUM, "Shop": 3 * QUANTUM, "Data": 4 * QUANTUM}
    half = Decimal(50)
    assert split(QUANTUM, {"Web": half, "Data": half}) == {"Web": 0, "Data": QUANTUM}
    assert split(-QUANTUM, {"Web": half, "Data": half}) == {"Web": -QUANTUM, "Data": 0}


@given(rules_and_rows())
def test_what_teams_pay_sums_to_the_rows_of_each_day(given: Any) -> None:
    rules, rows = given
    found = allocated(rules, rows)
    for day in {day for _, day, _ in rows}:
        of_day = sum((amount for _, one, amount in rows if one == day), Decimal(0))
        assert sum(by_day.get(day, 0) for by_day in found.teams.values()) == of_day
    rest = sum(found.teams.get(NOT_ALLOCATED, {}).values())
    total = sum((amount for *_, amount in rows), Decimal(0))
    assert sum(found.rules.values()) + rest == total


@given(rules, st.sampled_from(SERVICES), st.sampled_from(ACCOUNTS))
def test_the_first_rule_whose_conditions_are_all_met_wins(
    rules: list[Rule], service: str, account: str
) -> None:
    fits = [
        rule
        for rule in rules
        if service in rule.conditions.get("service", {service})
        and account in rule.conditions.get("sub_account_id", {account})
    ]
    matches = Matches(rules, ["service", "sub_account_id"])
    assert matches.of_values([service, account]) == (fits[0] if fits else None)


def test_a_column_that_rows_lack_meets_no_condition() -> None:
    rule = Rule(1, {"resource_group": frozenset({"", "shop"})}, {"Shop": Decimal(100)})
    assert Matches([rule], ["service"]).of_values(["EC2"]) is None


def test_values_that_the_same_rules_name_are_one_group() -> None:
    named = [{"EC2", "S3", "RDS"}, {"RDS"}]
    rules = [
        Rule(key, {"service": frozenset(values)}, {})
        for key, values in enumerate(named)
    ]
    (groups,) = Matches(rules, ["service"]).groups
    assert groups["EC2"] == groups["S3"] != groups["RDS"]
    assert 0 not in groups.values()


def test_a_rule_is_valid_from_its_first_day_until_before_its_last() -> None:
    first, last = DAY + timedelta(2), DAY + timedelta(4)
    rule = Rule(1, {}, {"Shop": Decimal(100)}, valid_from=first, valid_until=last)
    ever = Rule(2, {}, {"Data": Decimal(100)})
    window = Window(DAY, DAY + timedelta(7))
    assert spans_of_rules([rule, ever], window) == [
        (Window(DAY, first), [ever]),
        (Window(first, last), [rule, ever]),
        (Window(last, window.end), [ever]),
    ]
    assert spans_of_rules([rule], Window(first, last)) == [
        (Window(first, last), [rule])
    ]
    assert spans_of_rules([], window) == [(window, [])]
