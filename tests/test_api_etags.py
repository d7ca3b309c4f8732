"""An answer that a client holds is not sent again, and never stands too long."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from clouds.models import CloudAccount, DataVersion
from clouds.registry import CloudKind
from clouds.testing import account, see_only
from clouds.versions import bump_versions, data_version
from core.testing.clock import NOW
from core.windows import last_complete_days
from costs.sync import sync_cost
from costs.testing import store_costs
from inventory.sync import sync_ec2
from inventory.testing import instance
from metrics.sync import sync_cpu
from metrics.testing import store_cpu
from syncs.accounts.changes import remove_accounts, save_account
from syncs.datasets import Dataset
from syncs.testing import run
from users.roles import Role
from users.testing import operator, person, session_of, text_of, viewer

pytestmark = pytest.mark.django_db
WITH_TAG = [
    "costs/",
    "costs/trend/",
    "costs/summary/",
    "costs/daily/",
    "instances/",
    "cpu/",
    "cpu/trend/",
    "network/",
]
FILES = ["costs/?format=csv", "cpu/trend/?format=csv"]
WITHOUT = ["accounts/", "runs/", "backfills/", "api-usage/", "api-usage/summary/"]


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture(autouse=True)
def owner() -> CloudAccount:
    found = CloudAccount.objects.create(
        account_id="000000000011", name="production", provider=CloudKind.DEMO
    )
    store_costs(found, last_complete_days(3, NOW), {"EC2": "1"})
    store_cpu(instance(found, "web"), last_complete_days(3, NOW), 20)
    return found


def tag(path: str, client: APIClient | None = None) -> str:
    response = (client or viewer()).get(f"/api/v1/{path}")
    assert response.status_code == 200
    text_of(response)  # a file that is not read holds its cursor
    return str(response["ETag"])


@pytest.mark.parametrize("path", [*WITH_TAG, *FILES])
def test_what_is_held_still_is_304_and_empty(path: str) -> None:
    held = tag(path)
    again = viewer().get(f"/api/v1/{path}", headers={"if-none-match": held})
    assert (again.status_code, text_of(again)) == (304, "")
    assert again["ETag"] == held
    assert again["Cache-Control"] == "private, no-cache"
    assert {"Accept", "Authorization", "Cookie"} <= set(again["Vary"].split(", "))


@pytest.mark.parametrize("path", WITHOUT)
def test_what_moves_all_the_time_has_no_tag(path: str) -> None:
    response = viewer().get(f"/api/v1/{path}")
    assert not response.has_header("ETag")
    assert response["Cache-Control"] == "private, no-cache"


def test_a_304_needs_no_query_but_who_asks_and_the_version() -> None:
    held, client = tag("costs/summary/"), viewer()
    with CaptureQueriesContext(connection) as queries:
        client.get("/api/v1/costs/summary/", headers={"if-none-match": held})
    # Session, user with rights, the version.
    assert len(queries) == 3


def test_the_schema_has_a_tag_too() -> None:
    held = viewer().get("/api/schema/")["ETag"]
    again = viewer().get("/api/schema/", headers={"if-none-match": held})
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("path", "sync"),
    [
        ("costs/trend/", sync_cost),
        ("instances/", sync_ec2),
        ("cpu/trend/", sync_ec2),
        ("cpu/trend/", sync_cpu),
        ("network/", sync_cpu),
    ],
)
def test_a_sync_changes_it(
    path: str, sync: Callable[..., Any], owner: CloudAccount
) -> None:
    sync_ec2(owner, NOW)  # its machines are those that have metrics
    before = tag(path)
    window = {} if sync is sync_ec2 else {"window": last_complete_days(2, NOW)}
    assert sync(owner, NOW, **window).status == "succeeded"
    assert tag(path) != before


def test_a_sync_of_another_dataset_leaves_it(owner: CloudAccount) -> None:
    before = tag("costs/trend/")
    sync_ec2(owner, NOW)
    assert tag("costs/trend/") == before


def test_a_sync_that_is_rolled_back_leaves_it(
    owner: CloudAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = DataVersion.objects.count()

    def broken(*args: object, **options: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("syncs.runs.run_context.RunContext.finish", broken)
    with pytest.raises(RuntimeError):
        sync_cost(owner, NOW, window=last_complete_days(2, NOW))
    assert DataVersion.objects.count() == before


@pytest.mark.parametrize(
    "change",
    [
        {"is_enabled": False},
        {"name": "live"},
        {"account_id": "999999999999"},
        {"is_payer": True},
    ],
)
def test_a_change_of_an_account_changes_it(
    change: dict[str, Any], owner: CloudAccount
) -> None:
    before = tag("costs/summary/")
    for name, value in change.items():
        setattr(owner, name, value)
    save_account(owner)
    assert tag("costs/summary/") != before


def test_an_account_that_comes_under_a_payer_or_goes_changes_it(
    owner: CloudAccount,
) -> None:
    seen = [tag("costs/summary/")]
    payer = CloudAccount(account_id="000000000007", name="payer")
    save_account(payer)
    seen.append(tag("costs/summary/"))
    owner.payer = payer
    save_account(owner)
    seen.append(tag("costs/summary/"))
    remove_accounts(CloudAccount.objects.filter(pk=owner.pk))
    seen.append(tag("costs/summary/"))
    assert len(set(seen)) == 4


def test_a_limit_changes_it_and_hides_what_happens_elsewhere(
    owner: CloudAccount,
) -> None:
    other = account(8, "other")
    user = person(Role.VIEWER)
    before = tag("costs/trend/")
    see_only(user, other)
    limited = tag("costs/trend/", session_of(person(Role.VIEWER)))
    assert limited != before
    sync_cost(owner, NOW, window=last_complete_days(2, NOW))
    assert tag("costs/trend/", session_of(person(Role.VIEWER))) == limited


def test_the_parameters_the_format_and_the_address_change_it() -> None:
    asked = [
        "costs/trend/",
        "costs/summary/",
        "costs/trend/?limit=2",
        "costs/trend/?limit=3",
        "costs/trend/?format=csv",
    ]
    assert len({tag(path) for path in asked}) == len(asked)


def test_midnight_and_a_new_release_change_it(
    noon: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tag("costs/trend/")
    monkeypatch.setattr("core.api.etag.code_version", lambda: "another")
    assert tag("costs/trend/") != before
    monkeypatch.undo()
    noon.shift(timedelta(hours=11))
    assert tag("costs/trend/") == before
    noon.shift(timedelta(hours=2))
    assert tag("costs/trend/") != before


def test_no_tag_lets_a_refusal_pass() -> None:
    held = tag("costs/trend/")
    without = session_of(person(Role.VIEWER))
    person(Role.VIEWER).groups.clear()
    answer = without.get("/api/v1/costs/trend/", headers={"if-none-match": held})
    assert answer.status_code == 403
    assert not answer.has_header("ETag")
    wrong = operator().get("/api/v1/costs/trend/?x=1", headers={"if-none-match": "*"})
    assert wrong.status_code == 400


def test_a_version_is_one_query_however_many_accounts(owner: CloudAccount) -> None:
    for number in range(20):
        other = account(number, f"account {number}")
        run(other, Dataset.COST, NOW)
        DataVersion.objects.create(account=other, dataset=Dataset.COST)
    user = person(Role.VIEWER)
    before = data_version(user, Dataset.COST)
    with CaptureQueriesContext(connection) as queries:
        assert data_version(user, Dataset.COST) == before
    assert len(queries) == 1
    remove_accounts(CloudAccount.objects.filter(name="account 3"))
    assert data_version(user, Dataset.COST) != before


def test_all_accounts_move_in_one_statement(owner: CloudAccount) -> None:
    new = account(8, "never read")
    DataVersion.objects.create(account=owner, dataset=Dataset.COST)
    users = [person(Role.VIEWER), User.objects.create(username="limited")]
    see_only(users[1], new)
    before = [data_version(user, Dataset.COST) for user in users]
    other = data_version(users[0], Dataset.CPU)
    with CaptureQueriesContext(connection) as queries:
        bump_versions(Dataset.COST)
    written = [query for query in queries if "INSERT INTO" in query["sql"]]
    # However many accounts; and the row that they share.
    assert len(written) == 2
    after = [data_version(user, Dataset.COST) for user in users]
    assert all(one != former for one, former in zip(after, before, strict=True))
    assert data_version(users[0], Dataset.CPU) == other
