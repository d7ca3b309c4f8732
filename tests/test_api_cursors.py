"""Lists that grow: no row twice and none lost, whatever arrives between two pages."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine

from clouds.models import CloudAccount
from clouds.testing import account
from core.testing.clock import NOW
from core.windows import ONE_DAY, Window, last_complete_days
from costs.models import CostTotal, DailyCost
from costs.testing import store_costs
from inventory.models import Instance
from inventory.testing import instance
from metrics.models import CpuMetric
from metrics.testing import store_cpu
from syncs.datasets import Dataset
from syncs.models import SyncRun
from syncs.testing import run
from users.testing import ask, refused, viewer, walk

pytestmark = [pytest.mark.django_db, pytest.mark.on_each_database]
WEEK = last_complete_days(7, NOW)
TODAY = Window(NOW.date(), NOW.date() + ONE_DAY)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture(scope="module")
def filled(module_db: None) -> int:
    """The key of an account with more costs, machines, work and runs than a page
    holds."""
    with time_machine.travel(NOW, tick=False):
        found = account()
        store_costs(found, WEEK, {"EC2": "1", "S3": "2"})
        for number in range(7):
            launched = NOW - timedelta(days=number % 3) if number % 2 else None
            machine = instance(found, f"web-{number}", launched_at=launched, vcpus=None)
            store_cpu(machine, Window(WEEK.end - ONE_DAY, WEEK.end), number % 2)
            run(found, Dataset.COST, NOW + timedelta(hours=number))
    return found.pk


@pytest.fixture
def owner(filled: int) -> CloudAccount:
    return CloudAccount.objects.get(pk=filled)


def more_costs(owner: CloudAccount) -> None:
    """A new day, and an old one stored anew, whose rows have other numbers now."""
    store_costs(owner, TODAY, {"EC2": "1", "S3": "2"})
    again = Window(WEEK.start, WEEK.start + 3 * ONE_DAY)
    DailyCost.objects.in_window(again).delete()
    CostTotal.objects.in_window(again).delete()
    store_costs(owner, again, {"EC2": "1", "S3": "2"})


def more_machines(owner: CloudAccount) -> None:
    instance(owner, "a first one", region="a")
    instance(owner, "web-3b")


def more_work(owner: CloudAccount) -> None:
    for machine in Instance.objects.all():
        store_cpu(machine, TODAY, 1)


def more_runs(owner: CloudAccount) -> None:
    run(owner, Dataset.INSTANCES, NOW + timedelta(days=1))
    # The oldest was queued until now, when a worker takes it.
    SyncRun.objects.filter(pk=SyncRun.objects.earliest().pk).update(
        started_at=NOW + timedelta(days=2)
    )


def key_of(row: dict[str, Any]) -> tuple[Any, ...]:
    """What a row is about; its number where that is all that tells it apart."""
    if "day" in row:
        return row["day"], row.get("service"), row.get("instance_id")
    return (row["id"],)


@pytest.mark.parametrize(
    ("path", "arrive"),
    [
        ("costs/", more_costs),
        ("costs/?ordering=service", more_costs),
        ("costs/?ordering=-billed,region", more_costs),
        ("instances/", more_machines),
        ("instances/?ordering=launched_at", more_machines),
        ("instances/?ordering=-launched_at,vcpus", more_machines),
        ("cpu/", more_work),
        ("cpu/?ordering=average_percent", more_work),
        ("network/?ordering=-out_bytes", more_work),
        ("runs/", more_runs),
    ],
)
def test_rows_that_arrive_between_pages_neither_repeat_nor_hide_one(
    path: str, arrive: Callable[[CloudAccount], None], owner: CloudAccount
) -> None:
    client = viewer()
    held = client.get(f"/api/v1/{path}").json()["results"]
    join = "&" if "?" in path else "?"
    page = client.get(f"/api/v1/{path}{join}page_size=3").json()
    seen = page["results"]
    arrive(owner)
    while page["next"]:
        page = client.get(page["next"]).json()
        seen += page["results"]
    keys = [key_of(row) for row in seen]
    assert len(keys) == len(set(keys))
    assert {key_of(row) for row in held} <= set(keys)


@pytest.mark.usefixtures("owner")
@pytest.mark.parametrize(
    "path",
    [
        "costs/",
        "costs/?ordering=-effective",
        "instances/?ordering=-vcpus,launched_at",
        "cpu/trend/",
        "cpu/?ordering=-maximum_percent",
        "runs/?ordering=started_at",
    ],
)
def test_the_way_back_leads_through_the_same_pages(path: str) -> None:
    client = viewer()
    join = "&" if "?" in path else "?"
    page = client.get(f"/api/v1/{path}{join}page_size=3").json()
    forward = [page]
    while page["next"]:
        page = client.get(page["next"]).json()
        forward.append(page)
    assert forward[0]["previous"] is None
    back = [page["results"]]
    while page["previous"]:
        page = client.get(page["previous"]).json()
        back.append(page["results"])
    assert len(back) > 1
    assert back[::-1] == [one["results"] for one in forward]


@pytest.mark.usefixtures("owner")
def test_unknown_values_come_last_whichever_way_an_order_goes() -> None:
    for order in ("launched_at", "-launched_at"):
        pages = walk("instances/", ordering=order, page_size=2)
        rows = [row for page in pages for row in page]
        unknown = [row["launched_at"] is None for row in rows]
        assert unknown == sorted(unknown)


@pytest.mark.usefixtures("owner")
def test_a_cursor_is_of_its_order_alone() -> None:
    page = viewer().get("/api/v1/costs/?page_size=3").json()
    cursor = parse_qs(urlsplit(page["next"]).query)["cursor"][0]
    assert ask("costs/", cursor=cursor, page_size=2)["results"]
    assert list(refused("costs/", cursor=cursor, ordering="-billed")) == ["cursor"]
    assert list(refused("cpu/", cursor=cursor)) == ["cursor"]
    # Of as many columns of the same types, so only the names tell them apart.
    billed = viewer().get("/api/v1/costs/?ordering=-billed&page_size=3").json()
    cursor = parse_qs(urlsplit(billed["next"]).query)["cursor"][0]
    assert ask("costs/", cursor=cursor, ordering="-billed")["results"]
    for other in ("-effective", "billed"):
        assert list(refused("costs/", cursor=cursor, ordering=other)) == ["cursor"]
    assert list(refused("costs/", cursor=cursor[:-1])) == ["cursor"]


@pytest.mark.usefixtures("owner")
@pytest.mark.parametrize("path", ["costs/", "cpu/", "runs/", "cpu/trend/"])
def test_a_page_holds_no_more_than_the_largest(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.api.cursors.LARGEST_PAGE", 2)
    assert [len(rows) for rows in walk(path, page_size=5)][0] == 2
    assert len(ask(path, page_size=1)["results"]) == 1


@pytest.mark.usefixtures("owner")
def test_an_empty_page_leads_back() -> None:
    page = viewer().get("/api/v1/cpu/?page_size=3").json()
    CpuMetric.objects.all().delete()
    page = viewer().get(page["next"]).json()
    assert (page["results"], page["next"]) == ([], None)
    assert viewer().get(page["previous"]).json()["results"] == []
