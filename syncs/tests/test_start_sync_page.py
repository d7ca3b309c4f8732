"""Starting a sync from a page: the permission, what is said, and where it leads."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client

from people.testing import person
from syncs.models import CloudAccount, Dataset
from syncs.start import QueueAway, Started

pytestmark = pytest.mark.django_db


@dataclass
class Door:
    """Stands for syncs.start.start, behind which lies the queue."""

    asked: list[tuple[list[str], Dataset]] = field(default_factory=list)
    error: Exception | None = None

    def __call__(
        self, accounts: list[CloudAccount], dataset: Dataset, *_: Any, **__: Any
    ) -> Started:
        if self.error:
            raise self.error
        self.asked.append(([account.name for account in accounts], dataset))
        return Started(runs=[*accounts])  # type: ignore[list-item]


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> Door:
    door = Door()
    monkeypatch.setattr("syncs.views.start", door)
    return door


@pytest.fixture
def operator(client: Client) -> Client:
    client.force_login(person("operator"))
    return client


def account(number: int, name: str, **values: Any) -> CloudAccount:
    return CloudAccount.objects.create(account_id=f"{number:012}", name=name, **values)


def test_it_starts_every_dataset_of_every_enabled_account(
    operator: Client, door: Door
) -> None:
    payer = account(1, "payer", is_payer=True)
    account(2, "member", payer=payer)
    account(3, "off", is_enabled=False)
    answer = operator.post("/syncs/start/", {"next": "/syncs/?page=1"}, follow=True)
    assert answer.redirect_chain == [("/syncs/?page=1", 302)]
    assert sorted(door.asked, key=lambda call: call[1]) == [
        (["payer"], Dataset.COST),
        (["member", "payer"], Dataset.CPU),
        (["member", "payer"], Dataset.EC2),
    ]
    assert "Syncs started: 5." in answer.content.decode()


def test_it_starts_one_dataset_of_one_account(operator: Client, door: Door) -> None:
    account(1, "one")
    account(2, "two")
    operator.post("/syncs/start/", {"account": f"{2:012}", "dataset": "cpu"})
    assert door.asked == [(["two"], Dataset.CPU)]


def test_without_the_permission_it_is_refused_and_not_offered(
    client: Client, door: Door
) -> None:
    account(1, "one")
    client.force_login(person("viewer"))
    answer = client.post("/syncs/start/")
    assert answer.status_code == 403
    assert "Ask an administrator" in answer.content.decode()
    assert "Sync now" not in client.get("/syncs/").content.decode()
    assert door.asked == []


def test_who_has_the_permission_is_offered_it(operator: Client) -> None:
    account(1, "one")
    assert "Sync one now" in operator.get("/syncs/").content.decode()


def test_a_queue_that_is_away_is_told(operator: Client, door: Door) -> None:
    account(1, "one")
    door.error = QueueAway("The queue can't be reached.")
    answer = operator.post("/syncs/start/", follow=True)
    assert "The queue can&#x27;t be reached." in answer.content.decode()


def test_it_leads_back_only_to_its_own_pages(operator: Client, door: Door) -> None:
    account(1, "one")
    answer = operator.post("/syncs/start/", {"next": "https://evil.example/"})
    assert answer["Location"] == "/syncs/"


def test_a_sync_is_not_started_by_a_link(operator: Client, door: Door) -> None:
    assert operator.get("/syncs/start/").status_code == 405
