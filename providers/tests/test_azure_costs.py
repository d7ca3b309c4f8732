"""Costs of the emulated Azure: what is asked, and rows that sum to each day's total."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from core.testing.azure_emulator import EmulatedAzure, EmulatedSubscription
from core.windows import Window
from providers.azure import cost_management
from providers.azure.client import AzureClient
from providers.errors import ErrorKind, ProviderError
from providers.records import ROUNDING, UNALLOCATED, ChargeCategory, CostReading
from providers.tests.azure_reads import costs, june, provider_of

QUERY = "Microsoft.CostManagement/query"
DAY = june(3)
Sums = dict[tuple[date, str], tuple[Decimal, Decimal]]


def sums(records: Any) -> Sums:
    found: Sums = defaultdict(lambda: (Decimal(0), Decimal(0)))
    for one in records:
        billed, effective = found[one.day, one.currency]
        found[one.day, one.currency] = (billed + one.billed, effective + one.effective)
    return dict(found)


def assert_rows_sum_to_totals(reading: CostReading) -> None:
    of_rows, of_totals = sums(reading.rows), sums(reading.totals)
    for key, amounts in of_totals.items():
        assert of_rows.pop(key, (Decimal(0), Decimal(0))) == amounts
    assert of_rows == {}


def per_service(reading: CostReading) -> dict[str, tuple[str, str]]:
    return {
        row.service: (f"{row.billed.normalize():f}", f"{row.effective.normalize():f}")
        for row in reading.rows
    }


def bodies(azure: EmulatedAzure) -> list[Any]:
    return [call.body for call in azure.calls if call.operation == f"{QUERY}/read"]


def test_a_month_costs_three_questions_where_all_of_it_is_usage(
    azure: EmulatedAzure, subscription: EmulatedSubscription
) -> None:
    azure.world.cost(DAY, "Storage", "1.25", subscription=subscription)
    provider = provider_of(azure, subscription.subscription_id)
    reading = costs(provider, june(1), june(20))
    assert per_service(reading) == {"Storage": ("1.25", "1.25")}
    assert provider.meter.requests_by_operation == {QUERY: 3}
    assert [
        (body["type"], len(body["dataset"].get("grouping", ())))
        for body in bodies(azure)
    ] == [("ActualCost", 0), ("AmortizedCost", 0), ("ActualCost", 2)]


def test_each_question_is_about_one_month_and_ends_with_its_last_day(
    azure: EmulatedAzure, subscription: EmulatedSubscription
) -> None:
    provider = provider_of(azure, subscription.subscription_id)
    costs(provider, date(2026, 4, 20), june(20))
    periods = {tuple(body["timePeriod"].values()) for body in bodies(azure)}
    assert sorted(periods) == [
        ("2026-04-20T00:00:00Z", "2026-04-30T23:59:59Z"),
        ("2026-05-01T00:00:00Z", "2026-05-31T23:59:59Z"),
        ("2026-06-01T00:00:00Z", "2026-06-19T23:59:59Z"),
    ]


def test_days_that_are_not_over_are_never_asked_for(
    azure: EmulatedAzure, subscription: EmulatedSubscription
) -> None:
    provider = provider_of(azure, subscription.subscription_id)
    assert costs(provider, june(20), date(2026, 9, 1)) == CostReading([], [])
    assert provider.meter.requests == 0
    costs(provider, june(19), date(2026, 9, 1))
    assert {body["timePeriod"]["to"] for body in bodies(azure)} == {
        "2026-06-19T23:59:59Z"
    }


def test_rows_of_thousands_of_doubles_sum_to_the_total(
    azure: EmulatedAzure, subscription: EmulatedSubscription
) -> None:
    for number in range(2_000):
        azure.world.cost(
            june(1 + number % 19),
            f"Service {number % 40}",
            number**0.5,
            subscription=subscription,
            resource_group=f"Group-{number % 30}",
        )
    reading = costs(provider_of(azure, subscription.subscription_id), june(1), june(20))
    assert_rows_sum_to_totals(reading)
    assert len(reading.totals) == 19
    names = {row.service for row in reading.rows}
    assert UNALLOCATED not in names
    assert ROUNDING in names  # else this test shows nothing
    rounded = [row for row in reading.rows if row.service == ROUNDING]
    assert all(abs(row.billed) < Decimal("1e-6") for row in rounded)


def test_pages_of_any_size_have_the_same_rows(
    azure: EmulatedAzure, subscription: EmulatedSubscription
) -> None:
    for number in range(60):
        azure.world.cost(
            june(1 + number % 19), f"S{number % 7}", number, subscription=subscription
        )
    provider = provider_of(azure, subscription.subscription_id)
    expected = costs(provider, june(1), june(20))
    azure.page_size[f"{QUERY}/read"] = 7
    assert costs(provider, june(1), june(20)) == expected


def test_groups_in_two_cases_are_one(
    azure: EmulatedAzure, subscription: EmulatedSubscription
) -> None:
    for group in ("Shop-RG", "shop-rg", "SHOP-RG"):
        azure.world.cost(
            DAY, "Storage", "1", subscription=subscription, resource_group=group
        )
    reading = costs(provider_of(azure, subscription.subscription_id), june(1), june(20))
    (row,) = reading.rows
    assert (row.resource_group, row.billed) == ("shop-rg", 3)
    assert row.sub_account_id == subscription.subscription_id


def test_charges_that_are_no_usage_are_asked_for_and_kept_apart(
    azure: EmulatedAzure, subscription: EmulatedSubscription
) -> None:
    scope = azure.world.add_billing_scope("1234567").lower()
    azure.world.cost(DAY, "Virtual Machines", "5", subscription=subscription)
    # A reservation: bought on its day, spread over what it covers, partly unused.
    azure.world.cost(
        DAY, "Virtual Machines", "365", amortized=None, charge_type="Purchase"
    )
    azure.world.cost(
        DAY,
        "Virtual Machines",
        "0",
        amortized="0.75",
        subscription=subscription,
        resource_group="covered",
    )
    azure.world.cost(
        DAY, "Virtual Machines", "0", amortized="0.25", charge_type="UnusedReservation"
    )
    azure.world.cost(DAY, "Virtual Machines", "-2", charge_type="Refund")
    provider = provider_of(azure, scope)
    reading = costs(provider, june(1), june(20))
    assert_rows_sum_to_totals(reading)
    assert sums(reading.totals)[DAY, "USD"] == (Decimal(368), Decimal(4))
    found = {
        (row.service, row.charge_category, row.sub_account_id): (
            row.billed,
            row.effective,
        )
        for row in reading.rows
    }
    sub = subscription.subscription_id
    assert found == {
        ("Virtual Machines", ChargeCategory.USAGE, sub): (
            Decimal(5),
            Decimal("5.75"),
        ),
        ("Purchase", ChargeCategory.PURCHASE, ""): (Decimal(365), Decimal(0)),
        ("UnusedReservation", ChargeCategory.USAGE, ""): (Decimal(0), Decimal("0.25")),
        ("Refund", ChargeCategory.ADJUSTMENT, ""): (Decimal(-2), Decimal(-2)),
    }
    assert provider.meter.requests_by_operation == {QUERY: 6}


def test_two_currencies_are_never_added(
    azure: EmulatedAzure, subscription: EmulatedSubscription
) -> None:
    azure.world.cost(DAY, "Storage", "1", subscription=subscription, currency="EUR")
    azure.world.cost(DAY, "Storage", "2", subscription=subscription, currency="USD")
    reading = costs(provider_of(azure, subscription.subscription_id), june(1), june(20))
    assert_rows_sum_to_totals(reading)
    assert {key: billed for key, (billed, _) in sums(reading.rows).items()} == {
        (DAY, "EUR"): Decimal(1),
        (DAY, "USD"): Decimal(2),
    }


def test_a_charge_of_a_kind_that_nobody_knows_is_unallocated(
    azure: EmulatedAzure, subscription: EmulatedSubscription
) -> None:
    azure.world.cost(
        DAY, "Storage", "2", subscription=subscription, charge_type="Brand new"
    )
    reading = costs(provider_of(azure, subscription.subscription_id), june(1), june(20))
    assert per_service(reading) == {UNALLOCATED: ("2", "2")}
    assert reading.rows[0].sub_account_id == subscription.subscription_id
    bill = azure.world.add_billing_scope("1234567").lower()
    (row,) = costs(provider_of(azure, bill), june(1), june(20)).rows
    assert (row.service, row.sub_account_id) == (UNALLOCATED, "")


def test_days_without_charges_cost_nothing_but_not_those_still_to_come(
    azure: EmulatedAzure, subscription: EmulatedSubscription
) -> None:
    for day in (date(2026, 5, 4), june(2), june(4)):
        azure.world.cost(day, "Storage", "1", subscription=subscription)
    reading = costs(
        provider_of(azure, subscription.subscription_id), date(2026, 5, 1), june(20)
    )
    days = [total.day for total in reading.totals]
    assert days == list(Window(date(2026, 5, 1), june(5)).days())
    assert [total.billed for total in reading.totals[-4:]] == [0, 1, 0, 1]


def test_a_month_is_estimated_until_the_sixth_of_the_next(
    azure: EmulatedAzure, subscription: EmulatedSubscription
) -> None:
    may = date(2026, 5, 31)
    azure.world.cost(may, "Storage", "1", subscription=subscription)
    for day, is_estimated in ((5, True), (6, False)):
        azure.now = azure.now.replace(day=day)
        provider = provider_of(azure, subscription.subscription_id)
        reading = costs(provider, may, june(1))
        assert [one.is_estimated for one in reading.totals] == [is_estimated]
        assert [one.is_estimated for one in reading.rows] == [is_estimated]


def test_a_restated_month_is_answered_again(
    azure: EmulatedAzure, subscription: EmulatedSubscription
) -> None:
    azure.world.cost(DAY, "Storage", "2", subscription=subscription)
    provider = provider_of(azure, subscription.subscription_id)
    costs(provider, june(1), june(20))
    azure.world.restate_month(DAY, 1.5)
    assert per_service(costs(provider, june(1), june(20))) == {"Storage": ("3", "3")}


def test_an_empty_month_has_no_totals(
    azure: EmulatedAzure, subscription: EmulatedSubscription
) -> None:
    provider = provider_of(azure, subscription.subscription_id)
    assert costs(provider, june(1), june(20)) == CostReading([], [])
    assert provider.meter.requests == 2  # there are no groups to ask for


def test_a_management_group_is_asked_per_subscription(
    azure: EmulatedAzure, subscription: EmulatedSubscription
) -> None:
    other = azure.world.add_subscription()
    scope = azure.world.add_management_group("all", subscription, other).lower()
    azure.world.cost(DAY, "Storage", "1", subscription=subscription)
    azure.world.cost(DAY, "Storage", "2", subscription=other)
    reading = costs(provider_of(azure, scope), june(1), june(20))
    assert {row.sub_account_id: row.billed for row in reading.rows} == {
        subscription.subscription_id: 1,
        other.subscription_id: 2,
    }


@pytest.mark.parametrize(
    ("page", "says"),
    [
        ({"properties": {}}, "KeyError"),
        (
            {
                "properties": {
                    "columns": [{"name": "Cost"}, {"name": "UsageDate"}],
                    "rows": [[1, 20260603]],
                }
            },
            "currency",
        ),
        ([[1, 20260520, "USD"]], "2026-05-20, which was not asked for"),
        ([["much", 20260603, "USD"]], "'much' is no amount"),
        ([[True, 20260603, "USD"]], "True is no amount"),
        ([[Decimal("1e30"), 20260603, "USD"]], "is no amount"),
        ([[1, 20260603, ""]], "'' is no currency"),
        ([[1, 20260603]], "ValueError"),
        ([[1, "soon", "USD"]], "ValueError"),
    ],
)
def test_an_answer_that_makes_no_sense_is_refused(
    azure: EmulatedAzure,
    subscription: EmulatedSubscription,
    monkeypatch: pytest.MonkeyPatch,
    page: Any,
    says: str,
) -> None:
    names = ("Cost", "UsageDate", "Currency")
    answer = page
    if isinstance(page, list):
        columns = [{"name": name} for name in names]
        answer = {"properties": {"columns": columns, "rows": page}}
    monkeypatch.setattr(AzureClient, "pages", lambda self, question: iter([answer]))
    with pytest.raises(ProviderError, match=says) as raised:
        costs(provider_of(azure, subscription.subscription_id), june(1), june(20))
    assert raised.value.kind == ErrorKind.INCOMPLETE
    assert str(raised.value).startswith("Costs of 2026-06-01..2026-06-20 of subscr")


def test_every_charge_type_has_its_category() -> None:
    category = cost_management.category
    assert category("usage") == ChargeCategory.USAGE
    assert category("Purchase") == ChargeCategory.PURCHASE
    assert category("RoundingAdjustment") == ChargeCategory.ADJUSTMENT
    assert category("SomethingNew") == ChargeCategory.ADJUSTMENT
