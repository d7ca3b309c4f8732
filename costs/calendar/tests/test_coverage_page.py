"""The coverage calendar: what it shows, refuses and hides."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from clouds.models import CloudAccount
from clouds.testing import account, see_only
from core.testing.clock import TODAY
from core.windows import Window
from costs.models import CostTotal
from costs.testing import store_costs
from users.testing import person

pytestmark = pytest.mark.django_db
QUARTER = Window(date(2026, 9, 1), TODAY)


@pytest.fixture
def shop() -> CloudAccount:
    owner = account(501, "shop")
    store_costs(owner, QUARTER, {"EC2": "5"})
    CostTotal.objects.filter(day__range=("2026-10-05", "2026-10-07")).delete()
    return owner


@pytest.fixture
def viewer(client: Client) -> Client:
    client.force_login(person("viewer"))
    return client


def text_of(client: Client, **parameters: Any) -> str:
    answer = client.get("/coverage/", parameters)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_it_names_what_is_missing_and_leads_to_it(
    viewer: Client, shop: CloudAccount
) -> None:
    text = text_of(viewer)
    assert "1 Jun – 19 Nov 2026" in text
    assert "3 missing, 77 reconciled" in text
    link = "/coverage/?account=000000000501&amp;start=2026-10-05&amp;end=2026-10-08"
    assert f'href="{link}">5 Oct – 7 Oct 2026</a>' in text
    assert text.count('class="cover-strip"') == 6
    # Who may start no backfill is offered none.
    assert 'form="reread"' not in text and "Estimate cost" not in text


def test_what_is_missing_is_chosen_to_be_read_again(
    client: Client, shop: CloudAccount
) -> None:
    store_costs(account(502, "whole"), QUARTER, {"EC2": "5"})
    client.force_login(person("operator"))
    text = text_of(client)
    assert f'value="{shop.pk}" form="reread" checked>' in text
    assert text.count('form="reread"') == 2 and text.count("checked>") == 1
    form = text[text.index('id="reread"') :]
    assert 'name="start" value="2026-10-05"' in form
    assert 'name="end" value="2026-10-08"' in form


def test_up_to_a_month_shows_single_days(viewer: Client, shop: CloudAccount) -> None:
    text = text_of(viewer, start="2026-10-01", end="2026-11-01")
    assert text.count('class="cover-cell"') == 31
    assert text.count('<span class="unseen">missing</span>') == 3


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ({"start": "2026-11-05", "end": "2026-11-05"}, "must be before end"),
        ({"start": "2024-01-01"}, "Choose at most 400 days."),
        ({"start": "2027-01-01"}, "must be before end"),
        ({"start": "01/02/2026"}, "Use a date such as 2026-01-31."),
        ({"start": "1999-01-01", "end": "1999-02-01"}, "Choose days within"),
        ({"end": "0001-01-01"}, "Choose days within"),
        ({"account": "9"}, "is unknown"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(
    viewer: Client, shop: CloudAccount, parameters: dict[str, str], reason: str
) -> None:
    text = text_of(viewer, **parameters)
    assert "Invalid filters" in text
    assert reason in text


def test_who_is_limited_sees_only_his_accounts(
    client: Client, shop: CloudAccount
) -> None:
    store_costs(account(502, "unseen-one"), QUARTER, {"EC2": "5"})
    user = person("viewer")
    see_only(user, shop)
    client.force_login(user)
    assert "unseen-one" not in text_of(client)
    assert "is unknown" in text_of(client, account="000000000502")


def test_without_an_account_it_says_how_to_connect_one(viewer: Client) -> None:
    assert "manage.py add_account" in text_of(viewer)


def test_a_page_holds_20_accounts_in_as_many_queries(
    viewer: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(1, 23):
        owner = account(number, f"account-{number:02}")
        store_costs(owner, Window(date(2026, 11, 18), TODAY), {"EC2": "5"})
    # session, user, permissions (2), limit; accounts of the scope, what waits; count,
    # rows and names of accounts; totals, their ends, covered days; days of data;
    # version.
    with django_assert_max_num_queries(15):
        text = text_of(viewer)
    assert "1–20 of 22" in text
    assert "account-21" in text_of(viewer, page="2")
