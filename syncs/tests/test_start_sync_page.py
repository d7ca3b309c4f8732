"""Starting a sync from a page: the permission, what is said, and where it leads."""

import pytest
from django.test import Client

from clouds.models import CloudAccount
from syncs.models import SyncRun
from syncs.testing import OF_AWS
from users.testing import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(client: Client) -> Client:
    client.force_login(person("operator"))
    return client


def account(number: int, name: str, **values: object) -> CloudAccount:
    return CloudAccount.objects.create(account_id=f"{number:012}", name=name, **values)


def queued() -> list[tuple[str, str]]:
    runs = SyncRun.objects.filter(status="queued")
    return sorted(runs.values_list("account__name", "dataset"))


def test_it_starts_every_dataset_of_every_enabled_account(
    operator: Client, sent_runs: list[int]
) -> None:
    payer = account(1, "payer", is_payer=True)
    account(2, "member", payer=payer)
    account(3, "off", is_enabled=False)
    answer = operator.post("/syncs/start/", {"next": "/syncs/?page=1"}, follow=True)
    assert answer.redirect_chain == [("/syncs/?page=1", 302)]
    assert set(queued()) == {
        *(("member", one) for one in OF_AWS if one != "cost"),
        *(("payer", one) for one in OF_AWS),
    }
    assert len(sent_runs) == 2 * len(OF_AWS) - 1
    assert (
        "Started: Instances of member (000000000002); Instances of payer "
        in answer.content.decode()
    )


def test_it_starts_one_dataset_of_one_account(
    operator: Client, sent_runs: list[int]
) -> None:
    account(1, "one")
    account(2, "two")
    operator.post("/syncs/start/", {"account": f"{2:012}", "dataset": "cpu"})
    assert queued() == [("two", "cpu")]


def test_without_the_permission_it_is_refused_and_not_offered(
    client: Client, sent_runs: list[int]
) -> None:
    account(1, "one")
    client.force_login(person("viewer"))
    answer = client.post("/syncs/start/", headers={"accept": "text/html"})
    assert answer.status_code == 403
    assert "An administrator assigns roles" in answer.content.decode()
    assert "Sync now" not in client.get("/syncs/").content.decode()
    assert queued() == []


def test_who_has_the_permission_is_offered_it(operator: Client) -> None:
    account(1, "one")
    assert "Sync one now" in operator.get("/syncs/").content.decode()


def test_a_queue_that_is_away_is_reported(operator: Client, queue_away: None) -> None:
    account(1, "one")
    answer = operator.post("/syncs/start/", follow=True)
    assert "The queue can&#x27;t be reached" in answer.content.decode()
    # Nothing was tried, so nothing failed.
    assert not SyncRun.objects.exists()


def test_a_disabled_account_is_not_started(
    operator: Client, sent_runs: list[int]
) -> None:
    account(1, "off", is_enabled=False)
    answer = operator.post("/syncs/start/", {"account": f"{1:012}"}, follow=True)
    assert "Nothing was started" in answer.content.decode()
    assert (queued(), sent_runs) == ([], [])


def test_it_leads_back_only_to_its_own_pages(
    operator: Client, sent_runs: list[int]
) -> None:
    account(1, "one")
    answer = operator.post("/syncs/start/", {"next": "https://evil.example/"})
    assert answer["Location"] == "/syncs/"


def test_a_sync_is_not_started_by_a_link(
    operator: Client, sent_runs: list[int]
) -> None:
    assert operator.get("/syncs/start/").status_code == 405
