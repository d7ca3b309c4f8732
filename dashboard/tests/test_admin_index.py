"""The admin's first page: what needs somebody, and nothing that is not one's own."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.contrib.auth.models import Permission, User
from django.test import Client, RequestFactory
from pytest_django import DjangoAssertNumQueries

from clouds.testing import account, see_only
from core.testing.clock import NOW
from core.windows import last_complete_days
from costs.models import CostTotal
from costs.rollups import changing
from costs.testing import store_costs
from dashboard.admin_site import AdminSite
from inventory.testing import instance
from syncs.datasets import Dataset
from syncs.models import Incident
from syncs.testing import OF_AWS, run
from users.audit import record

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def dashboard(client: Client) -> str:
    text = client.get("/admin/").content.decode()
    return text[text.index("Needs attention") :]


def test_it_says_when_nothing_needs_attention(admin_client: Client) -> None:
    owner = account()
    for dataset in OF_AWS:
        run(owner, dataset, NOW - timedelta(hours=1))
    assert "Nothing: all data is fresh" in dashboard(admin_client)


def test_it_names_what_is_late_failed_broken_and_wrong(admin_client: Client) -> None:
    owner = account()
    store_costs(owner, last_complete_days(3, NOW), {"AWS Lambda": "1"})
    with changing([owner.pk]):
        CostTotal.objects.filter(day=last_complete_days(1, NOW).start).update(billed=2)
    run(owner, Dataset.INSTANCES, NOW - timedelta(days=9))
    run(owner, Dataset.COST, NOW - timedelta(hours=1), status="failed")
    Incident.objects.create(
        account=owner, dataset="cost", opened_at=NOW, sentence="Costs can't be read."
    )
    text = dashboard(admin_client)
    for expected in (
        "Costs can&#x27;t be read.",
        "Instances: 1 of 1 accounts are not up to date.",
        "Failed runs in the last 24 hours: 1.",
        "Unreconciled days in the last 30 days: 1.",
    ):
        assert expected in text, expected


def test_it_shows_instances_runs_and_who_did_what(
    admin_client: Client, admin_user: User, rf: RequestFactory
) -> None:
    owner = account()
    instance(owner, "web")
    latest = run(owner, Dataset.INSTANCES, NOW)
    request = rf.get("/")
    request.user = admin_user
    record(request, "sync.start", latest)
    text = dashboard(admin_client)
    assert "?state=running&amp;gone_since__isempty=1" in text
    assert f"/admin/syncs/syncrun/{latest.pk}/change/" in text
    assert "<strong>admin</strong> started the sync" in text


def test_it_needs_few_queries_however_much_is_stored(
    admin_client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(1, 12):
        owner = account(number, f"account-{number}")
        instance(owner, f"web-{number}")
        run(owner, Dataset.INSTANCES, NOW)
        Incident.objects.create(account=owner, dataset="instances", opened_at=NOW)
    # Session, user and limit; accounts, freshness, runs; states; audit log; incidents,
    # failed runs, unreconciled days; saved links.
    with django_assert_max_num_queries(12):
        assert "account-9" in dashboard(admin_client)


def test_a_limited_person_sees_only_his_own(client: Client) -> None:
    mine, other = account(1, "mine"), account(2, "other")
    for owner in (mine, other):
        run(owner, Dataset.INSTANCES, NOW, api_cost_usd=Decimal(0))
        instance(owner, f"web-{owner.name}", state=f"in-{owner.name}")
    user = User.objects.create_user("staff", is_staff=True)
    for right in ("view_syncrun", "view_instance", "view_incident"):
        user.user_permissions.add(Permission.objects.get(codename=right))
    see_only(user, mine)
    client.force_login(user)
    text = dashboard(client)
    assert "Instances, mine" in text
    assert "in-mine" in text
    assert "other" not in text
    assert "Audit log" not in text


def test_a_page_that_shows_no_list_of_all_models_makes_none(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []

    def make(*args: object) -> dict[str, object]:
        made.append(args)
        return {}

    monkeypatch.setattr(AdminSite, "_build_app_dict", make)
    assert admin_client.get("/admin/clouds/cloudaccount/").status_code == 200
    assert made == []
    admin_client.get("/admin/clouds/")
    assert made
