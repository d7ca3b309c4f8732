"""Instances of two clouds in one list: states, groups, prices and memory of each."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client

from clouds.testing import account, azure_account
from core.testing.clock import NOW
from core.windows import last_complete_days
from inventory.models import Instance
from inventory.testing import instance
from metrics.models import MemoryMetric
from metrics.testing import store_cpu, store_memory
from pricing.models import InstancePrice
from users.testing import ask, csv_of, person, refused, text_of

pytestmark = pytest.mark.django_db
SIZE = "Standard_D2s_v5"
GROUP = "/subscriptions/a/resourcegroups/{}/providers/microsoft.compute/{}"
STATES = {"web": "running", "held": "stopped", "off": "deallocated", "new": "unknown"}


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture(autouse=True)
def fleet() -> None:
    """Four machines of Azure, and one of AWS that is stopped."""
    owner = azure_account(name="shop")
    for name, state in STATES.items():
        group = "data-rg" if name == "off" else "shop-rg"
        instance(
            owner,
            name,
            resource_id=GROUP.format(group, f"virtualmachines/{name}"),
            resource_group=group,
            region="westeurope",
            state=state,
            instance_type=SIZE,
        )
    instance(account(), "job", state="stopped", instance_type=SIZE)
    InstancePrice.objects.create(
        provider="azure",
        region="westeurope",
        operating_system="Linux",
        tenancy="Shared",
        instance_type=SIZE,
        hourly=Decimal("0.115"),
        currency="USD",
        vcpus=2,
        memory_mib=8192,
        architecture="x86_64",
        is_current_generation=True,
        read_at=NOW,
    )


@pytest.fixture
def viewer(client: Client) -> Client:
    client.force_login(person("viewer"))
    return client


def names(**parameters: object) -> set[str]:
    return {row["name"] for row in ask("instances/", **parameters)["results"]}


@pytest.mark.parametrize(
    ("parameters", "found"),
    [
        ({"provider": "azure"}, {*STATES}),
        ({"provider": "aws"}, {"job"}),
        ({"provider": "aws,azure", "state": "stopped"}, {"held", "job"}),
        ({"resource_group": "shop-rg"}, {"web", "held", "new"}),
        ({"resource_group": "shop-rg,data-rg"}, {*STATES}),
        ({"state": "deallocated"}, {"off"}),
        ({"state": "unknown"}, {"new"}),
    ],
)
def test_lists_are_filtered_by_cloud_group_and_state(
    viewer: Client, parameters: dict[str, str], found: set[str]
) -> None:
    assert names(**parameters) == found
    page = viewer.get("/instances/", parameters)
    assert {one.name for one in page.context["object_list"]} == found
    file: Any = viewer.get("/instances/", {**parameters, "format": "csv"})
    lines = text_of(file)
    assert len(lines.splitlines()) == 1 + len(found)


def test_a_cloud_that_is_none_is_refused_by_name() -> None:
    assert '"gcp" is not valid' in refused("instances/", provider="gcp")["provider"][0]


def test_rows_name_their_cloud_and_group() -> None:
    (row,) = ask("instances/", search="off")["results"]
    assert (row["provider"], row["resource_group"]) == ("azure", "data-rg")
    assert "provider,region,resource_group" not in csv_of("instances/")
    assert "resource_group" in csv_of("instances/").splitlines()[0]


def test_what_is_stopped_and_billed_says_so_and_has_its_price(viewer: Client) -> None:
    page = viewer.get("/instances/", {"ordering": "name"})
    prices = {
        one.name: one.list_price and one.list_price.monthly.quantize(Decimal(1))
        for one in page.context["object_list"]
    }
    assert prices == {"web": 84, "held": 84, "off": None, "new": None, "job": None}
    text = page.content.decode()
    assert text.count("stopped, billed") == 1
    assert "Resource group" in text
    assert "virtualmachines/held" in text
    assert not re.search(r">\s*/subscriptions/", text)  # only in titles


def test_an_account_of_aws_alone_sees_no_choice_of_clouds_and_groups(
    viewer: Client,
) -> None:
    Instance.objects.filter(account__provider="azure").delete()
    azure = Instance.objects.get().account
    type(azure).objects.filter(provider="azure").delete()
    text = viewer.get("/instances/").content.decode()
    assert "Resource group" not in text
    assert ">Cloud" not in text


def test_memory_is_beside_cpu_on_pages_and_in_the_api(viewer: Client) -> None:
    web = Instance.objects.get(name="web")
    window = last_complete_days(14, NOW)
    store_cpu(web, window, 20.0)
    store_memory(web, window, 80.0)
    last = MemoryMetric.objects.filter(resource=web).latest("day")
    MemoryMetric.objects.filter(pk=last.pk).update(maximum_percent=91.5)
    page = viewer.get(f"/instances/{web.pk}/").content.decode()
    assert "Memory used" in page
    assert "91.5%" in page
    assert "resource_group=shop-rg" in page
    listed = viewer.get("/cpu/").content.decode()
    assert "40.0%" in listed
    assert "maximum 91.5%" in listed
    (row,) = ask("memory/", ordering="-maximum_percent")["results"][:1]
    assert row == {
        "instance_id": web.resource_id,
        "kind": "instance",
        "name": "web",
        "day": last.day.isoformat(),
        "average_percent": 40.0,
        "maximum_percent": 91.5,
    }
    (trend,) = ask("memory/trend/")["results"]
    assert len(trend["points"]) == 14
    assert trend["points"][-1]["maximum"] == 91.5
    assert csv_of("memory/trend/").startswith("instance_id,name,day,average,maximum")


def test_where_no_memory_is_known_no_page_speaks_of_it(viewer: Client) -> None:
    web = Instance.objects.get(name="web")
    store_cpu(web, last_complete_days(14, NOW), 20.0)
    for address in (f"/instances/{web.pk}/", "/cpu/"):
        assert "Memory used" not in viewer.get(address).content.decode()


def test_the_admin_lists_groups_and_memory(admin_client: Client) -> None:
    web = Instance.objects.get(name="web")
    store_memory(web, last_complete_days(2, NOW), 60.0)
    page = admin_client.get("/admin/metrics/memorymetric/").content.decode()
    assert "60.0" in page
    found = admin_client.get(
        "/admin/inventory/instance/?resource_group__icontains=data-rg"
    )
    assert found.context["cl"].result_count == 1
