"""The pages of instances: which are listed, in which order, and what one shows."""

import csv
import io
import re
from codecs import BOM_UTF8
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission, User
from django.test import Client

from clouds.testing import account, azure_account, see_all, see_only
from core.testing.clock import NOW
from core.testing.workbooks import records_of
from core.windows import last_complete_days
from inventory.models import Instance
from inventory.testing import instance
from metrics.models import CpuMetric
from metrics.testing import store_cpu
from pricing.models import InstancePrice
from syncs.datasets import Dataset
from syncs.testing import run
from users.testing import person

pytestmark = pytest.mark.django_db
FORTNIGHT = last_complete_days(14, NOW)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def viewer(client: Client) -> Client:
    client.force_login(person("viewer"))
    return client


@pytest.fixture
def fleet() -> None:
    """One idle, one busy, one stopped without data, one gone that was idle."""
    owner, other = account(1, "production"), account(2, "staging")
    store_cpu(instance(owner, "idle", private_ip="10.0.0.9"), FORTNIGHT, 1.0)
    store_cpu(instance(owner, "busy", instance_type="c6i.large"), FORTNIGHT, 40.0)
    instance(other, "off", state="stopped", region="us-east-1", tags={"team": "data"})
    gone = instance(other, "gone", gone_since=NOW - timedelta(days=1))
    store_cpu(gone, FORTNIGHT, 1.0)


def file_of(client: Client, address: str) -> str:
    """The text of a file, which is sent in parts, and is known by Excel as UTF-8."""
    answer: Any = client.get(address)
    assert answer["Content-Type"] == "text/csv"
    content = b"".join(answer.streaming_content)
    assert content.startswith(BOM_UTF8)
    return content.decode("utf-8-sig")


def listed(client: Client, address: str) -> list[str]:
    """The instances of a page in its order."""
    text = client.get(address).content.decode()
    return re.findall(r'<th scope="row"><a [^>]*>([^<]+)</a>', text)


LISTED = {
    "": ["busy", "idle", "gone", "off"],
    "state=stopped": ["off"],
    "state=running": ["busy", "idle"],
    "instance_type=c6i.large": ["busy"],
    "region=us-east-1": ["off"],
    "account=000000000002": ["gone", "off"],
    "tag=team:data": ["off"],
    "idle=true": ["idle"],
    "idle=false": ["busy"],
    "gone=true": ["gone"],
    "search=10.0.0": ["idle"],
    "average_min=5": ["busy"],
    "average_min=0&average_max=5": ["idle", "gone"],
    "ordering=-name": ["off", "idle", "gone", "busy"],
    "ordering=account": ["idle", "busy", "off", "gone"],
    # What is unknown comes last, up and down.
    "ordering=average": ["idle", "gone", "busy", "off"],
    "ordering=-average": ["busy", "idle", "gone", "off"],
    "ordering=-private_ip": ["idle", "busy", "off", "gone"],
}


@pytest.mark.usefixtures("fleet")
def test_the_list_is_filtered_and_ordered_by_its_address(viewer: Client) -> None:
    found = {query: listed(viewer, f"/instances/?{query}") for query in LISTED}
    assert found == LISTED


WITH_DATA = {
    "": ["idle", "gone", "busy"],
    "ordering=-average": ["busy", "idle", "gone"],
    "average_min=40&average_max=60": ["busy"],
    "idle=true": ["idle"],
    "account=000000000002": ["gone"],
}


@pytest.mark.usefixtures("fleet")
def test_the_cpu_page_lists_who_has_data_the_idlest_first(viewer: Client) -> None:
    found = {query: listed(viewer, f"/cpu/?{query}") for query in WITH_DATA}
    assert found == WITH_DATA


def test_the_summary_and_the_lists_agree_on_which_instances_are_idle(
    viewer: Client,
) -> None:
    """A low average alone is not idle, and neither is what does not run."""
    owner = account()
    store_cpu(instance(owner, "idle"), FORTNIGHT, 2.4)
    store_cpu(instance(owner, "low average"), FORTNIGHT, 2.6)  # its maximum is 5.2
    store_cpu(instance(owner, "stopped", state="stopped"), FORTNIGHT, 1.0)
    store_cpu(instance(owner, "new"), last_complete_days(1, NOW), 1.0)
    card = viewer.get("/").content.decode()
    assert '<a href="/instances/?idle=true">1 idle</a>, 50.0' in card
    assert "1 without enough CPU data" in card
    assert 'href="/cpu/#idle"' in card
    for page in ("/instances/", "/cpu/"):
        assert listed(viewer, f"{page}?idle=true") == ["idle"]
        assert listed(viewer, f"{page}?idle=false") == ["low average"]
    badge = '<a class="badge warn" href="?idle=true">idle</a>'
    assert viewer.get("/instances/").content.decode().count(badge) == 1
    for one in Instance.objects.all():
        is_marked = 'class="badge warn"' in viewer.get(one.get_absolute_url()).text
        assert is_marked == (one.name == "idle"), one.name
    explained = viewer.get("/cpu/").content.decode()
    assert 'id="idle"' in explained
    assert "never reached 5%" in explained


@pytest.mark.usefixtures("fleet")
def test_the_cpu_page_counts_its_instances_in_bands(viewer: Client) -> None:
    page = viewer.get("/cpu/")
    assert [band.count for band in page.context["bands"]] == [2, 0, 0, 1, 0, 0]
    assert "3 instances; select a range" in page.content.decode()
    assert "80.0%" in page.content.decode()


@pytest.mark.usefixtures("fleet")
def test_the_bands_count_what_the_filters_of_the_page_leave(viewer: Client) -> None:
    page = viewer.get("/cpu/?account=000000000002")
    assert [band.count for band in page.context["bands"]] == [1, 0, 0, 0, 0, 0]


@pytest.mark.usefixtures("fleet")
@pytest.mark.parametrize("page", ["/instances/", "/cpu/"])
def test_what_a_list_does_not_know_is_refused_by_name(
    viewer: Client, page: str
) -> None:
    text = viewer.get(f"{page}?idle=perhaps").content.decode()
    assert "<code>idle</code>" in text
    assert listed(viewer, f"{page}?idle=perhaps") == []


def test_a_line_of_thirty_days_says_in_words_what_it_shows(viewer: Client) -> None:
    store_cpu(instance(account(), "web"), last_complete_days(3, NOW), 40.0)
    text = viewer.get("/instances/").content.decode()
    assert "at first 40.0%, at last 40.0%, data on 3 days" in text
    assert '<path d="M27 60.0h0L28 60.0L29 60.0"/>' in text


@pytest.mark.usefixtures("fleet")
def test_the_file_holds_the_whole_list_in_its_order(viewer: Client) -> None:
    address = "/instances/?format=csv&ordering=-average&gone=false&page=1"
    rows = list(csv.DictReader(io.StringIO(file_of(viewer, address))))
    assert [row["name"] for row in rows] == ["busy", "idle", "off"]
    assert rows[0]["cpu_average_percent"] == "40.00"
    assert (rows[2]["cpu_days"], rows[2]["account"]) == ("", '="000000000002"')


@pytest.mark.usefixtures("fleet")
def test_the_workbook_has_the_instances_of_each_page(viewer: Client) -> None:
    for page, names in (("/instances/", 3), ("/cpu/", 2)):
        text = viewer.get(f"{page}?gone=false").content.decode()
        link = re.search(r'href="([^"]+format=xlsx[^"]*)"', text)
        assert link
        address = unescape(link[1])
        rows = records_of(viewer.get(page + address if address[0] == "?" else address))
        assert len(rows) == names
        by_name = {row["name"]: row for row in rows}
        assert by_name["busy"]["cpu_average_percent"] == 40
        assert {"account", "account_name"} <= by_name["busy"].keys()


@pytest.mark.usefixtures("fleet")
def test_who_may_not_see_utilization_sees_instances_without_it(client: Client) -> None:
    user = User.objects.create_user("inventory")
    see_all(user)
    user.user_permissions.add(Permission.objects.get(codename="view_instance"))
    client.force_login(user)
    text = client.get("/instances/?ordering=name").content.decode()
    assert "CPU, 14 days" not in text
    assert "spark" not in text
    assert "cpu_" not in file_of(client, "/instances/?format=csv")
    assert client.get("/cpu/").status_code == 403
    machine = Instance.objects.get(name="busy")
    assert "Maximum" not in client.get(machine.get_absolute_url()).content.decode()


@pytest.mark.usefixtures("fleet")
def test_a_limited_user_sees_only_his_accounts_everywhere(client: Client) -> None:
    user = person("viewer")
    access = see_only(user)
    access.accounts.add(Instance.objects.get(name="off").account)
    client.force_login(user)
    assert listed(client, "/instances/") == ["gone", "off"]
    assert listed(client, "/cpu/") == ["gone"]
    bands = client.get("/cpu/").context["bands"]
    assert sum(band.count for band in bands) == 1
    text = client.get("/instances/").content.decode()
    for hidden in ("production", "c6i.large", "busy"):
        assert hidden not in text, hidden
    assert "busy" not in file_of(client, "/instances/?format=csv")
    other = Instance.objects.get(name="busy")
    assert client.get(other.get_absolute_url()).status_code == 404


def test_a_list_price_is_shown_where_it_is_known(viewer: Client) -> None:
    owner = account()
    for name, values in (("web", {}), ("spot", {"lifecycle": "spot"})):
        instance(owner, name, **values)
    assert "Monthly list price" not in viewer.get("/instances/").content.decode()
    InstancePrice.objects.create(
        provider=owner.provider,
        region="eu-west-1",
        operating_system="Linux",
        instance_type="m6i.large",
        tenancy="Shared",
        hourly=Decimal("0.107"),
        currency="USD",
        vcpus=2,
        memory_mib=8192,
        architecture="x86_64",
        is_current_generation=True,
        read_at=NOW,
    )
    text = viewer.get("/instances/").content.decode()
    assert text.count("$78.11") == 1
    web = Instance.objects.get(name="web")
    assert "$78.11" in viewer.get(web.get_absolute_url()).content.decode()


def test_a_type_that_is_unknown_is_a_dash(viewer: Client) -> None:
    instance(account(), "web", instance_type="")
    page = viewer.get("/instances/").content.decode()
    assert re.search(r'data-label="Type">—|<td>—</td>', page)


@pytest.mark.parametrize(
    ("query", "days"),
    [("", 90), ("?days=30", 30), ("?days=400", 400), ("?days=7", 90), ("?days=x", 90)],
)
def test_a_machine_is_shown_over_the_range_that_is_chosen(
    viewer: Client, query: str, days: int
) -> None:
    machine = instance(account(), "web")
    store_cpu(machine, FORTNIGHT, 10)
    page = viewer.get(machine.get_absolute_url() + query)
    assert len(page.context["window"]) == days
    assert page.context["window"].end == NOW.date()


def test_a_machine_that_is_gone_shows_its_own_last_days_and_what_changed(
    viewer: Client,
) -> None:
    gone_since = NOW - timedelta(days=40)
    machine = instance(account(), "old", gone_since=gone_since)
    machine.changes.create(
        at=NOW, field="state", old_value="running", new_value="terminated"
    )
    page = viewer.get(f"{machine.get_absolute_url()}?days=30")
    text = page.content.decode()
    assert "Terminated: missing from its region since" in text
    assert '<td>running</td><td class="strong">terminated</td>' in text
    assert "No usage is stored" in text
    assert page.context["window"].end == gone_since.date() + timedelta(days=1)
    listed = viewer.get("/instances/").content.decode()
    assert 'terminated <span class="when">2026-10-11</span>' in listed


def test_a_machine_says_which_syncs_saw_it(viewer: Client) -> None:
    owner = account()
    machine = instance(owner, "web", first_seen_at=NOW - timedelta(days=3))
    run(owner, Dataset.INSTANCES, NOW - timedelta(days=1), status="failed")
    oldest_first = [
        run(owner, Dataset.INSTANCES, NOW - timedelta(days=age))
        for age in reversed(range(5))
    ]
    runs = oldest_first[::-1]
    run(account(2, "b"), Dataset.INSTANCES, NOW - timedelta(days=1))
    page = viewer.get(machine.get_absolute_url())
    assert list(page.context["runs"]) == runs[:4]
    assert page.context["first_run"] == runs[3]
    assert "fresh" in page.content.decode()
    address = f"/costs/?account={owner.account_id}&amp;region=eu-west-1"
    assert address in page.content.decode()


def test_a_machine_leads_to_why_its_last_sync_failed(viewer: Client) -> None:
    owner = account()
    failed = run(owner, Dataset.INSTANCES, NOW - timedelta(hours=1), status="failed")
    page = viewer.get(instance(owner, "web").get_absolute_url())
    link = f'<a href="{failed.get_absolute_url()}">why</a>'
    assert link in page.content.decode()


def test_a_long_id_stays_out_of_rows_and_what_azure_has_not_off_the_page(
    viewer: Client,
) -> None:
    path = "/subscriptions/a1/resourcegroups/shop/providers/vms/web"
    machine = instance(azure_account(), "Web", resource_id=path, resource_group="shop")
    store_cpu(machine, FORTNIGHT, 3.0)
    CpuMetric.objects.update(p99_percent=None)
    for address in ("/instances/", "/cpu/"):
        listed = viewer.get(address).content.decode()
        assert f'title="{path}">Web</a>' in listed
        assert listed.count(path) == 1
        assert '<span class="under">shop</span>' in listed
    page = viewer.get(machine.get_absolute_url())
    text = page.content.decode()
    assert f'<dd class="code">{path}</dd>' in text
    assert not re.search("p99|VPC|Image|Public IP", text)
    panel = page.context["panels"][0]
    lines = [line["label"] for line in panel.chart["series"]]
    assert lines == ["Average", "Maximum"]
    assert panel.labels == ["Average", "Maximum", "Samples"]
