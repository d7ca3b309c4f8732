"""What runs, with utilization, cost and savings: the same numbers as on the pages."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clouds.models import CloudAccount
from clouds.testing import account, see_all, see_only
from core.testing.clock import NOW
from core.windows import last_complete_days
from insights.models import RefreshState
from insights.testing import recommendation
from inventory.models import Bucket
from inventory.testing import instance, one_of_each, resource
from metrics.models import MemoryMetric
from metrics.testing import store_cpu
from pricing.models import InstancePrice
from users.testing import ask, csv_of, person, refused, session_of, viewer

pytestmark = pytest.mark.django_db
VMS, STORAGE = "infrastructure/vms/", "infrastructure/storage/"
RESOURCES = "infrastructure/resources/"
# Session, user with rights; three of the version; the page and its totals;
# recommendations, and where rules looked; list prices and the currencies they are in;
# of machines their rates, and memory; among others, what only each kind has, and
# whether bills have lines.
QUERIES = {VMS: 12, STORAGE: 11, RESOURCES: 22}


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def price(hourly: str = "0.1", **values: Any) -> InstancePrice:
    facts: dict[str, Any] = {
        "provider": "demo",
        "region": "eu-west-1",
        "operating_system": "Linux",
        "instance_type": "m6i.large",
        "tenancy": "Shared",
        "hourly": Decimal(hourly),
        "currency": "USD",
        "vcpus": 2,
        "memory_mib": 8192,
        "architecture": "x86_64",
        "is_current_generation": True,
        "read_at": NOW,
    }
    return InstancePrice.objects.create(**{**facts, **values})


def owner_of_prices(number: int = 1) -> CloudAccount:
    owner = account(number, f"account {number}")
    InstancePrice.objects.all().delete()
    price(provider=owner.provider)
    return owner


def limited(*accounts: CloudAccount) -> User:
    user = person("viewer")
    see_only(user, *accounts)
    return user


def test_a_machine_with_all_that_is_known_of_it() -> None:
    owner = owner_of_prices()
    web = instance(owner, "web", resource_group="shop-rg")
    store_cpu(web, last_complete_days(3, NOW), 20)
    MemoryMetric.objects.all().delete()
    for days_ago, percent in ((1, 30.0), (2, 50.0), (20, 90.0)):
        day = NOW.date() - timedelta(days=days_ago)
        MemoryMetric.objects.create(resource=web, day=day, average_percent=percent)
    recommendation(owner, web, title="Stop web")
    assert ask(VMS) == {
        "totalInstances": 1,
        "runningInstances": 1,
        "next": None,
        "previous": None,
        "instances": [
            {
                "name": "web",
                "resource_id": "i-web",
                "provider": owner.provider,
                "size": "m6i.large",
                "location": "eu-west-1",
                "resource_group": "shop-rg",
                "status": "running",
                "cpuUtilization": 20.0,
                "memoryUtilization": 40.0,
                "monthlyCost": "73.00",
                "monthlyCostBasis": "list price",
                "currency": "USD",
                "potentialSavings": "70.08",
                "savingsCurrency": "USD",
                "recommendation": "Stop web",
                "tags": {"team": "shop"},
            }
        ],
    }


def test_unknown_is_null_and_what_is_not_billed_costs_0() -> None:
    owner = owner_of_prices()
    instance(owner, "1-rare", instance_type="x9.huge")
    instance(owner, "2-stopped", state="stopped")
    instance(owner, "3-untold", state="unknown")
    instance(owner, "4-spot", lifecycle="spot")
    found = ask(VMS)["instances"]
    assert [(one["monthlyCost"], one["monthlyCostBasis"]) for one in found] == [
        (None, None),
        ("0.00", "not billed"),
        (None, None),
        (None, None),
    ]
    unknown = ("cpuUtilization", "memoryUtilization", "potentialSavings", "currency")
    assert {found[0][name] for name in (*unknown, "recommendation")} == {None}


def test_savings_are_0_where_rules_looked_and_found_none() -> None:
    owner = owner_of_prices()
    web = instance(owner, "web")
    resource(Bucket, owner, "assets")
    RefreshState.objects.create(account=owner, refreshed_at=NOW)
    assert ask(VMS)["instances"][0]["potentialSavings"] == "0.00"
    assert ask(STORAGE)["accounts"][0]["potentialSavings"] == "0.00"
    recommendation(owner, web, savings_monthly=None, counted_monthly=None)
    assert ask(VMS)["instances"][0]["potentialSavings"] is None


def test_savings_of_alternatives_are_counted_once_and_dismissed_ones_never() -> None:
    owner = owner_of_prices()
    web = instance(owner, "web")
    recommendation(owner, web, rule="idle", title="Stop it")
    recommendation(
        owner,
        web,
        rule="oversized",
        title="Shrink it",
        savings_monthly=Decimal(30),
        counted_monthly=Decimal(0),
    )
    recommendation(owner, web, rule="schedule", status="dismissed", title="No")
    [found] = ask(VMS)["instances"]
    assert (found["potentialSavings"], found["recommendation"]) == ("70.08", "Stop it")
    [same] = ask(RESOURCES)["resources"]
    assert same["recommendations"] == ["Stop it", "Shrink it"]


def test_a_bucket_has_its_size_and_no_invented_cost() -> None:
    owner = account()
    resource(
        Bucket, owner, "assets", total_bytes=2_500_000_000, access_tier="Hot", name="a"
    )
    resource(Bucket, owner, "empty", total_bytes=0, name="b")
    resource(Bucket, owner, "new", name="c")
    found = ask(STORAGE)
    assert found["totalAccounts"] == 3
    assert [(one["sizeGB"], one["tier"]) for one in found["accounts"]] == [
        (2.5, "Hot"),
        (0.0, None),
        (None, None),
    ]
    assert set(found["accounts"][0]) == {
        *("name", "resource_id", "provider", "tier", "location", "resource_group"),
        *("status", "sizeGB", "monthlyCost", "monthlyCostBasis", "currency"),
        *("potentialSavings", "savingsCurrency", "recommendations", "lastAccessed"),
        "tags",
    }
    for name in ("monthlyCost", "monthlyCostBasis", "lastAccessed"):
        assert {one[name] for one in found["accounts"]} == {None}


def test_resources_are_of_every_kind_and_counted_by_kind() -> None:
    owner = owner_of_prices()
    made = one_of_each(owner)
    found = ask(RESOURCES)
    assert found["totalResources"] == len(made)
    assert found["resourcesByKind"] == {kind.value: 1 for kind in made}
    costs = {one["kind"]: one["monthlyCost"] for one in found["resources"]}
    assert costs.pop("instance") == "73.00"
    assert set(costs.values()) == {None}
    assert ask(RESOURCES, kind="volume")["resourcesByKind"] == {"volume": 1}


def test_counts_are_those_of_the_summary_and_of_the_filtered_rows() -> None:
    owner = owner_of_prices()
    instance(owner, "web")
    instance(owner, "off", state="stopped", tags={})
    instance(owner, "gone", gone_since=NOW)
    off = account(2, "off")
    instance(off, "web-2")
    resource(Bucket, off, "b-2")
    resource(Bucket, owner, "b-1")
    CloudAccount.objects.filter(pk=off.pk).update(is_enabled=False)
    found, summary = ask(VMS), ask("dashboard/summary/")
    assert found["totalInstances"] == summary["total_vms"] == 2
    assert found["runningInstances"] == summary["running_vms"] == 1
    assert ask(STORAGE)["totalAccounts"] == summary["total_storage_accounts"] == 1
    assert ask(VMS, tag="team:shop")["totalInstances"] == 1
    gone = ask(VMS, gone="true")
    assert [(one["name"], one["status"]) for one in gone["instances"]] == [
        ("gone", "terminated")
    ]
    assert gone["instances"][0]["monthlyCost"] == "0.00"


def test_it_is_paged_filtered_and_ordered_as_instances_are() -> None:
    owner = owner_of_prices()
    for number in range(5):
        instance(owner, f"web-{number}")
    client, names = viewer(), []
    address = f"/api/v1/{VMS}?page_size=2&ordering=-name"
    while address:
        page = client.get(address).json()
        assert page["totalInstances"] == 5
        names += [one["name"] for one in page["instances"]]
        address = page["next"]
    assert names == [f"web-{number}" for number in (4, 3, 2, 1, 0)]
    assert "Unknown parameter" in refused(VMS, sate="running")["sate"][0]
    assert ask(VMS, count="true", search="web-3")["count"] == 1


@pytest.mark.parametrize("path", [VMS, STORAGE, RESOURCES])
def test_a_file_holds_the_same_rows(path: str) -> None:
    owner = owner_of_prices()
    one_of_each(owner)
    rows = next(value for value in ask(path).values() if isinstance(value, list))
    lines = csv_of(path).splitlines()
    assert lines[0].split(",") == list(rows[0])
    assert len(lines) == 1 + len(rows)


def test_a_limited_user_sees_and_counts_their_accounts_alone() -> None:
    instance(account(3, "hidden"), "web-hidden")
    mine = owner_of_prices(2)
    instance(mine, "web-mine")
    client = session_of(limited(mine))
    for path, total, rows in (
        (VMS, "totalInstances", "instances"),
        (RESOURCES, "totalResources", "resources"),
    ):
        found = client.get(f"/api/v1/{path}").json()
        assert found[total] == 1
        assert [one["name"] for one in found[rows]] == ["web-mine"]


def test_it_needs_the_right_to_recommendations_too() -> None:
    user = User.objects.create(username="some")
    see_all(user)
    rights = ("view_instance", "view_cpumetric", "view_resource", "view_bucket")
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    for path in (VMS, STORAGE, RESOURCES):
        response = session_of(user).get(f"/api/v1/{path}")
        assert response.status_code == 403
        assert "view_recommendation" in response.json()["detail"]


@pytest.mark.parametrize("path", QUERIES)
def test_more_rows_need_no_more_queries(path: str) -> None:
    owner = owner_of_prices()
    one_of_each(owner)
    for number in range(10):
        instance(owner, f"web-{number}")
        resource(Bucket, owner, f"bucket-{number}")
    client = viewer()
    with CaptureQueriesContext(connection) as queries:
        client.get(f"/api/v1/{path}")
    told = "\n".join(query["sql"][:160] for query in queries)
    assert len(queries) == QUERIES[path], told
