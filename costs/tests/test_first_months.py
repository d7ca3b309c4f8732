"""A first read of a cloud that answers slowly shows its newest month first."""

from datetime import date, datetime

import pytest

from clouds.models import CloudAccount
from clouds.testing import SUBSCRIPTION, azure_account
from core.testing.azure_emulator import EmulatedAzure
from core.windows import Window
from costs.models import CostTotal
from costs.sync import sync_cost
from costs.testing import rows_miss_totals, stored_costs
from syncs.models import SyncRun, Watermark

pytestmark = [pytest.mark.django_db, pytest.mark.on_each_database]
QUERY = "Microsoft.CostManagement/query/read"
DAYS = Window(date(2026, 4, 20), date(2026, 6, 20))


@pytest.fixture
def account(azure: EmulatedAzure) -> CloudAccount:
    shop = azure.world.add_subscription(SUBSCRIPTION)
    for day in DAYS.days():
        azure.world.cost(day, "Bandwidth", "1.5", subscription=shop)
    return azure_account()


def months() -> list[int]:
    found = CostTotal.objects.filter(billed__gt=0).values_list("day__month", flat=True)
    return sorted(set(found))


def test_each_month_is_stored_before_the_one_before_it_is_asked(
    account: CloudAccount, now: datetime
) -> None:
    seen = []

    def look(sentence: str) -> None:
        if "ActualCost, page 1" in sentence:
            seen.append(tuple(months()))

    run = sync_cost(account, now, on_progress=look)
    assert list(dict.fromkeys(seen)) == [(), (6,), (5, 6), (4, 5, 6)]
    assert (run.status, run.rows) == (SyncRun.Status.SUCCEEDED, len([*DAYS.days()]))
    assert Watermark.objects.get().read_until == DAYS.end
    assert not rows_miss_totals()
    before = stored_costs()
    sync_cost(account, now)
    assert stored_costs() == before


def test_months_before_one_that_fails_stay_and_the_next_sync_reads_the_others(
    account: CloudAccount, azure: EmulatedAzure, now: datetime
) -> None:
    azure.deny(QUERY, after=4)
    run = sync_cost(account, now)
    assert run.status == SyncRun.Status.PARTIAL
    assert "Costs of 2026-05-01..2026-06-01" in run.error
    assert "Assign the role Cost Management Reader" in run.error
    assert months() == [6]
    assert run.rows == CostTotal.objects.count()
    assert not Watermark.objects.exists()
    azure.heal()
    assert sync_cost(account, now).status == SyncRun.Status.SUCCEEDED
    assert months() == [4, 5, 6]
    assert not rows_miss_totals()


def test_a_first_month_that_fails_is_a_failed_run_that_stores_nothing(
    account: CloudAccount, azure: EmulatedAzure, now: datetime
) -> None:
    azure.deny(QUERY)
    run = sync_cost(account, now)
    assert run.status == SyncRun.Status.FAILED
    assert run.error.count("Assign the role Cost Management Reader") == 1
    assert not CostTotal.objects.exists()


def test_what_is_due_later_is_stored_as_a_whole(
    account: CloudAccount, azure: EmulatedAzure, now: datetime
) -> None:
    sync_cost(account, now)
    CostTotal.objects.update(is_estimated=True)
    before = stored_costs()
    azure.world.restate_month(date(2026, 5, 1), 2.0)
    azure.world.restate_month(date(2026, 6, 1), 2.0)
    azure.deny(QUERY, after=4)
    assert sync_cost(account, now).status == SyncRun.Status.FAILED
    assert stored_costs() == before
