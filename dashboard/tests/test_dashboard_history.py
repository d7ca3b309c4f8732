"""A row of the dashboard is kept for each day and currency, of all accounts."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from clouds.models import CloudAccount
from clouds.registry import CloudKind
from clouds.testing import account, see_only
from clouds.versions import bump_versions
from core.testing.clock import NOW, TODAY
from core.windows import last_complete_days
from costs.testing import store_costs
from dashboard.models import DashboardMetric
from dashboard.refresh import record_metrics
from dashboard.tasks import record_dashboard
from inventory.testing import instance
from metrics.testing import store_cpu
from syncs.accounts.changes import remove_accounts
from syncs.datasets import Dataset
from users.testing import ask, csv_of, person, refused, session_of

pytestmark = pytest.mark.django_db
PATH = "dashboard/history/"
MONTH = last_complete_days(30, NOW)


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def fill() -> CloudAccount:
    owner = account()
    store_costs(owner, MONTH, {"EC2": "2"})
    store_cpu(instance(owner, "web"), last_complete_days(3, NOW), 20)
    return owner


@pytest.mark.on_each_database
def test_a_day_is_written_once_and_again_only_where_the_data_changed() -> None:
    fill()
    assert (record_metrics(NOW), record_metrics(NOW)) == (1, 0)
    row = DashboardMetric.objects.get()
    assert (row.day, row.currency) == (TODAY, "USD")
    assert (row.total_monthly_cost, row.total_vms) == (Decimal(60), 1)
    assert row.utilization_metrics["compute"] == 20.0
    instance(account(2, "other"), "job")
    bump_versions(Dataset.INSTANCES)
    assert (record_metrics(NOW), record_metrics(NOW)) == (1, 0)
    assert DashboardMetric.objects.get().total_vms == 2


def test_the_next_day_has_a_row_of_its_own(noon: Any) -> None:
    fill()
    record_dashboard()
    noon.shift(timedelta(days=1))
    record_dashboard()
    days = DashboardMetric.objects.values_list("day", "data_through")
    yesterday = TODAY - timedelta(days=1)
    assert list(days) == [
        (TODAY + timedelta(days=1), yesterday),
        (TODAY, yesterday),
    ]


def test_each_currency_has_a_row() -> None:
    fill()
    store_costs(account(2, "other"), MONTH, {"EC2": "7"}, currency="EUR")
    assert record_metrics(NOW) == 2
    rows = ask(PATH)["results"]
    assert [(one["currency"], one["total_monthly_cost"]) for one in rows] == [
        ("EUR", "210.00"),
        ("USD", "60.00"),
    ]
    assert [one["currency"] for one in ask(PATH, currency="USD")["results"]] == ["USD"]


def test_without_costs_there_is_no_row() -> None:
    account()
    assert record_metrics(NOW) == 0


def test_a_row_says_what_the_summary_says() -> None:
    fill()
    record_metrics(NOW)
    [row], summary = ask(PATH)["results"], ask("dashboard/summary/")
    assert (row.pop("day"), row.pop("computed_at")) == (
        "2026-11-20",
        "2026-11-20T12:00:00Z",
    )
    assert row == {name: summary[name] for name in row}
    assert csv_of(PATH).splitlines()[1].startswith("2026-11-20,USD,60.00,")


def test_it_is_cut_by_days() -> None:
    fill()
    record_metrics(NOW)
    assert ask(PATH, start="2026-11-21")["results"] == []
    assert len(ask(PATH, start="2026-11-20", end="2026-11-21")["results"]) == 1
    assert refused(PATH, start="2026-11-21", end="2026-11-20")["start"]


def test_a_limited_user_is_told_that_it_is_of_all_accounts() -> None:
    owner = fill()
    record_metrics(NOW)
    user = person("viewer")
    see_only(user, owner)
    response = session_of(user).get(f"/api/v1/{PATH}")
    assert response.status_code == 403
    assert "all accounts together" in response.json()["detail"]
    assert not DashboardMetric.objects.visible_to(user).exists()


@pytest.mark.on_each_database
def test_the_days_of_an_invented_company_go_with_it() -> None:
    demo = CloudAccount.objects.create(
        account_id="000000000011", name="demo", provider=CloudKind.DEMO
    )
    real = account(2, "real")
    store_costs(demo, MONTH, {"EC2": "2"})
    record_metrics(NOW)
    remove_accounts(CloudAccount.objects.filter(pk=real.pk))
    assert DashboardMetric.objects.exists()
    remove_accounts(CloudAccount.objects.demo())
    assert not DashboardMetric.objects.exists()
