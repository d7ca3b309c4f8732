"""The emulated Azure's Cost Management."""

import copy
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from core.testing.azure_emulator import EmulatedAzure, EmulatedSubscription
from core.testing.azure_emulator.clients import Reply, ask

NOW = datetime(2026, 6, 20, 9, tzinfo=UTC)
BY_SERVICE = {"type": "Dimension", "name": "ServiceName"}
BY_GROUP = {"type": "Dimension", "name": "ResourceGroupName"}
BY_RESOURCE = {"type": "Dimension", "name": "ResourceId"}
WAIT = "x-ms-ratelimit-microsoft.costmanagement-{}-retry-after"


@pytest.fixture
def azure() -> Iterator[EmulatedAzure]:
    with EmulatedAzure(now=NOW) as emulated:
        yield emulated


@pytest.fixture
def shop(azure: EmulatedAzure) -> EmulatedSubscription:
    return azure.world.add_subscription(name="shop")


def question(**dataset: Any) -> dict[str, Any]:
    return {
        "type": "ActualCost",
        "timeframe": "Custom",
        "timePeriod": {"from": "2026-06-01T00:00:00Z", "to": "2026-06-30T00:00:00Z"},
        "dataset": {
            "granularity": "Daily",
            "aggregation": {"totalCost": {"name": "Cost", "function": "Sum"}},
        }
        | dataset,
    }


def query(azure: EmulatedAzure, scope: str, body: Any, **asked: Any) -> Reply:
    return ask(
        azure, f"{scope}/providers/Microsoft.CostManagement/query", body, **asked
    )


def rows(reply: Reply) -> list[dict[str, Any]]:
    """The rows by their columns' names."""
    assert reply.status == 200, reply.text
    found = reply.json["properties"]
    names = [column["name"] for column in found["columns"]]
    return [dict(zip(names, row, strict=True)) for row in found["rows"]]


def june(day: int) -> date:
    return date(2026, 6, day)


def test_both_ends_are_included_and_the_future_is_cut(
    azure: EmulatedAzure, shop: EmulatedSubscription
) -> None:
    for day in (1, 2, 3, 20, 21):
        azure.world.cost(june(day), "Storage", 1, subscription=shop)
    body = question()
    body["timePeriod"] = {"from": "2026-06-02", "to": "2026-06-03T00:00:00Z"}
    found = rows(query(azure, shop.id, body))
    assert [row["UsageDate"] for row in found] == [20260602, 20260603]
    body["timePeriod"] = {"from": "2026-06-21", "to": "2026-06-03"}
    found = rows(query(azure, shop.id, body))
    assert [row["UsageDate"] for row in found] == [20260603, 20260620]


def test_amounts_are_doubles_that_groups_sum_otherwise(
    azure: EmulatedAzure, shop: EmulatedSubscription
) -> None:
    for number in range(9):
        azure.world.cost(
            june(1),
            f"service {number % 2}",
            0.1 + number / 7,
            subscription=shop,
            resource_group="" if number % 3 else "Shop-RG",
        )
    (total,) = rows(query(azure, shop.id, question()))
    parts = rows(query(azure, shop.id, question(grouping=[BY_SERVICE, BY_GROUP])))
    assert {row["ResourceGroupName"] for row in parts} == {"", "Shop-RG"}
    summed = sum(row["Cost"] for row in parts)
    assert summed != total["Cost"]
    assert summed == pytest.approx(total["Cost"], abs=1e-12)


def test_a_group_has_rows_in_two_cases(
    azure: EmulatedAzure, shop: EmulatedSubscription
) -> None:
    web = shop.add_vm("Web", group="Shop-RG")
    azure.world.cost(june(1), "Storage", 1, vm=web)
    azure.world.cost(june(1), "Storage", 2, subscription=shop, resource_group="Shop-RG")
    found = rows(query(azure, shop.id, question(grouping=[BY_GROUP])))
    assert {row["ResourceGroupName"]: row["Cost"] for row in found} == {
        "Shop-RG": 2,
        "shop-rg": 1,
    }


def test_currencies_are_columns_by_themselves(
    azure: EmulatedAzure, shop: EmulatedSubscription
) -> None:
    azure.world.cost(june(1), "Storage", 2, subscription=shop)
    azure.world.cost(june(1), "Storage", 2, subscription=shop, currency="EUR")
    body = question()
    body["dataset"]["aggregation"]["usd"] = {"name": "CostUSD", "function": "Sum"}
    found = rows(query(azure, shop.id, body))
    assert [(row["Currency"], row["Cost"], row["CostUSD"]) for row in found] == [
        ("EUR", 2, 2.1674),
        ("USD", 2, 2),
    ]


def test_columns_have_names_and_no_places(
    azure: EmulatedAzure, shop: EmulatedSubscription
) -> None:
    azure.quotas.lift()
    azure.world.cost(june(1), "Storage", 2, subscription=shop, tags={"Team": "a"})
    by_tag = [{"type": "TagKey", "name": "TEAM"}, BY_SERVICE]
    orders = set()
    for granularity, period in (
        ("Daily", {"UsageDate": 20260601}),
        ("Monthly", {"BillingMonth": "2026-06-01T00:00:00"}),
        ("None", {}),
    ):
        body = question(granularity=granularity, grouping=by_tag)
        reply = query(azure, shop.id, body)
        assert rows(reply) == [
            period
            | {
                "Cost": 2,
                "TagKey": "team",
                "TagValue": "a",
                "ServiceName": "Storage",
                "Currency": "USD",
            }
        ]
        columns = [each["name"] for each in reply.json["properties"]["columns"]]
        orders.add(columns.index("Cost"))
    assert len(orders) > 1


def test_pages_want_the_same_question_again(
    azure: EmulatedAzure, shop: EmulatedSubscription
) -> None:
    for number in range(1_001):
        azure.world.cost(june(1), f"service {number}", 1, subscription=shop)
    body = question(grouping=[BY_SERVICE])
    first = query(azure, shop.id, body)
    link = first.json["properties"]["nextLink"]
    assert len(rows(first)) == 1_000
    assert ask(azure, link).status == 405
    other = copy.deepcopy(body)
    other["type"] = "AmortizedCost"
    assert ask(azure, link, other).code == "InvalidSkipToken"
    second = ask(azure, link, body)
    assert len(rows(second)) == 1
    assert second.json["properties"]["nextLink"] is None
    ask(azure, link, body)
    assert ask(azure, link, body).status == 429


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"aggregation": {}}, "at least one aggregation"),
        ({"aggregation": {"a": {"name": "Cost", "function": "Avg"}}}, "is not Sum"),
        ({"aggregation": {"a": {"name": "Tax", "function": "Sum"}}}, "aggregated"),
        (
            {
                "aggregation": {
                    name: {"name": name, "function": "Sum"}
                    for name in ("Cost", "CostUSD", "PreTaxCost")
                }
            },
            "at most 2 aggregations",
        ),
        ({"grouping": [BY_SERVICE, BY_GROUP, BY_RESOURCE]}, "at most 2 groupings"),
        ({"grouping": [{"type": "Dimension", "name": "Colour"}]}, "is invalid"),
        ({"granularity": "Hourly"}, "granularity"),
        ({"filter": {"and": [{"tags": {}}]}}, "at least 2"),
        ({"filter": {"dimensions": {"name": "X"}}}, "dimension 'X' is invalid"),
        (
            {"filter": {"tags": {"name": "t", "operator": "Like", "values": ["a"]}}},
            "is not In",
        ),
        ({"filter": {}}, "exactly one of"),
        ({"filter": {"tags": ["t"]}}, "no name, operator"),
        ({"aggregation": {"a": "Cost"}}, "aggregation Cost is invalid"),
        ({"grouping": ["ServiceName"]}, "grouping ServiceName is invalid"),
        ({"grouping": BY_SERVICE}, "at most 2 groupings"),
    ],
)
def test_it_refuses_what_azure_refuses(
    azure: EmulatedAzure, shop: EmulatedSubscription, change: Any, words: str
) -> None:
    refused = query(azure, shop.id, question(**change))
    assert (refused.status, refused.code) == (400, "BadRequest")
    assert words in refused.json["error"]["message"]


@pytest.mark.parametrize(
    ("period", "granularity"),
    [
        (("2026-05-01", "2026-06-01"), "Daily"),
        (("2023-01-01", "2026-06-01"), "Monthly"),
        (("yesterday", "2026-06-01"), "None"),
    ],
)
def test_a_period_is_a_short_one(
    azure: EmulatedAzure,
    shop: EmulatedSubscription,
    period: tuple[str, str],
    granularity: str,
) -> None:
    body = question(granularity=granularity)
    body["timePeriod"] = {"from": period[0], "to": period[1]}
    assert query(azure, shop.id, body).status == 400


def test_filters_join_and_negate(
    azure: EmulatedAzure, shop: EmulatedSubscription
) -> None:
    for service, group, team in (
        ("Storage", "A", "x"),
        ("Storage", "B", "y"),
        ("Bandwidth", "A", "y"),
    ):
        azure.world.cost(
            june(1),
            service,
            1,
            subscription=shop,
            resource_group=group,
            tags={"team": team},
        )

    def only(kind: str, name: str, value: str) -> dict[str, Any]:
        return {kind: {"name": name, "operator": "In", "values": [value]}}

    storage = only("dimensions", "ServiceName", "Storage")
    expressions: list[tuple[dict[str, Any], int]] = [
        (storage, 2),
        ({"not": storage}, 1),
        ({"and": [storage, only("dimensions", "ResourceGroupName", "a")]}, 1),
        ({"or": [storage, only("tags", "Team", "y")]}, 3),
    ]
    for expression, count in expressions:
        (row,) = rows(query(azure, shop.id, question(filter=expression)))
        assert row["Cost"] == count


def test_purchases_are_only_on_the_bill_and_amortized_elsewhere(
    azure: EmulatedAzure, shop: EmulatedSubscription
) -> None:
    azure.quotas.lift()
    azure.world.add_reservation(june(1), 365.0, days=10, used=0.75, subscription=shop)
    azure.world.cost(june(1), "Storage", 2, subscription=shop)
    bill = azure.world.add_billing_scope("12345")
    group = azure.world.add_management_group("all", shop)

    def costs(scope: str, kind: str) -> dict[str, float]:
        body = question(grouping=[{"type": "Dimension", "name": "ChargeType"}])
        body["type"] = kind
        body["dataset"]["granularity"] = "None"
        found = rows(query(azure, scope, body))
        return {row["ChargeType"]: round(row["Cost"], 6) for row in found}

    assert costs(bill, "ActualCost") == {"Purchase": 365, "Usage": 2}
    assert costs(shop.id, "ActualCost") == costs(group, "ActualCost") == {"Usage": 2}
    amortized = {"UnusedReservation": 91.25, "Usage": 2 + 273.75}
    assert costs(bill, "AmortizedCost") == amortized


def test_every_scope_has_its_own_costs(azure: EmulatedAzure) -> None:
    azure.quotas.lift()
    one, two = (azure.world.add_subscription(name=name) for name in ("one", "two"))
    azure.world.cost(june(1), "Storage", 1, subscription=one, resource_group="A-b")
    azure.world.cost(june(1), "Storage", 2, subscription=one)
    azure.world.cost(june(1), "Storage", 4, subscription=two)
    azure.world.cost(june(1), "Support", 8)
    scopes = {
        f"{one.id}/resourceGroups/a-B": 1,
        one.id: 3,
        azure.world.add_management_group("all", one, two): 7,
        azure.world.add_billing_scope("77"): 15,
        azure.world.add_billing_scope("77/departments/9", two): 4,
        azure.world.add_billing_scope("7:8_2019/billingProfiles/A", one): 3,
        azure.world.add_billing_scope(
            "7:8_2019/billingProfiles/A/invoiceSections/B"
        ): 15,
    }
    for scope, amount in scopes.items():
        (row,) = rows(query(azure, scope, question()))
        assert row["Cost"] == amount, scope
    for scope in (
        "/providers/Microsoft.Billing/billingAccounts/66",
        "/providers/Microsoft.Management/managementGroups/none",
    ):
        assert query(azure, scope, question()).code == "AuthorizationFailed"
    bill = "/providers/Microsoft.Billing/billingAccounts/77"
    assert query(azure, bill, question(grouping=[BY_RESOURCE])).status == 400
    azure.world.agreement = "MCA"
    group = "/providers/Microsoft.Management/managementGroups/all"
    assert query(azure, group, question()).code == "SubscriptionTypeNotSupported"


def test_a_scope_is_asked_four_times_a_minute(
    azure: EmulatedAzure, shop: EmulatedSubscription
) -> None:
    replies = []
    for _ in range(5):
        replies.append(query(azure, shop.id, question()))
        azure.wait(10)
    assert [reply.status for reply in replies] == [200, 200, 200, 200, 429]
    refused = replies[-1]
    assert refused.code == "429"
    assert "retry-after" not in refused.headers
    assert refused.headers[WAIT.format("entity")] == "20"
    left = "x-ms-ratelimit-remaining-microsoft.costmanagement-entity-requests"
    assert replies[0].headers[left] == "DefaultQuota:3"
    azure.wait(10)
    assert query(azure, shop.id, question()).status == 200


def test_a_tenant_has_so_many_months_of_data(azure: EmulatedAzure) -> None:
    one, two = (azure.world.add_subscription(name=name) for name in ("one", "two"))
    year = question(granularity="Monthly")
    year["timePeriod"] = {"from": "2025-07-01", "to": "2026-06-20"}
    first = query(azure, one.id, year)
    consumed = "x-ms-ratelimit-microsoft.costmanagement-qpu-{}"
    assert first.headers[consumed.format("consumed")] == "12"
    assert first.headers[consumed.format("remaining")] == (
        "QueriesPerHour:588,QueriesPerMin:48,QueriesPer10Sec:0"
    )
    refused = query(azure, two.id, question())
    assert refused.headers[WAIT.format("qpu")] == "10"
    azure.wait(10)
    assert query(azure, two.id, question()).status == 200


def test_who_names_no_client_shares_a_bucket_that_is_empty(
    azure: EmulatedAzure, shop: EmulatedSubscription
) -> None:
    refused = query(azure, shop.id, question(), headers={"ClientType": ""})
    assert refused.status == 429
    assert int(refused.headers[WAIT.format("clienttype")]) > 0
    assert query(azure, shop.id, question()).status == 200


def test_costs_are_refused_for_an_hour(
    azure: EmulatedAzure, shop: EmulatedSubscription
) -> None:
    azure.throttle_costs(3_600)
    refused = query(azure, shop.id, question())
    assert refused.headers[WAIT.format("tenant")] == "3600"
    assert refused.headers[WAIT.format("entity")] == "20"
    azure.wait(3_601)
    assert query(azure, shop.id, question()).status == 200


def test_a_month_is_restated(azure: EmulatedAzure, shop: EmulatedSubscription) -> None:
    azure.world.cost(date(2026, 5, 31), "Storage", 4, subscription=shop)
    azure.world.cost(june(1), "Storage", 4, subscription=shop)
    azure.world.cost(june(2), "Storage", 4, subscription=shop)
    azure.world.restate_month(june(1), 1.5)
    azure.world.restate(june(2), "Storage", 5)
    assert [charge.actual for charge in azure.world.charges] == [4, 6, 5]
    azure.world.costs_until = june(1)
    assert len(rows(query(azure, shop.id, question()))) == 1


def test_the_bill_is_made_of_the_same_machines(
    azure: EmulatedAzure, shop: EmulatedSubscription
) -> None:
    start = datetime(2026, 6, 1, tzinfo=UTC)
    web = shop.add_vm("Web", size="Standard_D2s_v5", power="stopped")
    shop.add_vm(
        "Night", power="deallocated", runs=[(start, start + timedelta(hours=6))]
    )
    azure.world.bill_machines(june(1))
    found = rows(query(azure, shop.id, question(grouping=[BY_RESOURCE, BY_SERVICE])))
    costs = {
        (row["ResourceId"].rpartition("/")[2], row["ServiceName"]): row["Cost"]
        for row in found
    }
    assert costs["web", "Virtual Machines"] == pytest.approx(24 * 0.096)
    assert costs["night", "Virtual Machines"] == pytest.approx(6 * 0.096)
    assert costs["night", "Storage"] > 0
    assert web.id.lower() in {row["ResourceId"] for row in found}
    assert web.id not in {row["ResourceId"] for row in found}
