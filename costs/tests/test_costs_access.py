"""The costs page and its files show nobody more than the accounts he may see."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client

from clouds.models import AccountAccess, CloudAccount
from clouds.testing import account, see_only
from core.testing.clock import NOW
from core.windows import last_complete_days
from costs.models import Restatement
from costs.testing import charge, store_costs
from users.testing import person

pytestmark = pytest.mark.django_db
ADDRESSES = ["/costs/", "/costs/table.csv", "/costs/all.json"]
LAST_DAYS = last_complete_days(60, NOW)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def limited(client: Client) -> Client:
    """Signed in as somebody who may see "mine", beside which there is "other"."""
    mine, other = account(1, "mine"), account(2, "other")
    store_costs(mine, LAST_DAYS, {"AWS Lambda": "1"})
    store_costs(other, LAST_DAYS, {"Amazon RDS": "70"}, currency="EUR")
    for owner in (mine, other):
        restate(owner, date(2026, 11, 3))
    user = person("viewer")
    see_only(user, mine)
    client.force_login(user)
    return client


def restate(owner: CloudAccount, day: date) -> None:
    Restatement.objects.create(
        account=owner,
        day=day,
        currency="USD",
        old_billed=Decimal("0.25"),
        new_billed=Decimal(1),
        old_effective=Decimal("0.25"),
        new_effective=Decimal(1),
        was_estimated=False,
        restated_at=NOW - timedelta(days=1),
    )


def content(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    body: bytes = answer.getvalue()
    return body.decode()


@pytest.mark.parametrize("address", ADDRESSES)
def test_it_takes_the_right_to_view_costs(client: Client, address: str) -> None:
    assert client.get(address).status_code == 302
    client.force_login(User.objects.create_user("nobody"))
    assert client.get(address).status_code == 403


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("query", ["", "?group_by=account", "?group_by=region"])
def test_what_is_not_his_is_nowhere(limited: Client, address: str, query: str) -> None:
    text = content(limited, address + query)
    for theirs in ("Amazon RDS", "000000000002", "other (", "EUR", "2,100"):
        assert theirs not in text
    assert "30.00" in text


def test_an_account_that_is_not_his_does_not_exist(limited: Client) -> None:
    said = "There is no account 000000000002 that you may see. You see mine only."
    for name in ("account", "sub_account"):
        assert said in content(limited, f"/costs/?{name}=000000000002")
        query = f"{name}=000000000002"
        assert limited.get(f"/costs/all.json?{query}").status_code == 400
        answer = limited.get(f"/api/v1/costs/summary/?{query}")
        assert answer.json()["errors"] == {name: [said]}


def test_an_account_on_a_bill_that_he_sees_is_reported(limited: Client) -> None:
    mine = CloudAccount.objects.get(name="mine")
    charge(mine, LAST_DAYS.start, "5", sub_account="000000000007")
    text = content(limited, f"/costs/?sub_account=000000000007&start={LAST_DAYS.start}")
    assert "$5.00" in text


def test_each_page_says_which_accounts_he_sees(limited: Client) -> None:
    for address in ("/", "/costs/", "/instances/"):
        assert "You see mine only." in content(limited, address)
    AccountAccess.objects.get().accounts.clear()
    text = content(limited, "/costs/")
    assert "You have access to no account yet" in text
    assert "No account is connected yet" not in text
    AccountAccess.objects.get().delete()
    limited.force_login(person("viewer"))
    assert "You see" not in content(limited, "/costs/")


def test_restated_days_are_those_of_his_accounts(limited: Client) -> None:
    text = content(limited, "/costs/")
    assert text.count("$0.25") == 1
    assert '"restated": [null' in text
    assert text.count("0.75") == 1  # the chart's mark


def test_runs_are_linked_only_for_who_may_see_them(client: Client) -> None:
    owner = account()
    store_costs(owner, LAST_DAYS, {"AWS Lambda": "1"})
    client.force_login(person("viewer"))
    assert 'href="/syncs/"' in content(
        client, "/costs/?start=2020-01-01&end=2020-02-01"
    )


def member_of(payer: CloudAccount, name: str) -> CloudAccount:
    owner = account(7, name)
    CloudAccount.objects.filter(pk=payer.pk).update(is_payer=True)
    CloudAccount.objects.filter(pk=owner.pk).update(payer=payer)
    return owner


@pytest.mark.parametrize("address", ["/", "/costs/"])
def test_who_sees_a_member_alone_is_told_where_its_costs_are(
    client: Client, address: str
) -> None:
    payer = account(1, "the-payer")
    store_costs(payer, LAST_DAYS, {"AWS Lambda": "1"})
    user = person("viewer")
    access = see_only(user)
    access.accounts.add(member_of(payer, "the-member"))
    client.force_login(user)
    text = content(client, address)
    assert "The costs of the-member are on the bill of its organization" in text
    assert "No costs that you may see are stored" in text
    assert "sync_cost" not in text
    assert "the-payer" not in text
    access.accounts.add(payer)
    assert "on the bill of" not in content(client, address)


@pytest.mark.parametrize("address", ["/", "/costs/"])
def test_who_sees_all_accounts_is_told_no_such_thing(
    client: Client, address: str
) -> None:
    payer = account(1, "the-payer")
    store_costs(payer, LAST_DAYS, {"AWS Lambda": "1"})
    member_of(payer, "the-member")
    client.force_login(person("viewer"))
    assert "on the bill of" not in content(client, address)
