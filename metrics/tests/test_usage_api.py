"""What the API and the admin answer of use, and of the CPU of databases."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from clouds.testing import aws_account
from core.windows import Window
from inventory.models import Database, LoadBalancer
from inventory.testing import instance, resource
from metrics.models import CpuMetric
from metrics.testing import store_cpu, store_usage
from users.testing import viewer

pytestmark = pytest.mark.django_db
DAYS = Window(date(2026, 11, 1), date(2026, 11, 3))


@pytest.fixture
def mine() -> None:
    """A database with a use and a CPU, a load balancer, and a machine."""
    owner = aws_account()
    orders = resource(Database, owner, "orders")
    store_usage(orders, DAYS, connections=8.0, storage_used_bytes=80.0)
    CpuMetric.objects.create(resource=orders, day=DAYS.start, average_percent=5.0)
    store_usage(resource(LoadBalancer, owner, "web"), DAYS, requests=400.0)
    store_cpu(instance(owner, "shop"), DAYS, 12.0)


def ask(path: str, **asked: Any) -> list[dict[str, Any]]:
    response = viewer().get(f"/api/v1/{path}/", asked)
    assert response.status_code == 200, response.content
    rows: list[dict[str, Any]] = response.json()["results"]
    return rows


@pytest.mark.usefixtures("mine")
def test_a_row_is_of_a_resource_a_day_and_a_metric() -> None:
    rows = ask("usage", resource="orders", metric="connections")
    assert rows[0] == {
        "resource_id": "orders",
        "kind": "database",
        "name": "orders",
        "day": "2026-11-02",
        "metric": "connections",
        "average": 1.0,
        "maximum": 2.0,
        "total": 8.0,
    }
    assert [row["day"] for row in rows] == ["2026-11-02", "2026-11-01"]


@pytest.mark.usefixtures("mine")
def test_it_is_filtered_by_kind_metric_and_day() -> None:
    assert len(ask("usage")) == 6
    assert {row["name"] for row in ask("usage", kind="load-balancer")} == {"web"}
    assert len(ask("usage", metric="connections,requests", start="2026-11-02")) == 2
    answer = viewer().get("/api/v1/usage/", {"metric": "happiness"})
    assert answer.status_code == 400
    assert "Choose from: connections" in str(answer.json())


@pytest.mark.usefixtures("mine")
def test_it_is_a_file_too() -> None:
    response = viewer().get("/api/v1/usage/", {"format": "csv", "kind": "database"})
    text = b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]
    assert text.startswith("resource_id,kind,name,day,metric,average,maximum,total")
    assert text.count("\n") == 5


@pytest.mark.usefixtures("mine")
def test_cpu_of_databases_is_distinguished_from_that_of_machines() -> None:
    kinds = [row["kind"] for row in ask("cpu", ordering="day")]
    assert sorted(kinds) == ["database", "instance", "instance"]
    assert {row["name"] for row in ask("cpu", kind="database")} == {"orders"}
    trend = ask("cpu/trend", start="2026-11-01", end="2026-11-03", kind="instance")
    assert [one["name"] for one in trend] == ["shop"]


@pytest.mark.usefixtures("mine")
def test_the_admin_lists_it(admin_client: Client) -> None:
    page = admin_client.get("/admin/metrics/usagemetric/?metric__exact=requests")
    assert page.status_code == 200
    assert "400" in page.content.decode()
