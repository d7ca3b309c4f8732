"""What the API answers of emissions, to whom, and what it refuses."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from pytest_django import DjangoAssertNumQueries

from carbon.testing import estimate_all
from clouds.models import CloudAccount
from clouds.testing import account, see_only
from core.testing.clock import NOW
from core.windows import last_complete_days
from inventory.testing import instance
from metrics.testing import store_cpu
from users.testing import person, session_of, viewer

pytestmark = pytest.mark.django_db
WEEK = last_complete_days(7, NOW)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture(autouse=True)
def shops() -> list[CloudAccount]:
    """Two accounts with a machine each, the second without figures."""
    made = []
    for number, instance_type in enumerate(("m6i.large", "p5.48xlarge"), 1):
        owner = account(number, f"shop-{number}")
        facts = {"instance_type": instance_type, "vcpus": 2, "memory_mib": 8192}
        store_cpu(instance(owner, f"web-{number}", **facts), WEEK, 20)
        estimate_all(owner, NOW)
        made.append(owner)
    return made


def ask(path: str = "", **asked: Any) -> Any:
    response = viewer().get(f"/api/v1/carbon/{path}", asked)
    assert response.status_code == 200, response.content
    return response.json()


def test_a_row_is_a_resource_and_a_day() -> None:
    row = ask(resource="i-web-1")["results"][0]
    assert (row["resource_id"], row["kind"], row["day"]) == (
        *("i-web-1", "instance"),
        str(list(WEEK.days())[-1]),
    )
    assert row["operational_kg"] == pytest.approx(row["kwh"] * 0.316)
    assert row["unknown"] == ""


def test_what_is_unknown_is_null_and_found_by_its_reason() -> None:
    rows = ask(unknown="type")["results"]
    assert {row["resource_id"] for row in rows} == {"i-web-2"}
    assert {row["kwh"] for row in rows} == {None}


def test_the_trend_has_a_point_a_day() -> None:
    found = ask("trend/", period="7_days")
    assert [one["account"] for one in found["groups"]] == [
        "000000000001",
        "000000000002",
    ]
    assert [point["day"] for point in found["groups"][0]["points"]] == [
        str(day) for day in WEEK.days()
    ]
    assert found["total"]["unknown"] == 7
    assert found["groups"][1]["total"]["kg"] is None


def test_the_score_names_each_part_and_formula() -> None:
    parts = ask("score/")["parts"]
    assert [part["weight"] for part in parts] == [30, 25, 20, 15, 10]
    assert all(part["formula"] for part in parts)


@pytest.mark.parametrize("kind", ["csv", "csv-excel", "xlsx"])
@pytest.mark.parametrize("path", ["", "trend/", "score/"])
def test_lists_are_files_too(path: str, kind: str) -> None:
    response = viewer().get(f"/api/v1/carbon/{path}", {"format": kind})
    assert response.status_code == 200
    assert b"".join(response.streaming_content)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("asked", "word"),
    [
        ({"group_by": "happiness"}, "Choose from: account"),
        ({"period": "yesterday"}, "Choose from: 7_days"),
        ({"start": "2026-11-01"}, "Give end too"),
        ({"start": "2026-11-02", "end": "2026-11-01"}, "must be before end"),
        ({"start": "2020-01-01", "end": "2026-01-01"}, "at most 400 days"),
        (
            {"period": "7_days", "start": "2026-11-01", "end": "2026-11-03"},
            "or a period",
        ),
        ({"start": "0001-01-01", "end": "0001-02-01"}, "Choose days within"),
        ({"account": "999"}, "unknown"),
        ({"acount": "1"}, "account"),
    ],
)
def test_a_wrong_parameter_is_refused(asked: dict[str, str], word: str) -> None:
    response = viewer().get("/api/v1/carbon/trend/", asked)
    assert response.status_code == 400
    assert word in response.content.decode()


def test_a_limited_user_sees_their_accounts_only(shops: list[CloudAccount]) -> None:
    ben = person("viewer")
    see_only(ben, shops[0])
    client = session_of(ben)
    rows = client.get("/api/v1/carbon/").json()["results"]
    assert {row["resource_id"] for row in rows} == {"i-web-1"}
    for path in ("trend/", "trend/?group_by=team", "trend/?group_by=service"):
        found = client.get(f"/api/v1/carbon/{path}").json()
        assert found["total"]["resource_days"] == 7, path
    refused = client.get(f"/api/v1/carbon/trend/?account={shops[1].account_id}")
    assert refused.status_code == 400


def test_the_number_of_queries_does_not_grow(
    shops: list[CloudAccount], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(3, 8):
        owner = account(number, f"shop-{number}")
        store_cpu(instance(owner, f"web-{number}"), WEEK, 20)
        estimate_all(owner, NOW)
    client = viewer()
    # Session, user, permissions and access; accounts; sums twice; newest costs twice.
    with django_assert_max_num_queries(15):
        assert client.get("/api/v1/carbon/trend/").status_code == 200
