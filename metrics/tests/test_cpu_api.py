"""What the API answers about CPU and network: rows, trends, each filter."""

import csv
import io
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from clouds.testing import account
from clouds.versions import bump_version
from core.testing.clock import NOW
from core.windows import Window, last_complete_days
from inventory.testing import instance
from metrics.models import CpuMetric
from metrics.testing import store_cpu
from syncs.datasets import Dataset
from users.testing import ask, csv_of, refused, walk

pytestmark = pytest.mark.django_db
WINDOW = Window(date(2026, 11, 1), date(2026, 11, 4))
PATHS = ["cpu/", "cpu/trend/", "network/"]


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def two_machines() -> None:
    store_cpu(instance(account(), "web"), WINDOW, 10)
    store_cpu(instance(account(502, "b"), "job", region="us-east-1"), WINDOW, 0)


@pytest.mark.usefixtures("two_machines")
def test_a_list_of_days_the_newest_first() -> None:
    found = ask("cpu/", instance="i-web")
    assert [row["day"] for row in found["results"]] == [
        "2026-11-03",
        "2026-11-02",
        "2026-11-01",
    ]
    assert found["results"][0] == {
        "instance_id": "i-web",
        "kind": "instance",
        "name": "web",
        "day": "2026-11-03",
        "average_percent": 10.0,
        "maximum_percent": 20.0,
        "p99_percent": 15.0,
        "samples": 288,
    }


@pytest.mark.usefixtures("two_machines")
def test_the_network_in_bytes() -> None:
    assert ask("network/", instance="i-job", end="2026-11-02")["results"] == [
        {
            "instance_id": "i-job",
            "name": "job",
            "day": "2026-11-01",
            "in_bytes": 1536,
            "out_bytes": None,
        }
    ]


@pytest.mark.usefixtures("two_machines")
def test_the_trend_of_each_instance_in_the_order_of_days() -> None:
    CpuMetric.objects.filter(day=date(2026, 11, 2)).update(maximum_percent=None)
    found = ask("cpu/trend/", start="2026-11-01", end="2026-11-03")
    assert (found["next"], found["previous"]) == (None, None)
    assert found["results"] == [
        {
            "instance_id": "i-web",
            "name": "web",
            "points": [
                {"day": "2026-11-01", "average": 10.0, "maximum": 20.0},
                {"day": "2026-11-02", "average": 10.0, "maximum": None},
            ],
        },
        {
            "instance_id": "i-job",
            "name": "job",
            "points": [
                {"day": "2026-11-01", "average": 0.0, "maximum": 0.0},
                {"day": "2026-11-02", "average": 0.0, "maximum": None},
            ],
        },
    ]


@pytest.mark.usefixtures("two_machines")
@pytest.mark.parametrize(
    ("parameters", "found"),
    [
        ({"instance": "i-web"}, ["web"]),
        ({"instance": "i-web,i-job"}, ["web", "job"]),
        ({"instance": "i-none"}, []),
        ({"account": "000000000502"}, ["job"]),
        ({"region": "us-east-1"}, ["job"]),
        ({"start": "2026-11-04"}, []),
        ({"end": "2026-11-01"}, []),
        ({"page_size": "1"}, ["web"]),
    ],
)
def test_a_filter_of_the_trend(parameters: dict[str, str], found: list[str]) -> None:
    results = ask("cpu/trend/", **parameters)["results"]
    assert [one["name"] for one in results] == found


def test_by_default_the_trend_is_of_the_last_thirty_complete_days() -> None:
    days = last_complete_days(40, NOW)
    store_cpu(instance(account(), "web"), days, 10)
    (found,) = ask("cpu/trend/")["results"]
    default = last_complete_days(30, NOW)
    assert [point["day"] for point in found["points"]] == list(map(str, default.days()))


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("start", {"start": "soon"}),
        ("end", {"end": "11/03/2026"}),
        ("start", {"start": "2026-11-03", "end": "2026-11-03"}),
        ("account", {"account": "nobody"}),
        ("instance", {"instance": "i\0"}),
        ("statistic", {"statistic": "p99"}),
    ],
)
def test_what_it_cannot_understand_is_refused_by_name(
    path: str, field: str, given: dict[str, str]
) -> None:
    assert list(refused(path, **given)) == [field]


@pytest.mark.usefixtures("two_machines")
def test_files_are_whole_and_have_the_numbers_of_the_json() -> None:
    asked = {"start": WINDOW.start, "end": WINDOW.end}
    trend = list(
        csv.DictReader(io.StringIO(csv_of("cpu/trend/", page_size=1, **asked)))
    )
    points = [
        (one["instance_id"], point["day"], str(point["average"]), str(point["maximum"]))
        for one in ask("cpu/trend/", **asked)["results"]
        for point in one["points"]
    ]
    keys = ("instance_id", "day", "average", "maximum")
    assert {tuple(row[key] for key in keys) for row in trend} == set(points)
    for path in ("cpu/", "network/"):
        rows = list(csv.DictReader(io.StringIO(csv_of(path, page_size=1))))
        assert len(rows) == 6
        assert list(rows[0]) == list(ask(path)["results"][0])


def test_pages_neither_repeat_nor_lose_a_row() -> None:
    owner, day = account(), date(2026, 11, 1)
    for number in range(7):
        one_day = Window(day, day + timedelta(days=1))
        store_cpu(instance(owner, "same", resource_id=f"i-{number}"), one_day, 1)
    for path in PATHS:
        seen = [row["instance_id"] for page in walk(path, page_size=3) for row in page]
        assert len(seen) == len(set(seen)) == 7


@pytest.mark.usefixtures("two_machines")
def test_a_trend_that_is_kept_leads_on_at_the_name_it_was_asked_by(
    admin_client: Client, settings: Settings
) -> None:
    settings.ALLOWED_HOSTS = ["one.example", "two.example"]
    path = "/api/v1/cpu/trend/?start=2026-11-01&page_size=1"
    for host in ("one.example", "two.example", "one.example"):
        answer = admin_client.get(path, headers={"host": host}).json()
        assert answer["next"].startswith(f"http://{host}/api/v1/cpu/trend/")


def test_a_cached_trend_is_asked_for_again_after_a_sync(
    admin_client: Client,
) -> None:
    machine = instance(account(), "web")
    store_cpu(machine, WINDOW, 10)
    path = "/api/v1/cpu/trend/?start=2026-11-01"
    for average in (10, 20):
        CpuMetric.objects.update(average_percent=average)
        bump_version(machine.account, Dataset.CPU)
        (found,) = admin_client.get(path).json()["results"]
        assert found["points"][0]["average"] == average
