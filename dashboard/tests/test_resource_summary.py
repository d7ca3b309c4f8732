"""The page of a resource begins with money, what to do, whose it is, what read it."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission, User
from django.test import Client

from clouds.models import CloudAccount
from clouds.testing import account
from core.testing.clock import NOW
from core.windows import last_complete_days
from costs.testing import store_costs
from dashboard.month_cost import billed_hours
from insights.models import EffectiveRate
from insights.testing import anomaly, recommendation, somebody
from inventory.models import Database, Instance, Resource, StateChange, Volume
from inventory.testing import instance, resource
from pricing.testing import list_price, price
from providers.records import PriceUnit
from syncs.datasets import Dataset
from syncs.testing import run

pytestmark = pytest.mark.django_db
MONTH = NOW.replace(day=1, hour=0)
SINCE = NOW - timedelta(days=200)
RDS = "Amazon Relational Database Service"


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def page(row: Any, user: User | None = None) -> str:
    client = Client()
    client.force_login(user or somebody("viewer"))
    response = client.get(row.get_absolute_url())
    assert response.status_code == 200
    plain = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(unescape(plain).split())


def old(owner: CloudAccount, name: str, /, **values: Any) -> Instance:
    return instance(owner, name, **{"first_seen_at": SINCE, **values})


def changed(row: Resource, old_state: str, new_state: str, at: datetime) -> None:
    StateChange.objects.create(
        resource=row, at=at, field="state", old_value=old_state, new_value=new_state
    )


def test_a_machine_that_runs_costs_its_hours_at_the_list_price() -> None:
    owner = account()
    list_price(owner)
    shown = page(old(owner, "web"))
    # 19 days and a half.
    assert "This month so far $46.80 Estimated: 468 hours at list price." in shown
    assert "$73.00 in a whole month, at list price" in shown


def test_the_rate_that_the_account_pays_is_named() -> None:
    owner = account()
    list_price(owner)
    EffectiveRate.objects.create(
        account=owner,
        region="eu-west-1",
        factor=Decimal("0.5"),
        currency="USD",
        days=28,
        computed_at=NOW,
    )
    shown = page(old(owner, "web"))
    assert "$23.40 Estimated: 468 hours at the account's rate." in shown


def test_one_that_was_stopped_costs_the_hours_before() -> None:
    owner = account()
    list_price(owner)
    web = old(owner, "web", state="stopped")
    changed(web, "running", "stopped", MONTH + timedelta(days=10))
    shown = page(web)
    assert "$24.00 Estimated: 240 hours at list price." in shown
    assert "Nothing is charged for it now." in shown
    off = page(old(owner, "off", state="stopped"))
    assert "This month so far 0.00 Not billed in November 2026." in off


def test_hours_are_those_in_a_billed_state_within_the_month() -> None:
    owner = account()
    web = old(owner, "web")
    changed(web, "stopped", "running", MONTH - timedelta(days=3))
    changed(web, "running", "stopped", MONTH + timedelta(hours=5))
    changed(web, "stopped", "running", MONTH + timedelta(hours=9))
    assert billed_hours(web, MONTH, MONTH + timedelta(hours=10)) == 6
    young = instance(owner, "young", first_seen_at=MONTH + timedelta(hours=2))
    assert billed_hours(young, MONTH, MONTH + timedelta(hours=10)) == 8
    gone = old(owner, "gone", gone_since=MONTH - timedelta(days=1))
    assert billed_hours(gone, MONTH, NOW) == 0


def test_what_is_billed_alone_has_what_the_bill_says_of_this_month() -> None:
    owner = account()
    database = resource(Database, owner, "orders", first_seen_at=SINCE)
    store_costs(owner, last_complete_days(90, NOW), {RDS: "3"})
    shown = page(database)
    assert "This month so far $57.00 Billed through 19 Nov 2026" in shown
    assert "by the bill of the last 28 settled days" in shown
    without_costs = somebody("viewer")
    without_costs.groups.clear()
    give(without_costs, "inventory.view_database")
    assert "The price is unknown." in page(database, without_costs)


def give(user: User, right: str) -> None:
    app, codename = right.split(".")
    user.user_permissions.add(
        Permission.objects.get(content_type__app_label=app, codename=codename)
    )


def test_a_disk_costs_all_hours_since_it_is_there() -> None:
    owner = account()
    price("volume", "gp3", PriceUnit.GIB_MONTH, "0.08")
    facts = {"volume_type": "gp3", "size_gib": 100}
    disk = resource(Volume, owner, "vol", created_at=NOW - timedelta(hours=73), **facts)
    assert "$0.80 Estimated: 73 hours at list price." in page(disk)


def test_what_is_unknown_is_not_zero() -> None:
    shown = page(old(account(), "web"))
    assert "This month so far — The price is unknown." in shown
    assert "Potential monthly savings — Not computed yet." in shown


def test_it_lists_what_to_do_whose_it_is_and_what_read_it_last() -> None:
    owner, ben = account(), somebody(name="ben")
    sync = run(owner, Dataset.INSTANCES, NOW)
    web = old(owner, "web", owner=ben, last_seen_at=NOW)
    recommendation(owner, web)
    recommendation(owner, web, rule="oversized", title="Halve web", status="done")
    anomaly(owner, resource_id=web.pk, service="", currency="", impact=None)
    shown = page(web)
    assert "Potential monthly savings $70.08 Stop web Open" in shown
    assert "Open anomalies 1 Spike since 13 Nov 2026 Medium" in shown
    assert "Owner ben By the rules" in shown
    assert re.search(rf"Last read [\w ]+ by run {sync.pk}\b", shown)
    assert shown.index("This month so far") < shown.index("Details")
