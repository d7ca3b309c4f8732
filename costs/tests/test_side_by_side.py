"""An account is removed while a bill is stored beside it; neither stops the other."""

from collections.abc import Callable
from threading import Event, Thread

import pytest
from django.db import connection, transaction

from clouds.models import CloudAccount
from clouds.testing import account
from clouds.versions import bump_version
from core.testing.clock import NOW
from core.testing.second_connection import is_a_lock_awaited
from core.testing.waiting import HANGS_AFTER_SECONDS, wait_until
from costs.models import CostDay, DailyCost
from costs.testing import charge
from costs.tests.test_rollups import held, summed
from syncs.accounts.changes import remove_accounts
from syncs.datasets import Dataset

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.only_on("postgresql"),
]


def beside_a_store(owner: CloudAccount, work: Callable[[], object]) -> None:
    """Does the work while a sync of that account has stored, but not committed.

    The sync goes on once the work is done, or waits for what the sync holds.
    """
    has_stored, failures = Event(), []

    def tried(what: Callable[[], object]) -> Callable[[], None]:
        def run() -> None:
            try:
                what()
            except Exception as error:
                failures.append(error)
            finally:
                connection.close()

        return run

    def store() -> None:
        with transaction.atomic():
            CloudAccount.objects.select_for_update(no_key=True).get(pk=owner.pk)
            charge(owner, NOW.date(), "1.5", service="new")
            has_stored.set()
            wait_until(
                "its end, or a lock",
                lambda: is_a_lock_awaited() or not other.is_alive(),
            )
            bump_version(owner, Dataset.COST)

    def after_it() -> None:
        assert has_stored.wait(HANGS_AFTER_SECONDS)
        work()

    other = Thread(target=tried(after_it))
    sync = Thread(target=tried(store))
    for thread in (other, sync):
        thread.start()
    for thread in (other, sync):
        thread.join(HANGS_AFTER_SECONDS)
        assert not thread.is_alive()
    assert failures == []


def stored(number: int) -> CloudAccount:
    """An account with a bill."""
    owner = account(number, f"account {number}")
    charge(owner, NOW.date(), "2.5")
    bump_version(owner, Dataset.COST)
    return owner


@pytest.mark.parametrize("of", [1, 2])
def test_an_account_is_removed_while_one_is_stored(of: int) -> None:
    """The other one's bill, or its own."""
    owners = {number: stored(number) for number in (1, 2)}
    gone = CloudAccount.objects.filter(pk=owners[2].pk)
    beside_a_store(owners[of], lambda: remove_accounts(gone))
    assert not gone.exists()
    assert held() == summed()
    accounts = DailyCost.objects.values_list("account", flat=True)
    assert set(accounts) == {owners[1].pk}
    assert set(CostDay.objects.values_list("account", flat=True)) == {owners[1].pk}


@pytest.mark.parametrize("has_own_bill", [True, False])
def test_a_bill_that_covers_an_account_is_stored_while_its_own_is(
    has_own_bill: bool,
) -> None:
    payer = stored(1)
    member = stored(2) if has_own_bill else account(2, "account 2")
    on_the_bill = {"service": "S3", "sub_account": member.account_id}
    beside_a_store(member, lambda: charge(payer, NOW.date(), "4", **on_the_bill))
    assert held() == summed()
    counted = DailyCost.objects.counted().values_list("account", flat=True)
    assert set(counted) == {payer.pk}
