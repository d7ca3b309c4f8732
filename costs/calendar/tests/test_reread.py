"""Days of several accounts are read again at once, and what that changed is shown."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from celery import current_app
from django.contrib.auth.models import User
from django.test import Client

from clouds.models import CloudAccount
from clouds.testing import see_only
from core.testing.clock import NOW, TODAY
from core.windows import Window
from costs.models import Restatement
from costs.testing import store_costs
from syncs.models import Backfill
from syncs.testing import part_run, read_account, signed_in

pytestmark = pytest.mark.django_db
START, END = date(2026, 11, 5), date(2026, 11, 8)


@pytest.fixture(autouse=True)
def sent_runs(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The runs that were sent to workers; none is read."""
    keys: list[int] = []

    def send(name: str, args: list[int], **options: Any) -> None:
        keys.extend(args)

    monkeypatch.setattr(current_app, "send_task", send)
    return keys


@pytest.fixture
def accounts() -> list[CloudAccount]:
    """Two accounts whose costs were read before, for $0.03 each."""
    found = [read_account(501, "shop"), read_account(502, "data")]
    for one in found:
        store_costs(one, Window(START, TODAY), {"EC2": "5"})
    return found


def propose(client: Client, *accounts: CloudAccount, **changes: Any) -> Any:
    given = {"account": [one.pk for one in accounts], "start": START, "end": END}
    return client.post("/coverage/reread/propose/", given | changes, follow=True)


def text_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def keys() -> dict[str, list[int]]:
    return {"backfill": list(Backfill.objects.values_list("pk", flat=True))}


def test_several_accounts_are_proposed_with_one_price_and_started_at_once(
    accounts: list[CloudAccount], sent_runs: list[int]
) -> None:
    client = signed_in("start_backfill")
    page = text_of(client.get("/coverage/"))
    assert page.count('type="checkbox" name="account"') == 2
    text = text_of(propose(client, *accounts))
    assert "5 Nov – 7 Nov 2026, 2 accounts" in text
    assert "Start all (about $0.0600)" in text
    assert "Nothing is read yet." in text
    assert sent_runs == []
    client.post("/coverage/reread/start/", keys())
    assert {one.status for one in Backfill.objects.all()} == {"running"}
    assert len(sent_runs) == 2


def test_what_is_not_started_is_cancelled_at_once(accounts: list[CloudAccount]) -> None:
    client = signed_in("start_backfill")
    propose(client, *accounts)
    client.post("/coverage/reread/cancel/", keys())
    assert {one.status for one in Backfill.objects.all()} == {"cancelled"}


def test_it_shows_which_days_changed_and_by_how_much(
    accounts: list[CloudAccount],
) -> None:
    client = signed_in("start_backfill")
    propose(client, *accounts)
    for backfill, new in zip(Backfill.objects.order_by("pk"), ("7", "4"), strict=True):
        Restatement.objects.create(
            account=backfill.account,
            day=START,
            currency="USD",
            old_billed=Decimal(5),
            new_billed=Decimal(new),
            old_effective=Decimal(5),
            new_effective=Decimal(new),
            was_estimated=False,
            restated_at=NOW,
            run=part_run(backfill),
        )
    text = text_of(client.get("/coverage/reread/", keys()))
    assert "2 days changed, by +$1.00 in all." in text
    assert "+$2.00" in text and "\N{MINUS SIGN}$1.00" in text
    one = Backfill.objects.get(account__name="data")  # proposed by name
    alone = text_of(client.get("/coverage/reread/", {"backfill": one.pk}))
    assert "1 day changed, by +$2.00 in all." in alone


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"account": []}, "Choose at least one account."),
        ({"account": [99]}, "99 is not one of the available choices"),
        ({"start": END}, "must be before end"),
        ({"start": "05/11/2026"}, "Enter a valid date."),
        ({"end": ""}, "This field is required."),
        ({"start": date(2010, 1, 1)}, "shop: "),
    ],
)
def test_what_can_not_be_read_is_refused_with_its_account(
    accounts: list[CloudAccount], changes: dict[str, Any], reason: str
) -> None:
    answer = propose(signed_in("start_backfill"), *accounts, **changes)
    assert answer.status_code == 400
    assert reason in text_of(answer)
    assert not Backfill.objects.exists()


def test_one_account_that_can_not_be_read_keeps_the_others_from_being_proposed(
    accounts: list[CloudAccount],
) -> None:
    payer, member = accounts
    member.payer = payer
    member.save()
    text = text_of(propose(signed_in("start_backfill"), payer, member))
    assert "data: The costs of data (000000000502) are on the bill of shop" in text
    assert not Backfill.objects.exists()


def test_who_may_only_look_starts_nothing(accounts: list[CloudAccount]) -> None:
    propose(signed_in("start_backfill"), accounts[0])
    client = signed_in()
    assert propose(client, accounts[0]).status_code == 403
    assert client.post("/coverage/reread/start/", keys()).status_code == 403
    assert "Start all" not in text_of(client.get("/coverage/reread/", keys()))


def test_backfills_of_hidden_accounts_do_not_exist(
    accounts: list[CloudAccount],
) -> None:
    seen, hidden = accounts
    propose(signed_in("start_backfill"), *accounts)
    client = signed_in("start_backfill")
    see_only(User.objects.get(username="operator"), seen)
    text = text_of(client.get("/coverage/reread/", keys()))
    assert "1 account</h1>" in text
    assert "shop" in text and hidden.account_id not in text
    client.post("/coverage/reread/start/", keys())
    assert Backfill.objects.get(account=hidden).status == "proposed"
    refused = propose(client, hidden)
    assert "is not one of the available choices" in text_of(refused)


@pytest.mark.parametrize("key", ["", "0", "x", "9" * 30, "\0"])
def test_a_backfill_that_is_not_there_is_no_error(key: str) -> None:
    answer = signed_in().get("/coverage/reread/", {"backfill": key})
    assert answer.status_code == 404
