"""Costs by two groupings at once: on the page, in the API and in files."""

import csv
import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from html import unescape

import pytest
import time_machine
from django.test import Client

from clouds.testing import account, see_only
from clouds.versions import bump_versions
from core.testing.clock import NOW
from core.windows import last_complete_days
from costs.queries.breakdown import cost_breakdown
from costs.queries.query import CostQuery
from costs.testing import store_costs, tagged
from syncs.datasets import Dataset
from users.testing import ask, csv_of, person, refused

LAST_DAYS = last_complete_days(30, NOW)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def bills() -> None:
    """Two accounts with one service in common, over this period and the one before."""
    days = last_complete_days(60, NOW)
    store_costs(account(1, "production"), days, {"EC2": "3", "S3": "1"})
    store_costs(account(2, "staging"), days, {"EC2": "2"})


def page(client: Client, query: str) -> str:
    client.force_login(person("viewer"))
    return client.get(f"/costs/?{query}").content.decode()


def names_of(text: str) -> list[list[str]]:
    """The names of each line of the page's table."""
    body = text.split('aria-labelledby="lines"')[-1].split("<tbody>")[1]
    rows = re.findall(r"<tr.*?</tr>", body.split("</tbody>")[0], re.DOTALL)
    cells = [re.findall(r"<th.*?</th>", row, re.DOTALL) for row in rows]
    return [[unescape(re.sub(r"<[^>]+>", "", one)) for one in row] for row in cells]


@pytest.mark.on_each_database
@pytest.mark.parametrize(
    ("limit", "totals"),
    [
        (None, {"production EC2": "90", "staging EC2": "60", "production S3": "30"}),
        (2, {"production EC2": "90", "staging EC2": "60", "": "30"}),
    ],
)
def test_each_pair_is_a_series_and_they_sum_to_the_total(
    bills: None, limit: int | None, totals: dict[str, str]
) -> None:
    names = {"000000000001": "production", "000000000002": "staging"}
    found = ask("costs/trend/", group_by="account,service", limit=limit or 10_000)
    assert found["group_by"] == "account,service"
    assert {
        " ".join(names.get(key, key) for key in one["keys"]): Decimal(one["total"])
        for one in found["series"]
    } == {name: Decimal(total) for name, total in totals.items()}
    assert sum(Decimal(one["total"]) for one in found["series"]) == 180
    assert found["series"][0]["key"] == "000000000001 / EC2"
    assert all(len(one["points"]) == 30 for one in found["series"])


def test_more_points_than_memory_holds_are_refused(
    bills: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("costs.api.views.LARGEST_POINTS", 60)
    told = refused("costs/trend/", group_by="account,service")
    assert "There are more than 2 keys. Pass a limit of at most 2." in str(told)
    assert len(ask("costs/trend/", group_by="account,service", limit=2)["series"]) == 3


def test_a_summary_tells_what_each_pair_cost_beside_the_period_before(
    bills: None,
) -> None:
    found = ask("costs/summary/", group_by="account,service", limit=2)
    assert [(one["keys"], one["total"]) for one in found["groups"]] == [
        (["000000000001", "EC2"], "90.00"),
        (["000000000002", "EC2"], "60.00"),
        ([], "30.00"),
    ]
    assert [one["previous_total"] for one in found["groups"]] == [
        *("90.00", "60.00", "30.00"),
    ]
    assert found["total"] == "180.00"
    assert ask("costs/summary/")["groups"] == []
    lines = csv_of("costs/summary/", group_by="account,service", limit=2).splitlines()
    assert lines[1].startswith("000000000001,EC2,90.00,90.00,0.0,USD")


def test_a_file_of_groups_has_the_same_columns_where_nothing_is_stored() -> None:
    head = "service,total,previous_total,change_percent,currency"
    assert csv_of("costs/summary/", group_by="service").splitlines() == [head]


def test_a_group_is_compared_only_where_both_periods_are_stored() -> None:
    store_costs(account(1), LAST_DAYS, {"EC2": "3"})
    (one,) = ask("costs/summary/", group_by="service")["groups"]
    assert (one["total"], one["previous_total"]) == ("90.00", None)


def test_a_file_has_a_column_of_each(bills: None) -> None:
    lines = csv_of("costs/trend/", group_by="service,account", limit=1).splitlines()
    rows = list(csv.DictReader(lines))
    assert list(rows[0]) == [
        *("day", "service", "account", "amount", "currency", "metric"),
    ]
    assert {(row["service"], row["account"]) for row in rows} == {
        ("EC2", "000000000001"),
        ("Other", ""),
    }


def test_a_tag_goes_with_a_service() -> None:
    owner = account()
    owner.settings = {"tag_keys": ["team, or cost center"]}
    owner.save()
    store_costs(owner, LAST_DAYS, {"EC2": "3"})
    for day in LAST_DAYS.days():
        tagged(owner, day, "shop", "2", key="team, or cost center")
        tagged(owner, day, "", "1", key="team, or cost center")
    found = ask("costs/trend/", group_by="tag:team, or cost center,service")
    assert [one["keys"] for one in found["series"]] == [["shop", "EC2"], ["", "EC2"]]


@pytest.mark.parametrize(
    ("group_by", "group"),
    [
        ("account,account", "account"),
        ("none,service", "service"),
        ("account, service", "account,service"),
        ("none", "none"),
    ],
)
def test_a_grouping_counts_once_and_none_leaves_the_other(
    bills: None, group_by: str, group: str
) -> None:
    assert ask("costs/trend/", group_by=group_by)["group_by"] == group


@pytest.mark.parametrize(
    ("group_by", "reason"),
    [
        ("account,service,region", "Give 2 groupings at most, as account,service."),
        ("account,colour", '"account,colour" is not valid.'),
        ("colour,account", '"colour" is not valid.'),
    ],
)
def test_what_is_no_pair_is_refused(group_by: str, reason: str) -> None:
    (text,) = refused("costs/trend/", group_by=group_by)["group_by"]
    assert text.startswith(reason)


def test_two_tags_are_refused() -> None:
    assert "one tag at a time" in str(
        refused("costs/trend/", group_by="tag:team,tag:env")
    )


def test_the_page_has_a_line_for_each_pair(client: Client, bills: None) -> None:
    text = page(client, "group_by=account&group_by=service&limit=5")
    assert names_of(text) == [
        ["production", "EC2"],
        ["staging", "EC2"],
        ["production", "S3"],
    ]
    assert "By account and service" in text
    assert text.count('<option value="service" selected>') == 1


def test_a_pair_leads_to_its_costs(client: Client, bills: None) -> None:
    text = page(client, "group_by=account,service")
    link = re.search(r'href="\?([^"]+)">S3</a>', text)
    assert link
    inside = page(client, unescape(link[1]))
    assert '<p class="big">$30.00</p>' in inside
    assert "By region" in inside


def test_the_rest_of_pairs_leads_nowhere(client: Client, bills: None) -> None:
    text = page(client, "group_by=account,service&limit=1")
    assert names_of(text) == [["production", "EC2"], ["Other"]]
    assert ">Other</a>" not in text


def test_the_table_as_a_file_tells_the_id_and_the_name(
    client: Client, bills: None
) -> None:
    client.force_login(person("viewer"))
    answer = client.get("/costs/table.csv?group_by=account,service&limit=1")
    rows = list(csv.reader(answer.getvalue().decode("utf-8-sig").splitlines()))
    assert rows[0][:4] == ["account", "account_name", "service", "cost"]
    assert [row[1:3] for row in rows[1:]] == [["production", "EC2"], ["", ""]]


def test_an_account_that_a_user_may_not_see_is_in_no_pair(client: Client) -> None:
    days = last_complete_days(60, NOW)
    hidden, seen = account(1, "production"), account(2, "staging")
    store_costs(hidden, days, {"EC2": "3"})
    store_costs(seen, days, {"EC2": "2"})
    limited = person("viewer")
    see_only(limited, seen)
    client.force_login(limited)
    text = client.get("/costs/?group_by=account,service").content.decode()
    assert names_of(text) == [["staging", "EC2"]]


def test_the_largest_pairs_are_found_once_in_the_same_data(
    bills: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = CostQuery(LAST_DAYS, group_by="account,service", limit=1)
    viewer = person("viewer")
    first = cost_breakdown(query, viewer, {})
    with monkeypatch.context() as patched:
        patched.delattr("costs.queries.breakdown.largest_keys_of")
        looks = replace(query, sort="total", chart="lines", compare="year_ago")
        keys = {line.key for line in cost_breakdown(looks, viewer, {}).lines}
        assert cost_breakdown(query, viewer, {}).lines == first.lines
        assert keys == {line.key for line in first.lines}
    store_costs(account(3, "larger"), last_complete_days(60, NOW), {"EC2": "9"})
    bump_versions(Dataset.COST)
    assert cost_breakdown(query, viewer, {}).lines[0].total == 270
