"""List prices of resources in the API, for everybody who may see prices."""

from typing import Any

import pytest
from django.test import Client

from clouds.testing import see_only
from core.testing.clock import NOW
from pricing.models import ResourcePrice
from pricing.testing import price
from providers.records import PriceUnit
from users.testing import person

pytestmark = pytest.mark.django_db
PATH = "/api/v1/resource-prices/"


@pytest.fixture(autouse=True)
def prices() -> None:
    price("volume", "gp3", PriceUnit.GIB_MONTH, "0.08")
    price("volume", "gp3", PriceUnit.IOPS_MONTH, "0.005", from_quantity=3000)
    facts: dict[str, Any] = {"redundancy": "Standard_LRS", "provider": "azure"}
    facts |= {"region": "westeurope", "currency": "EUR", "minimum_days": 30}
    price("bucket", "Cool", PriceUnit.GIB_MONTH, "0.01", **facts)


@pytest.fixture
def viewer(client: Client) -> Client:
    client.force_login(person("viewer"))
    return client


def skus(client: Client, query: str = "") -> list[str]:
    return [row["sku"] for row in client.get(PATH + query).json()["results"]]


def test_a_price_says_of_what_it_is_in_which_unit_and_above_what(
    viewer: Client,
) -> None:
    first, second, third = viewer.get(PATH).json()["results"]
    assert first == {
        "provider": "aws",
        "region": "eu-west-1",
        "kind": "volume",
        "engine": "",
        "sku": "gp3",
        "redundancy": "",
        "unit": "GiB-month",
        "from_quantity": "0.00",
        "currency": "USD",
        "amount": "0.08",
        "minimum_days": 0,
        "read_at": NOW.isoformat().replace("+00:00", "Z"),
    }
    assert (second["unit"], second["from_quantity"]) == ("IOPS-month", "3000.00")
    assert (third["redundancy"], third["minimum_days"]) == ("Standard_LRS", 30)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?provider=azure", ["Cool"]),
        ("?region=eu-west-1", ["gp3", "gp3"]),
        ("?kind=bucket,address", ["Cool"]),
        ("?sku=Cool", ["Cool"]),
        ("?currency=EUR", ["Cool"]),
        ("?ordering=-amount", ["gp3", "Cool", "gp3"]),
        ("?engine=postgres", []),
    ],
)
def test_they_are_filtered_and_ordered(
    viewer: Client, query: str, found: list[str]
) -> None:
    assert skus(viewer, query) == found


def test_a_kind_that_does_not_exist_is_refused_with_those_that_do(
    viewer: Client,
) -> None:
    answer = viewer.get(PATH + "?kind=disk")
    assert answer.status_code == 400
    assert "snapshot" in answer.content.decode()


def test_they_are_of_no_account_so_a_limit_hides_none(client: Client) -> None:
    user = person("viewer")
    see_only(user)
    client.force_login(user)
    assert len(skus(client)) == 3


def test_an_answer_is_new_where_a_price_is(viewer: Client) -> None:
    tag = viewer.get(PATH)["ETag"]
    assert viewer.get(PATH, headers={"If-None-Match": tag}).status_code == 304
    ResourcePrice.objects.filter(sku="Cool").delete()
    assert viewer.get(PATH, headers={"If-None-Match": tag}).status_code == 200


def test_all_are_in_a_file(viewer: Client) -> None:
    lines = b"".join(viewer.get(PATH + "?format=csv")).decode().splitlines()
    assert len(lines) == 4
    assert lines[0].startswith("provider,region,kind,engine,sku")
