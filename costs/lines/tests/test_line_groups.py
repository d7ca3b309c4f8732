"""Lines are summed by any column or tag, and each group leads to what it is made of."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from clouds.models import CloudAccount
from clouds.testing import account, see_only
from costs.lines import api
from costs.lines.testing import line, store_lines
from costs.models import CoveredDay
from costs.testing import charge, close
from users.testing import person

pytestmark = pytest.mark.django_db
GROUPS = "/api/v1/lines/groups/"


def answered(client: Client, address: str = GROUPS, **asked: Any) -> dict[str, Any]:
    answer = client.get(address, asked)
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def costs(client: Client, **asked: Any) -> dict[str, str]:
    found = answered(client, **asked)
    return {one["key"]: one["cost"] for one in found["results"]}


def test_groups_are_the_newest_month_beside_the_one_before(viewer: Client) -> None:
    found = answered(viewer)
    assert (found["start"], found["end"]) == ("2026-10-01", "2026-11-01")
    assert found["total"] == "19.100000000000000001"
    assert found["previous_total"] == "22.000000000000000003"
    ec2, rds = found["results"]
    assert (ec2["key"], ec2["cost"], ec2["previous_cost"]) == (
        *("Amazon EC2", "13.10"),
        "15.00",
    )
    assert rds["price"] == "0.85714286"
    assert (rds["quantity"], rds["unit"], rds["lines"]) == ("7.00", "Hours", 1)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"group_by": "resource"}, {"i-1": "16.00", "db": "6.000000000000000001"}),
        ({"group_by": "tag:team"}, {"shop": "16.00", "": "3.100000000000000001"}),
        ({"group_by": "tag:env", "tag": "team=shop"}, {"prod": "16.00"}),
        ({"tag": "team="}, {"Amazon RDS": "6.000000000000000001"}),
        ({"exclude_tag": "team=shop", "exclude_service": "Amazon EC2"}, {}),
        ({"exclude": "Credit", "service": "Amazon EC2"}, {"Amazon EC2": "16.10"}),
        ({"search": "I-NEW"}, {"Amazon EC2": "0.10"}),
        ({"search": "ec2"}, {"Amazon EC2": "13.10"}),
        ({"search": "it's \\ no %_ pattern"}, {}),
        ({"resource": "a'b\\", "tag": "k'ey=va'lue"}, {}),
    ],
)
def test_filters_and_groupings_of_any_column_or_tag(
    viewer: Client, asked: dict[str, str], expected: dict[str, str]
) -> None:
    found = costs(viewer, **asked)
    assert expected.items() <= found.items()
    if "search" in asked or "resource" in asked:
        assert expected == found


def test_groups_of_other_pages_are_in_others(viewer: Client) -> None:
    found = answered(viewer, group_by="resource", page_size=1, page=2)
    assert [one["key"] for one in found["results"]] == ["db"]
    assert (found["count"], found["others"]) == (5, "13.10")
    found = answered(viewer, group_by="resource", page=9)
    assert (found["results"], found["count"]) == ([], 5)
    assert found["others"] == found["total"] == "19.100000000000000001"
    page = viewer.get("/costs/lines/?group_by=resource&page=9").content.decode()
    assert "i-new" in page


def test_a_file_of_groups_has_the_sum_of_those_that_it_lacks(
    viewer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "LARGEST_FILE_GROUPS", 1)
    url = "/api/v1/lines/groups/?group_by=resource&format=csv"
    *_, first, last = b"".join(viewer.get(url)).decode().splitlines()
    assert first.startswith("i-1,16")
    assert last.startswith("4 others,3.100000000000000001,")


def test_lines_are_read_one_by_one_with_every_decimal(viewer: Client) -> None:
    found = answered(viewer, "/api/v1/lines/", service="Amazon RDS")
    assert (found["count"], found["total"]) == (1, "6.000000000000000001")
    (one,) = found["results"]
    assert (one["ResourceId"], one["BilledCost"]) == ("db", "6.000000000000000001")
    assert one["ChargePeriodStart"].startswith("2026-10-01T00:00:00")
    rows = b"".join(viewer.get("/api/v1/lines/?format=csv"))
    assert len(rows.splitlines()) == 6


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("group_by=colour", "group_by"),
        ("group_by=none", "group_by"),
        ("exclude=Everything", "exclude"),
        ("tag=nothing", "tag"),
        ("tag==x", "tag"),
        ("start=2026-10-02&end=2026-10-01", "start"),
        ("account=999999999999", "account"),
        ("page=0", "page"),
        ("page=1000&page_size=1000", "page"),
        ("teams=a", "teams"),
    ],
)
def test_what_cannot_be_answered_is_refused_by_name(
    viewer: Client, asked: str, name: str
) -> None:
    answer = viewer.get(f"{GROUPS}?{asked}")
    assert answer.status_code == 400
    assert name in answer.json()["errors"]


def test_two_currencies_are_never_added(viewer: Client) -> None:
    euros = account(2, "berlin")
    day = date(2026, 10, 1)
    store_lines(euros, day, [line(day, "5", BillingCurrency="EUR")])
    assert "currency" in viewer.get(GROUPS).json()["errors"]
    assert costs(viewer, currency="eur") == {"Amazon EC2": "5.00"}
    assert answered(viewer, account=euros.account_id)["total"] == "5.00"


def test_what_another_bill_covers_is_left_out(
    viewer: Client, bill: CloudAccount
) -> None:
    payer, day = account(2, "payer"), date(2026, 10, 1)
    charge(bill, day, "20")
    charge(bill, day, "7", currency="EUR")
    close(bill, day)
    close(bill, day, currency="EUR")
    assert "The ledger has $20.00" in viewer.get("/costs/lines/").content.decode()
    CoveredDay.objects.create(account=payer, day=day, sub_account_id=bill.account_id)
    assert answered(viewer)["total"] == "0.00"
    page = viewer.get("/costs/lines/").content.decode()
    assert "They sum to the bill's costs" in page


def test_nobody_reads_lines_of_accounts_beyond_their_own(
    client: Client, bill: CloudAccount
) -> None:
    user = person("viewer")
    see_only(user, account(2, "other"))
    client.force_login(user)
    found = answered(client)
    assert (found["is_stored"], found["results"]) == (False, [])
    assert client.get(f"{GROUPS}?account={bill.account_id}").status_code == 400


def test_days_without_lines_are_said_to_be_none(viewer: Client) -> None:
    found = answered(viewer, start="2026-01-01", end="2026-02-01")
    assert (found["is_stored"], found["total"]) == (False, "0.00")
    assert found["previous_total"] is None


def test_a_file_that_is_away_is_one_sentence(
    viewer: Client, bill: CloudAccount
) -> None:
    for month in bill.line_item_months.all():
        month.path.unlink()
    answer = viewer.get(GROUPS)
    assert answer.status_code == 503
    assert "can't be read" in answer.json()["detail"]
    page = viewer.get("/costs/lines/")
    assert page.status_code == 503
    assert "Import the months again" in page.content.decode()
