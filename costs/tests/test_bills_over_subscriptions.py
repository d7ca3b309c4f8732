"""A scope's bill covers subscriptions, and nothing is counted beside it."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from clouds.models import CloudAccount
from clouds.registry import CLOUDS, CloudKind
from clouds.testing import (
    BILLING_SCOPE,
    OTHER_SUBSCRIPTION,
    SUBSCRIPTION,
    azure_account,
)
from core.windows import Window, last_complete_days
from costs.queries.source import CostSource
from costs.queries.summary import cost_summary
from costs.sync import sync_cost
from costs.testing import rows_miss_totals, stored_costs
from providers.base import Progress
from providers.meter import Meter
from providers.records import ChargeCategory, CostReading, CostRecord, CostTotalRecord
from syncs.datasets import Dataset, is_read_from
from syncs.testing import outcome
from users.testing import person

pytestmark = [pytest.mark.django_db, pytest.mark.on_each_database]
GROUP = "/providers/microsoft.management/managementgroups/platform"


@dataclass
class Bill:
    """A provider whose days cost the same for each subscription."""

    per_day: dict[str, str]
    days: Window
    meter: Meter = field(default_factory=Meter)

    @staticmethod
    def cost_window(now: datetime) -> Window:
        return last_complete_days(30, now)

    def fetch_costs(self, window: Window, progress: Progress) -> Iterator[CostReading]:
        for day in window.days():
            amounts = self.per_day if day in self.days else {}
            rows = [
                CostRecord(
                    *(day, sub_account, "Virtual Machines", "westeurope"),
                    *(ChargeCategory.USAGE, "EUR", Decimal(amount), Decimal(amount)),
                    is_estimated=False,
                )
                for sub_account, amount in amounts.items()
            ]
            total = sum((row.billed for row in rows), Decimal(0))
            totals = [CostTotalRecord(day, "EUR", total, total, False)]
            yield CostReading(totals, rows)


@pytest.fixture
def bills(monkeypatch: pytest.MonkeyPatch) -> dict[str, Bill]:
    """What each account's bill says."""
    found: dict[str, Bill] = {}
    cloud = replace(
        CLOUDS[CloudKind.AZURE],
        provider=Bill,
        connect=lambda account, now: found[account.account_id],
    )
    monkeypatch.setitem(CLOUDS, CloudKind.AZURE, cloud)
    return found


def read(account: CloudAccount, now: datetime) -> tuple[str, str]:
    account.refresh_from_db()
    return outcome(sync_cost(account, now))


def total(window: Window) -> Decimal | None:
    return cost_summary(CostSource.visible_to(person("viewer")), window).total


def test_a_subscription_beside_its_payer_is_counted_once_and_read_no_more(
    bills: dict[str, Bill], now: datetime
) -> None:
    window = last_complete_days(30, now)
    payer, own = azure_account(BILLING_SCOPE), azure_account()
    bills[SUBSCRIPTION] = Bill({SUBSCRIPTION: "3"}, window)
    bills[BILLING_SCOPE] = Bill({SUBSCRIPTION: "3", OTHER_SUBSCRIPTION: "1"}, window)
    read(own, now)
    assert total(window) == 90
    read(payer, now)
    assert total(window) == 120
    before = stored_costs()
    read(payer, now)
    own.refresh_from_db()
    assert own.payer == payer
    assert not is_read_from(own, Dataset.COST)
    assert stored_costs() == before
    assert not rows_miss_totals()


def test_one_that_leaves_the_bill_is_read_again(
    bills: dict[str, Bill], now: datetime
) -> None:
    window = last_complete_days(30, now)
    payer, own = azure_account(BILLING_SCOPE), azure_account()
    bills[BILLING_SCOPE] = Bill({SUBSCRIPTION: "3", OTHER_SUBSCRIPTION: "1"}, window)
    read(payer, now)
    read(payer, now)
    own.refresh_from_db()
    assert own.payer == payer
    bills[BILLING_SCOPE] = Bill({OTHER_SUBSCRIPTION: "1"}, window)
    read(payer, now)
    status, told = read(payer, now)
    assert "is not on the bill of 1234567" in told
    own.refresh_from_db()
    assert own.payer is None


def test_a_second_scope_over_the_same_subscriptions_is_refused(
    bills: dict[str, Bill], now: datetime
) -> None:
    window = last_complete_days(30, now)
    first, second = azure_account(BILLING_SCOPE), azure_account(GROUP)
    bills[BILLING_SCOPE] = bills[GROUP] = Bill({SUBSCRIPTION: "3"}, window)
    read(first, now)
    before = stored_costs()
    status, error = read(second, now)
    assert status == "failed"
    assert f"30 days of {SUBSCRIPTION} are on the bill of 1234567 too" in error
    assert stored_costs() == before
    assert total(window) == 90


def test_a_second_scope_over_other_subscriptions_is_stored_beside_it(
    bills: dict[str, Bill], now: datetime
) -> None:
    window = last_complete_days(30, now)
    first, second = azure_account(BILLING_SCOPE), azure_account(GROUP)
    bills[BILLING_SCOPE] = Bill({SUBSCRIPTION: "3"}, window)
    bills[GROUP] = Bill({OTHER_SUBSCRIPTION: "1"}, window)
    assert [read(one, now)[0] for one in (first, second)] == ["succeeded"] * 2
    assert total(window) == 120


def test_a_subscription_that_moved_from_one_scope_to_the_other_is_counted_once(
    bills: dict[str, Bill], now: datetime
) -> None:
    window = last_complete_days(30, now)
    moved_on = window.start + timedelta(days=10)
    first, second = azure_account(BILLING_SCOPE), azure_account(GROUP)
    bills[BILLING_SCOPE] = Bill({SUBSCRIPTION: "3"}, Window(window.start, moved_on))
    bills[GROUP] = Bill({SUBSCRIPTION: "3"}, Window(moved_on, window.end))
    assert [read(one, now)[0] for one in (first, second)] == ["succeeded"] * 2
    assert total(window) == 90
