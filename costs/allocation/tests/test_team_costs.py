"""What teams pay of stored bills: by rules that are dated, which sums stay."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from clouds.models import CloudAccount
from clouds.testing import account
from core.testing.clock import NOW
from core.windows import Window
from costs.allocation.team_costs import TeamCosts, rules_of, team_costs
from costs.allocation.testing import team_rule
from costs.models import CostTotal
from costs.queries.breakdown import in_one_currency
from costs.queries.query import CostQuery
from costs.testing import charge, close, store_costs, tagged
from users.testing import person

pytestmark = [pytest.mark.django_db, pytest.mark.on_each_database]
WEEK = Window(date(2026, 11, 1), date(2026, 11, 8))


def costs_of_teams(window: Window = WEEK, **values: Any) -> TeamCosts:
    asked = {"start": f"{window.start}", "end": f"{window.end}", **values}
    query = CostQuery.from_values(asked, NOW)
    query, source, _ = in_one_currency(query, person("viewer"))
    return team_costs(query, source)


def totals(found: TeamCosts) -> dict[str, Decimal]:
    return {series.key: series.total for series in found.trend.series}


def rest(found: TeamCosts) -> list[tuple[dict[str, str], Decimal]]:
    return [(dict(one.key), one.amount) for one in found.uncovered]


def test_the_first_rule_wins_and_the_rest_is_listed_largest_first() -> None:
    store_costs(account(), WEEK, {"EC2": "5", "S3": "1", "RDS": "3"})
    team_rule(20, to={"Data": "100"}, services=["EC2", "S3"])
    team_rule(10, to={"Shop": "100"}, services=["EC2"])
    found = costs_of_teams()
    assert totals(found) == {"Shop": 35, "(not allocated)": 21, "Data": 7}
    assert rest(found) == [({"service": "RDS"}, 21)]
    assert found.trend.total == found.bill == 63
    assert found.reconciled is True


def test_all_conditions_of_a_rule_must_be_met() -> None:
    one, other = account(), account(2, "staging")
    for owner in (one, other):
        charge(owner, WEEK.start, "4", service="EC2", sub_account="7")
        charge(owner, WEEK.start, "2", service="EC2", group="shop-rg")
        close(owner, WEEK.start)
    team_rule(
        to={"Shop": "100"}, accounts=[one.account_id], resource_groups=["shop-rg"]
    )
    team_rule(20, to={"Data": "100"}, sub_accounts=["7"], accounts=[other.account_id])
    found = costs_of_teams()
    assert totals(found) == {"(not allocated)": 6, "Data": 4, "Shop": 2}
    assert found.reconciled


def test_each_combination_of_values_goes_to_the_first_rule_that_it_meets() -> None:
    owner, day = account(), WEEK.start
    services, users = ("EC2", "S3", "RDS", "Tax"), ("7", "8", "9")
    bill = list(enumerate(product(services, users), start=1))
    for number, (service, user) in bill:
        charge(owner, day, str(2**number), service=service, sub_account=user)
    close(owner, day)
    team_rule(10, to={"A": "100"}, services=["S3", "RDS"], sub_accounts=["8"])
    team_rule(20, to={"B": "100"}, sub_accounts=["9"])
    team_rule(30, to={"C": "100"}, services=["S3", "Tax"], accounts=["none"])
    team_rule(40, to={"D": "100"}, services=["Tax", "RDS"])
    given: dict[int | None, int] = defaultdict(int)
    for number, (service, user) in bill:
        row = {"service": service, "sub_account_id": user}
        fits = (rule.key for rule in rules_of(WEEK) if rule.matches(row))
        given[next(fits, None)] += 2**number
    found = costs_of_teams()
    uncovered = sum(amount for _, amount in rest(found))
    assert uncovered == given.pop(None)
    assert found.rules == given
    assert len(rest(found)) == 3


def test_without_any_account_that_is_asked_for_teams_cost_nothing() -> None:
    store_costs(account(), WEEK, {"EC2": "1"})
    team_rule(to={"Shop": "100"}, services=["EC2"])
    assert totals(costs_of_teams(provider="azure")) == {"Shop": 0}


def test_shares_sum_to_the_last_decimal() -> None:
    store_costs(account(), WEEK, {"Tax": "0.0000000001", "EC2": "10"})
    team_rule(to={"A": "33.33", "B": "33.33", "C": "33.34"})
    found = costs_of_teams()
    assert sum(totals(found).values()) == found.bill == Decimal("70.0000000007")
    assert totals(found)["C"] == Decimal("23.3380000007")


def test_the_rest_is_told_by_service_whatever_rules_look_at() -> None:
    store_costs(account(), WEEK, {"EC2": "5", "S3": "1"})
    assert rest(costs_of_teams()) == [({"service": "EC2"}, 35), ({"service": "S3"}, 7)]
    team_rule(to={"Shop": "100"}, sub_accounts=["7"])
    mine = {"sub_account_id": "000000000001"}
    assert rest(costs_of_teams()) == [
        (mine | {"service": "EC2"}, 35),
        (mine | {"service": "S3"}, 7),
    ]


def test_a_rule_counts_from_its_first_day_until_before_its_last() -> None:
    store_costs(account(), WEEK, {"EC2": "1"})
    first, last = date(2026, 11, 3), date(2026, 11, 5)
    team_rule(to={"Shop": "100"}, valid_from=first, valid_until=last)
    team_rule(20, to={"Data": "100"}, valid_from=last)
    found = costs_of_teams()
    assert totals(found) == {"Data": 3, "Shop": 2, "(not allocated)": 2}
    monthly = costs_of_teams(granularity="monthly")
    assert totals(monthly) == totals(found)
    [shop] = [one for one in found.trend.series if one.key == "Shop"]
    assert [point.amount for point in shop.points] == [0, 0, 1, 1, 0, 0, 0]


def test_a_team_whose_rule_matches_nothing_costs_0_and_the_rule_gave_nothing() -> None:
    store_costs(account(), WEEK, {"EC2": "1"})
    rule = team_rule(to={"Shop": "100"}, services=["EC3"])
    found = costs_of_teams()
    assert totals(found) == {"(not allocated)": 7, "Shop": 0}
    assert found.rules.get(rule.pk) is None


def test_a_rule_of_a_removed_account_matches_nothing() -> None:
    gone = account()
    store_costs(account(2, "other"), WEEK, {"EC2": "1"})
    team_rule(to={"Shop": "100"}, accounts=[gone.account_id])
    gone.delete()
    assert totals(costs_of_teams()) == {"(not allocated)": 7, "Shop": 0}


def test_a_day_on_another_bill_is_counted_once() -> None:
    payer, member = account(), account(2, "member")
    CloudAccount.objects.filter(pk=payer.pk).update(is_payer=True)
    CloudAccount.objects.filter(pk=member.pk).update(payer=payer)
    store_costs(member, WEEK, {"EC2": "3"})
    for day in WEEK.days():
        charge(payer, day, "2", sub_account=member.account_id)
    close(payer, *WEEK.days())
    team_rule(to={"Shop": "100"}, sub_accounts=[member.account_id])
    found = costs_of_teams()
    assert totals(found) == {"Shop": 14}
    assert found.reconciled
    # By two columns rows answer, and not sums of those that are counted.
    team_rule(20, to={"Data": "100"}, services=["EC2"])
    assert totals(costs_of_teams()) == {"Shop": 14, "Data": 0}


def test_rows_that_miss_the_bill_are_told() -> None:
    store_costs(account(), WEEK, {"EC2": "1"})
    CostTotal.objects.filter(day=WEEK.start).update(billed=2)
    found = costs_of_teams()
    assert (found.reconciled, found.trend.total, found.bill) == (False, 7, 8)


def test_without_stored_days_nothing_is_known() -> None:
    team_rule(to={"Shop": "100"})
    found = costs_of_teams()
    assert (found.trend.total, found.bill, found.reconciled) == (None, None, None)


def test_only_the_amount_and_currency_that_are_asked_for_count() -> None:
    owner = account()
    charge(owner, WEEK.start, "4", effective="3")
    charge(owner, WEEK.start, "9", currency="EUR")
    close(owner, WEEK.start)
    close(owner, WEEK.start, currency="EUR")
    team_rule(to={"Shop": "100"})
    assert totals(costs_of_teams(currency="USD", metric="effective")) == {"Shop": 3}
    assert totals(costs_of_teams(currency="EUR")) == {"Shop": 9}


def test_it_asks_as_many_queries_for_many_rules(
    django_assert_num_queries: Any,
) -> None:
    store_costs(account(), WEEK, {"EC2": "5"})
    for position in range(20):
        team_rule(position, to={f"Team {position}": "100"}, services=[f"S{position}"])
    query = CostQuery.from_values({"start": "2026-11-01", "end": "2026-11-08"}, NOW)
    query, source, _ = in_one_currency(query, person("viewer"))
    # Rules, their shares, the teams of these, covered days, amounts, of which what no
    # rule covers is known too, stored days, the bill's total.
    with django_assert_num_queries(7):
        team_costs(query, source)


def test_a_bill_whose_rules_look_at_a_tag_is_told_apart_by_it() -> None:
    one, other = account(), account(2, "staging")
    for owner in (one, other):
        store_costs(owner, WEEK, {"EC2": "5", "S3": "1"})
        for day in WEEK.days():
            tagged(owner, day, "shop", "4")
            tagged(owner, day, "", "1")
            tagged(owner, day, "", "1", service="S3")
    team_rule(
        10,
        to={"Shop": "100"},
        accounts=[one.account_id],
        tag_key="team",
        tag_values=["shop"],
    )
    team_rule(20, to={"Data": "100"}, services=["S3"])
    found = costs_of_teams()
    assert totals(found) == {"(not allocated)": 42, "Shop": 28, "Data": 14}
    assert found.reconciled
    of_other = {"account__account_id": other.account_id, "service": "EC2"}
    of_one = {"account__account_id": one.account_id, "service": "EC2", "tag:team": ""}
    assert rest(found) == [(of_other, 35), (of_one, 7)]
    assert totals(costs_of_teams(account=one.account_id)) == {
        **{"Shop": 28, "Data": 7},
        "(not allocated)": 7,
    }


def test_days_on_which_the_tag_was_not_read_are_counted_without_it() -> None:
    owner = account()
    store_costs(owner, WEEK, {"EC2": "5", "S3": "1"})
    for day in Window(date(2026, 11, 6), WEEK.end).days():
        tagged(owner, day, "shop", "6")
    team_rule(to={"Shop": "100"}, tag_key="team", tag_values=["shop"])
    team_rule(20, to={"Data": "100"}, services=["S3"])
    found = costs_of_teams()
    assert totals(found) == {"(not allocated)": 25, "Shop": 12, "Data": 5}
    assert found.reconciled
    assert rest(found) == [({"service": "EC2"}, 25)]


def test_a_bill_is_told_apart_by_another_tag_from_another_day_on() -> None:
    owner = account()
    store_costs(owner, WEEK, {"EC2": "5"})
    for day in WEEK.days():
        tagged(owner, day, "shop", "5")
    tag = {"tag_key": "team", "tag_values": ["shop"]}
    team_rule(10, to={"Shop": "100"}, valid_until=date(2026, 11, 3), **tag)
    team_rule(
        20,
        to={"Data": "100"},
        valid_from=date(2026, 11, 3),
        tag_key="env",
        tag_values=["prod"],
    )
    assert totals(costs_of_teams()) == {"(not allocated)": 25, "Shop": 10, "Data": 0}
