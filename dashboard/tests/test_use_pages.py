"""How much resources are used, on their lists and pages."""

from collections.abc import Iterator

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from clouds.models import CloudAccount
from clouds.testing import aws_account
from core.testing.clock import NOW
from core.windows import last_complete_days
from inventory.models import Bucket, Database, LoadBalancer, NatGateway, Volume
from inventory.testing import instance, resource
from metrics.models import CpuMetric, MemoryMetric
from metrics.testing import store_cpu, store_usage
from users.testing import person

pytestmark = pytest.mark.django_db
WEEK = last_complete_days(7, NOW)
GIB = 2**30


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def owner() -> CloudAccount:
    return aws_account()


@pytest.fixture
def viewer(client: Client) -> Client:
    client.force_login(person("viewer"))
    return client


def text(client: Client, page: str) -> str:
    answer = client.get(page)
    assert answer.status_code == 200
    return answer.content.decode()


def cells(client: Client, page: str) -> list[str]:
    """The texts of the use of the only resource that the page lists."""
    (one,) = client.get(page).context["object_list"]
    return [told for column, told in one.cells if "-" in column.name]


def used_database(owner: CloudAccount) -> Database:
    orders = resource(Database, owner, "orders")
    store_usage(orders, WEEK, connections=48.0, storage_used_bytes=80.0 * GIB)
    for day in WEEK.days():
        percent = {"average_percent": 7.25, "maximum_percent": 31.5}
        CpuMetric.objects.create(resource=orders, day=day, **percent)
        MemoryMetric.objects.create(resource=orders, day=day, **percent)
    return orders


def test_a_list_of_databases_shows_cpu_and_connections_of_the_last_days(
    viewer: Client, owner: CloudAccount
) -> None:
    used_database(owner)
    page = text(viewer, "/databases/")
    for words in ("Average CPU", "Peak connections", "7.2%", "Usage: 6 Nov"):
        assert words in page
    assert cells(viewer, "/databases/") == ["7.2%", "12"]


@pytest.mark.parametrize(
    ("model", "kind", "expected"),
    [
        (LoadBalancer, "load-balancer", ["400", "3.0 GiB"]),
        (NatGateway, "nat-gateway", ["3.0 GiB"]),
    ],
)
def test_lists_of_the_network_show_what_is_processed_per_day(
    viewer: Client,
    owner: CloudAccount,
    model: type[LoadBalancer | NatGateway],
    kind: str,
    expected: list[str],
) -> None:
    one = resource(model, owner, "web")
    store_usage(one, WEEK, requests=400.0, processed_bytes=3.0 * GIB)
    assert cells(viewer, f"/network/?kind={kind}") == expected


def test_unknown_is_no_zero(viewer: Client, owner: CloudAccount) -> None:
    resource(Bucket, owner, "logs")
    assert cells(viewer, "/storage/?kind=bucket") == ["—"]


def test_the_page_of_a_database_has_a_chart_and_the_days_of_each_metric(
    viewer: Client, owner: CloudAccount
) -> None:
    page = text(viewer, used_database(owner).get_absolute_url())
    for title in ("CPU utilization", "Memory used", "Connections", "Storage used"):
        assert f">{title}</h2>" in page
    assert page.count("<canvas") == 4
    for words in ("7.2%", "31.5%", "80.0 GiB", "charts.js"):
        assert words in page
    assert page.count(">48</td>") == 7


def test_the_average_of_the_last_days_stands_above_the_chart_of_cpu(
    viewer: Client, owner: CloudAccount
) -> None:
    web = instance(owner, "web")
    store_cpu(web, WEEK, 5)
    _, *panels = text(viewer, web.get_absolute_url()).split('<section class="panel"')
    words = "Average 5.0%, maximum 10.0% in the 14 days before 20 Nov 2026."
    (panel,) = [one for one in panels if words in one]
    assert panel.startswith(' aria-labelledby="cpu"')


def test_a_page_shows_as_many_days_as_are_chosen(
    viewer: Client, owner: CloudAccount
) -> None:
    address = used_database(owner).get_absolute_url()
    assert len(viewer.get(f"{address}?days=30").context["window"]) == 30
    assert len(viewer.get(f"{address}?days=abc").context["window"]) == 90


def test_without_any_use_the_page_says_how_to_read_it_or_why_not(
    viewer: Client, owner: CloudAccount, settings: Settings
) -> None:
    address = resource(NatGateway, owner, "nat-1").get_absolute_url()
    assert "manage.py sync_usage" in text(viewer, address)
    settings.AWS_USAGE_METRICS = False
    assert "turned off by AWS_USAGE_METRICS=false" in text(viewer, address)


def test_what_is_not_measured_has_no_use(viewer: Client, owner: CloudAccount) -> None:
    disk = resource(Volume, owner, "vol-1", volume_type="gp3", attached_to="i-1")
    assert ">Usage</h2>" not in text(viewer, disk.get_absolute_url())
    Volume.objects.update(iops=16_000)
    assert ">Usage</h2>" in text(viewer, disk.get_absolute_url())


def test_a_page_links_to_costs_as_the_bill_tells_them(
    viewer: Client, owner: CloudAccount
) -> None:
    orders = resource(Database, owner, "orders")
    account = f"/costs/?account={owner.account_id}"
    page = text(viewer, orders.get_absolute_url())
    link = f'"{account}&amp;region={orders.region}">{owner.name}, {orders.region}</a>'
    assert link in page
    Database.objects.update(resource_group="shop-rg")
    page = text(viewer, orders.get_absolute_url())
    link = f'"{account}&amp;resource_group=shop-rg">{owner.name}, shop-rg</a>'
    assert link in page


def test_who_may_not_see_use_sees_the_rest(client: Client, owner: CloudAccount) -> None:
    user = person("viewer")
    user.groups.clear()
    user.user_permissions.add(Permission.objects.get(codename="view_database"))
    client.force_login(user)
    address = used_database(owner).get_absolute_url()
    assert "CPU utilization" not in text(client, address)
    assert "Average CPU" not in text(client, "/databases/")


def test_a_list_takes_two_queries_more_however_many_there_are(
    viewer: Client,
    owner: CloudAccount,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(20):
        store_usage(resource(Database, owner, f"db-{number}"), WEEK, connections=8.0)
    viewer.get("/databases/")
    with django_assert_max_num_queries(27):
        viewer.get("/databases/")
