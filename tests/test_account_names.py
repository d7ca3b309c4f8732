"""Two accounts of one name are distinguished by their ids, wherever one is chosen."""

import re
from datetime import timedelta

import pytest
from django.core.management import CommandError
from django.test import Client

from clouds.commands import chosen_accounts
from clouds.models import CloudAccount
from clouds.testing import account
from core.testing.clock import TODAY
from core.windows import Window
from costs.testing import store_costs
from inventory.testing import instance
from users.testing import operator, person

pytestmark = pytest.mark.django_db
ASK = "2 accounts are named production: use 000000000001 or 000000000002."


@pytest.fixture(autouse=True)
def accounts() -> list[CloudAccount]:
    return [
        account(number, name)
        for number, name in enumerate(("production", "production", "staging"), 1)
    ]


def test_a_command_asks_for_the_id(accounts: list[CloudAccount]) -> None:
    with pytest.raises(CommandError, match=ASK) as refused:
        chosen_accounts(["production"])
    assert refused.value.returncode == 2
    assert chosen_accounts(["000000000002", "staging", "staging"]) == accounts[1:]


def test_an_id_is_not_mistaken_for_the_name_of_another(
    accounts: list[CloudAccount],
) -> None:
    CloudAccount.objects.filter(pk=accounts[2].pk).update(name="000000000001")
    assert chosen_accounts(["000000000001"]) == accounts[:1]


@pytest.mark.parametrize("route", ["sync/cost/", "backfills/"])
def test_the_api_asks_for_the_id(route: str) -> None:
    start = (TODAY - timedelta(days=9)).isoformat()
    body = {"account": "production", "start": start}
    if route == "backfills/":
        body["dataset"] = "cost"
    answer = operator().post(f"/api/v1/{route}", body)
    assert answer.status_code == 400
    assert answer.json()["errors"] == {"account": [ASK]}


@pytest.mark.parametrize("page", ["/syncs/", "/instances/", "/costs/"])
def test_a_picker_shows_the_id_where_names_collide(
    client: Client, accounts: list[CloudAccount], page: str
) -> None:
    for owner in accounts:
        store_costs(owner, Window(TODAY - timedelta(days=2), TODAY), {"EC2": "1"})
        instance(owner, f"web-{owner.pk}")
    client.force_login(person("viewer"))
    text = client.get(page).content.decode()
    for label in ("production (000000000001)", "production (000000000002)", "staging"):
        assert re.search(rf">\s*{re.escape(label)}\s*<", text), label
    assert not re.search(r"<option[^>]*>production</option>", text)
