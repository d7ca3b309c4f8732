"""The page of teams: what each pays, by which rules, and what none covers."""

import csv
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
import time_machine
from django.test import Client

from clouds.testing import account, see_only
from core.testing.clock import NOW
from core.windows import last_complete_days
from costs.allocation.testing import team_rule
from costs.testing import charge, close, store_costs, tagged
from users.testing import person, text_of

pytestmark = pytest.mark.django_db
LAST_DAYS = last_complete_days(30, NOW)
BOTH = last_complete_days(60, NOW)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def page(client: Client, query: str = "", role: str = "viewer") -> str:
    client.force_login(person(role))
    text = client.get(f"/teams/{query}").content.decode()
    return " ".join(unescape(re.sub("<[^>]+>", " ", text)).split())


def lines(client: Client, name: str, query: str = "") -> list[list[str]]:
    client.force_login(person("viewer"))
    response: Any = client.get(f"/teams/{name}{query}")
    return list(csv.reader(text_of(response).splitlines()))


def test_it_shows_what_each_team_pays_beside_the_period_before(client: Client) -> None:
    store_costs(account(), BOTH.previous(), {"EC2": "9"})
    store_costs(account(2, "b"), BOTH, {"EC2": "4", "S3": "1", "RDS": "2"})
    team_rule(to={"Shop": "75", "Data": "25"}, services=["EC2"])
    text = page(client)
    assert "$210.00" in text and "57.1% allocated" in text
    assert "Sums to the bill to the last decimal" in text
    assert "Shop $90.00 42.9%" in text
    table = lines(client, "table.csv")
    assert table[0][:3] == ["team", "cost", "share_percent"]
    found = {row[0]: (row[1], row[3]) for row in table[1:]}
    assert found == {
        "Shop": ("90.00", "90.00"),
        "(not allocated)": ("90.00", "90.00"),
        "Data": ("30.00", "30.00"),
    }


def test_what_no_rule_covers_leads_to_its_costs(client: Client) -> None:
    store_costs(account(), LAST_DAYS, {"S3, old": "1", "RDS": "2"})
    team_rule(to={"Shop": "100"}, sub_accounts=["7"])
    text = page(client)
    assert text.index("RDS production $60.00") < text.index("S3, old production")
    links = re.findall(
        r'"/costs/\?(start[^"]*)"', client.get("/teams/").content.decode()
    )
    costs = client.get(f"/costs/?{unescape(links[0])}")
    assert costs.context["answer"].total.total == 60
    assert costs.context["question"].filters["service"] == ("RDS",)
    rest = lines(client, "not-allocated.csv")
    assert rest[0][:3] == ["account", "sub_account_id", "service"]
    assert [row[2] for row in rest[1:]] == ["RDS", "S3, old"]


def test_what_a_bill_by_tag_tells_no_service_of_is_named_so(client: Client) -> None:
    payer, day = account(), LAST_DAYS.start
    payer.settings = {"tag_keys": ["team"]}
    payer.save()
    charge(payer, day, "5", sub_account="000000000007")
    close(payer, day)
    tagged(payer, day, "shop", "5", service="", sub_account="000000000007")
    team_rule(to={"Shop": "100"}, tag_key="team", tag_values=["other"])
    page(client)
    text = client.get("/teams/").content.decode()
    assert re.findall(r'tag=team%3Dshop[^"]*">([^<]*)</a>', text) == ["No service"]


def test_the_bill_that_is_chosen_stays_chosen_where_it_leads(client: Client) -> None:
    one = account()
    for owner in (one, account(2, "b")):
        store_costs(owner, LAST_DAYS, {"EC2": "1"})
    page(client)
    text = client.get(f"/teams/?account={one.account_id}&service=S3").content.decode()
    [link] = re.findall(r'"/costs/\?(start[^"]*)"', text)
    assert f"account={one.account_id}" in link and "service=EC2" in link
    costs = client.get(f"/costs/?{unescape(link)}")
    assert costs.context["answer"].total.total == 30


def test_it_shows_the_rules_in_their_order_with_what_each_gave(client: Client) -> None:
    owner = account()
    store_costs(owner, LAST_DAYS, {"EC2": "1"})
    team_rule(20, to={"Shop": "100"}, valid_until="2026-11-10")
    team_rule(10, to={"Data": "100"}, services=["S3"], resource_groups=["data-rg"])
    text = page(client)
    rules = text[text.index("Rule Matches") :]
    assert "rule 10 position 10 Service: S3 Resource group: data-rg" in rules
    assert "Data 100% always nothing" in rules
    assert "Everything else Shop 100% until 10 Nov 2026 (exclusive) $20.00" in rules


def test_it_tells_how_to_begin(client: Client) -> None:
    store_costs(account(), LAST_DAYS, {"EC2": "1"})
    assert "An administrator adds both in the admin." in page(client)
    text = page(client, role="administrator")
    assert "No rule gives costs to a team yet" in text and "Add a team" in text
    assert "Not allocated" in text and "EC2 $30.00" in text


def test_without_an_account_it_tells_to_connect_one(client: Client) -> None:
    assert "No account is connected yet" in page(client)


def test_without_costs_it_tells_that_there_are_none(client: Client) -> None:
    account()
    assert "No costs are stored for these days" in page(client)


def test_what_makes_no_sense_is_reported_by_name(client: Client) -> None:
    account()
    assert "must lie within" in page(client, "?start=1999-01-01")
    for name in ("table.csv", "not-allocated.csv"):
        response = client.get(f"/teams/{name}?account=7")
        assert response.status_code == 400
        assert "There is no account 7" in response.content.decode()


def test_of_several_currencies_one_is_shown(client: Client) -> None:
    owner = account()
    for currency, amount in (("USD", "5"), ("EUR", "3")):
        charge(owner, LAST_DAYS.start, amount, currency=currency)
        close(owner, LAST_DAYS.start, currency=currency)
    team_rule(to={"Shop": "100"})
    assert "Shop $5.00" in page(client, "?currency=USD")
    assert "Shop 3.00 EUR" in page(client, "?currency=EUR")


def test_users_of_some_accounts_see_no_rules_and_only_their_costs(
    client: Client,
) -> None:
    mine, theirs = account(), account(2, "secret")
    store_costs(mine, LAST_DAYS, {"EC2": "1"})
    store_costs(theirs, LAST_DAYS, {"EC2": "2"})
    team_rule(to={"Shop": "100"}, accounts=[theirs.account_id])
    see_only(person("viewer"), mine)
    text = page(client)
    assert "(not allocated) $30.00" in text and "secret" not in text
    assert "rule 10" not in text and "No rule gives" not in text


def test_both_pages_of_costs_lead_to_each_other(client: Client) -> None:
    account()
    client.force_login(person("viewer"))
    for path in ("/costs/", "/teams/"):
        text = client.get(path).content.decode()
        assert '<a href="/teams/"' in text and '<a href="/costs/"' in text
