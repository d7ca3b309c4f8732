"""Teams over the API: what each pays, and what no rule covers."""

from collections.abc import Iterator

import pytest
import time_machine
from django.contrib.auth.models import Permission, User
from django.test import Client

from clouds.testing import account, see_all, see_only
from core.testing.clock import NOW, TODAY
from core.windows import ONE_DAY, Window
from costs.allocation.testing import team_rule
from costs.testing import charge, close, store_costs
from users.testing import ask, csv_of, person, refused, session_of, viewer

pytestmark = pytest.mark.django_db
DAYS = Window(TODAY - 2 * ONE_DAY, TODAY)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def test_teams_and_their_rules_are_listed() -> None:
    rule = team_rule(to={"Shop": "60", "Data": "40"}, services=["EC2"])
    names = [row["name"] for row in ask("teams/")["results"]]
    assert names == ["Data", "Shop"]
    assert [row["name"] for row in ask("teams/", search="sho")["results"]] == ["Shop"]
    [row] = ask("team-rules/", team="Shop")["results"]
    assert row == {
        **{"id": rule.pk, "position": 10, "name": "rule 10", "services": ["EC2"]},
        **{"valid_from": None, "valid_until": None, "accounts": []},
        **{"sub_accounts": [], "resource_groups": [], "tag_key": "", "tag_values": []},
        "shares": [
            {"team": "Shop", "percent": "60.00"},
            {"team": "Data", "percent": "40.00"},
        ],
    }
    assert ask(f"team-rules/{rule.pk}/") == row
    assert ask("team-rules/", team="Web")["results"] == []


def test_what_teams_pay_sums_to_the_bill() -> None:
    owner = account()
    store_costs(owner, DAYS, {"EC2": "5", "S3": "1", "Tax": "0.5"})
    team_rule(to={"Shop": "60", "Data": "40"}, services=["EC2"])
    found = ask("teams/costs/", start=DAYS.start)
    assert [(one["key"], one["total"]) for one in found["series"]] == [
        ("Shop", "6.00"),
        ("Data", "4.00"),
        ("(not allocated)", "3.00"),
    ]
    assert found["series"][0]["points"] == [
        {"day": "2026-11-18", "amount": "3.00"},
        {"day": "2026-11-19", "amount": "3.00"},
    ]
    assert (found["total"], found["bill"], found["reconciled"]) == (
        "13.00",
        "13.00",
        True,
    )
    rest = [(one["service"], one["amount"]) for one in found["not_allocated"]]
    assert rest == [("S3", "2.00"), ("Tax", "1.00")]
    assert found["not_allocated"][0]["account"] is None
    assert found["not_allocated_lines"] == 2
    monthly = ask("teams/costs/", start=DAYS.start, granularity="monthly", limit=1)
    assert monthly["series"][0]["points"] == [{"day": "2026-11-01", "amount": "6.00"}]
    assert len(monthly["not_allocated"]) == 1
    assert monthly["not_allocated_lines"] == 2


def test_a_file_has_a_line_per_team_and_day() -> None:
    store_costs(account(), DAYS, {"EC2": "5"})
    team_rule(to={"Shop": "100"})
    assert csv_of("teams/costs/", start=DAYS.start).splitlines() == [
        "day,team,amount,currency,metric",
        "2026-11-18,Shop,5.00,USD,billed",
        "2026-11-19,Shop,5.00,USD,billed",
    ]


def test_a_changed_rule_changes_the_answer() -> None:
    store_costs(account(), DAYS, {"EC2": "5"})
    client, path = viewer(), f"/api/v1/teams/costs/?start={DAYS.start}"
    before = client.get(path)
    assert (
        client.get(path, headers={"If-None-Match": before["ETag"]}).status_code == 304
    )
    browser = Client()
    browser.force_login(person("administrator"))
    browser.post("/admin/costs/team/add/", {"name": "Shop", "description": ""})
    assert client.get(path)["ETag"] != before["ETag"]


def test_what_can_not_be_answered_is_refused_by_name() -> None:
    owner = account()
    for currency in ("USD", "EUR"):
        charge(owner, DAYS.start, "5", currency=currency)
        close(owner, DAYS.start, currency=currency)
    assert "never added" in refused("teams/costs/")["currency"][0]
    assert ask("teams/costs/", currency="EUR")["total"] == "5.00"
    assert "There is no account 7" in refused("teams/costs/", account="7")["account"][0]
    assert "is exclusive" in refused("teams/costs/", start=TODAY, end=TODAY)["start"][0]
    assert "Unknown parameter" in refused("teams/costs/", service="EC2")["service"][0]


def test_users_of_some_accounts_get_their_costs_and_no_rules() -> None:
    mine, theirs = account(), account(2, "secret")
    store_costs(mine, DAYS, {"EC2": "5"})
    store_costs(theirs, DAYS, {"EC2": "7"})
    team_rule(to={"Shop": "100"}, accounts=[mine.account_id, theirs.account_id])
    user = person("viewer")
    see_only(user, mine)
    client = session_of(user)
    found = client.get("/api/v1/teams/costs/").json()
    assert (found["total"], found["bill"]) == ("10.00", "10.00")
    assert client.get("/api/v1/team-rules/").status_code == 403
    hidden = client.get(f"/api/v1/teams/costs/?account={theirs.account_id}")
    assert hidden.status_code == 400


@pytest.mark.parametrize("missing", ["view_team", "view_dailycost"])
def test_it_needs_the_permission_to_view_teams_and_costs(missing: str) -> None:
    user = User.objects.create_user("some")
    see_all(user)
    rights = Permission.objects.filter(codename__in=["view_team", "view_dailycost"])
    user.user_permissions.set(rights.exclude(codename=missing))
    response = session_of(user).get("/api/v1/teams/costs/")
    assert response.status_code == 403
    assert f"costs.{missing}" in response.content.decode()
