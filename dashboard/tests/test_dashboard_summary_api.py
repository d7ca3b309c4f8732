"""The dashboard in one answer: the numbers of the pages, and null for the unknown."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
import time_machine
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clouds.models import CloudAccount
from clouds.testing import account, see_all, see_only
from core.testing.clock import NOW
from core.windows import Window, last_complete_days
from costs.testing import charge, close, store_costs
from dashboard.spending import spending
from insights.models import RefreshState
from insights.testing import forecast, recommendation
from inventory.models import Bucket, Database
from inventory.testing import instance, resource
from metrics.testing import store_cpu
from users.testing import ask, person, refused, session_of, viewer

pytestmark = pytest.mark.django_db
PATH = "dashboard/summary/"
QUARTER = last_complete_days(90, NOW)
LAST_DAYS = last_complete_days(30, NOW)
# Session, user with rights; three of the version; seven of the spending; resource
# groups; disabled accounts, counts and CPU; CPU of databases; savings.
QUERIES = 19


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def fill(number: int = 1) -> CloudAccount:
    owner = account(number, f"account {number}")
    store_costs(owner, Window(QUARTER.start, LAST_DAYS.start), {"AWS Lambda": "10"})
    store_costs(owner, LAST_DAYS, {"AWS Lambda": "15", "Amazon RDS": "20"})
    web = instance(owner, f"web-{number}")
    store_cpu(web, last_complete_days(3, NOW), 20)
    instance(owner, f"off-{number}", state="stopped")
    resource(Bucket, owner, f"assets-{number}")
    recommendation(owner, web)
    return owner


def limited(*accounts: CloudAccount) -> User:
    user = person("viewer")
    see_only(user, *accounts)
    return user


def test_every_number_of_a_company() -> None:
    owner = fill()
    store_cpu(resource(Database, owner, "orders"), last_complete_days(3, NOW), 35)
    forecast(None, "40", first=LAST_DAYS.end)
    found = ask(PATH)
    days = found.pop("daily_costs")
    assert [day["date"] for day in days] == [str(day) for day in LAST_DAYS.days()]
    assert {day["cost"] for day in days} == {"35.00"}
    notes = found.pop("utilization_notes")
    assert set(notes) == {"storage", "network"}
    assert found == {
        "total_monthly_cost": "1050.00",
        "monthly_change_percent": 250.0,
        "projected_monthly_cost": "1105.00",  # 19 days of 35, 11 of 40
        "projection_low": "1094.00",
        "projection_high": "1116.00",
        "currency": "USD",
        "other_currencies": [],
        "top_services": [
            {"name": "Amazon RDS", "cost": "600.00", "change_percent": None},
            {"name": "AWS Lambda", "cost": "450.00", "change_percent": 50.0},
        ],
        "resource_groups": [],
        "utilization_metrics": {
            "compute": 20.0,
            "storage": None,
            "database": 35.0,
            "network": None,
        },
        "total_vms": 2,
        "running_vms": 1,
        "total_storage_accounts": 1,
        "total_potential_savings": "70.08",
        "data_through": "2026-11-19",
        "reconciled": True,
    }
    assert owner.is_enabled


def test_its_numbers_are_those_of_the_cost_summary_and_the_home_page() -> None:
    fill()
    fill(2)
    found, summary = ask(PATH), ask("costs/summary/")
    assert found["total_monthly_cost"] == summary["total"]
    assert found["monthly_change_percent"] == summary["change_percent"]
    assert found["reconciled"] == summary["reconciled"]
    home = spending(NOW, person("viewer"), {})
    assert home is not None
    assert home.projection is not None
    assert Decimal(found["projected_monthly_cost"]) == home.projection.total
    assert found["projection_low"] is found["projection_high"] is None
    services = {one["name"]: one["cost"] for one in found["top_services"]}
    trend = ask("costs/trend/")["series"]
    assert services == {series["key"]: series["total"] for series in trend}
    groups = ask("recommendations/statistics/")["potential_monthly"]
    assert groups == [{"currency": "USD", "amount": found["total_potential_savings"]}]


def test_without_anything_stored_all_is_unknown() -> None:
    account()
    found = ask(PATH)
    unknown = {name for name, value in found.items() if value is None}
    assert unknown == {
        *("total_monthly_cost", "monthly_change_percent", "currency"),
        *("projected_monthly_cost", "projection_low", "projection_high"),
        *("total_potential_savings", "data_through", "reconciled"),
    }
    assert (found["total_vms"], found["total_storage_accounts"]) == (0, 0)
    assert found["daily_costs"] == found["top_services"] == []
    assert "No CPU" in found["utilization_notes"]["compute"]


def test_savings_are_zero_only_where_they_were_looked_for() -> None:
    owner = account()
    store_costs(owner, LAST_DAYS, {"EC2": "1"})
    assert ask(PATH)["total_potential_savings"] is None
    RefreshState.objects.create(account=owner, refreshed_at=NOW, tried_at=NOW)
    assert ask(PATH)["total_potential_savings"] == "0.00"


def test_two_currencies_are_distinguished_and_one_is_chosen() -> None:
    store_costs(account(), LAST_DAYS, {"EC2": "1"})
    store_costs(account(2, "other"), LAST_DAYS, {"EC2": "7"}, currency="EUR")
    found = ask(PATH)
    assert (found["currency"], found["total_monthly_cost"]) == ("EUR", "210.00")
    assert found["other_currencies"] == ["USD"]
    assert ask(PATH, currency="usd")["total_monthly_cost"] == "30.00"
    assert refused(PATH, currency="GBP")["currency"] == [
        "There are no costs in GBP. Choose one of: EUR, USD."
    ]
    assert "Unknown parameter" in refused(PATH, curency="EUR")["curency"][0]


def test_resource_groups_are_of_the_month_the_largest_first() -> None:
    owner = account()
    for day in LAST_DAYS.days():
        charge(owner, day, "1", group="shop-rg")
        charge(owner, day, "2", group="data-rg")
        charge(owner, day, "5")
        close(owner, day)
    assert ask(PATH)["resource_groups"] == [
        {"name": "data-rg", "cost": "60.00"},
        {"name": "shop-rg", "cost": "30.00"},
    ]


def test_a_disabled_account_and_what_is_gone_are_not_counted() -> None:
    owner = fill()
    other = account(2, "other")
    gone = instance(owner, "gone", gone_since=NOW)
    for machine in (gone, instance(other, "web-2")):
        store_cpu(machine, last_complete_days(3, NOW), 90)
    CloudAccount.objects.filter(pk=other.pk).update(is_enabled=False)
    found = ask(PATH)
    assert (found["total_vms"], found["running_vms"]) == (2, 1)
    assert found["utilization_metrics"]["compute"] == 20


def test_a_limited_user_gets_the_numbers_of_their_accounts_alone() -> None:
    fill()
    mine = fill(2)
    found = session_of(limited(mine)).get(f"/api/v1/{PATH}").json()
    assert found["total_monthly_cost"] == "1050.00"
    assert (found["total_vms"], found["total_storage_accounts"]) == (2, 1)
    assert found["total_potential_savings"] == "70.08"


@pytest.mark.parametrize(
    "right", ["view_dailycost", "view_instance", "view_recommendation"]
)
def test_it_needs_the_right_to_each_of_its_parts(right: str) -> None:
    rights = ["view_dailycost", "view_instance", "view_cpumetric"]
    rights += ["view_forecast", "view_recommendation"]
    user = User.objects.create(username="some")
    see_all(user)
    wanted = Permission.objects.filter(codename__in=set(rights) - {right})
    user.user_permissions.set(wanted)
    response = session_of(user).get(f"/api/v1/{PATH}")
    assert response.status_code == 403
    assert right in response.json()["detail"]


def test_a_refresh_of_insights_makes_a_held_answer_stale() -> None:
    owner = fill()
    held = viewer().get(f"/api/v1/{PATH}")["ETag"]
    again = viewer().get(f"/api/v1/{PATH}", headers={"if-none-match": held})
    assert again.status_code == 304
    RefreshState.objects.create(account=owner, tried_at=NOW)
    new = viewer().get(f"/api/v1/{PATH}", headers={"if-none-match": held})
    assert new.status_code == 200


def test_it_needs_few_queries_and_a_cached_answer_hardly_any() -> None:
    fill()
    client = viewer()
    with CaptureQueriesContext(connection) as queries:
        client.get(f"/api/v1/{PATH}")
    told = "\n".join(query["sql"][:160] for query in queries)
    assert len(queries) == QUERIES, told
    with CaptureQueriesContext(connection) as again:
        client.get(f"/api/v1/{PATH}")
    assert len(again) == 5
