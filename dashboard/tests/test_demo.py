"""manage.py demo: an invented company, read as any cloud, and nobody else's data."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db.models import Sum

from clouds.demo_clock import company_now, set_clock
from clouds.models import CloudAccount
from clouds.testing import account
from core.testing.clock import NOW
from core.windows import last_complete_days
from costs.allocation.testing import team_rule
from costs.models import (
    CostTotal,
    DailyCost,
    Restatement,
    TagCost,
    Team,
    TeamRule,
)
from costs.testing import store_costs
from dashboard import demo_teams
from dashboard.demo_budgets import add_budgets
from insights.models import Budget
from inventory.models import Instance, StateChange
from inventory.testing import instance
from metrics.models import CpuMetric, NetworkMetric
from metrics.testing import store_cpu
from providers.demo.company import ACCOUNTS, PRODUCTION
from syncs.accounts.changes import remove_accounts, save_account
from syncs.datasets import Dataset
from syncs.models import SyncRun, Watermark
from syncs.runs.claims import Refused
from syncs.testing import run
from users.testing import ask

pytestmark = pytest.mark.django_db
MODELS = (CloudAccount, Instance, StateChange, DailyCost, CostTotal, Restatement)
WINDOW = {"start": "2026-11-12", "end": "2026-11-20"}
MORE = (CpuMetric, NetworkMetric, Watermark)


DAYS = 20


def demo(*options: str, days: int = DAYS) -> str:
    out = StringIO()
    call_command("demo", "--days", str(days), *options, stdout=out)
    return out.getvalue()


@pytest.fixture(scope="module", autouse=True)
def printed(module_db: None) -> Iterator[str]:
    """What making the company printed; each test finds it as it is then."""
    with time_machine.travel(NOW, tick=False):
        yield demo()


def counts() -> list[int]:
    return [model._default_manager.count() for model in MODELS + MORE]


def test_it_reads_so_many_days_of_every_account(printed: str) -> None:
    first, *lines = printed.splitlines()
    assert first == "Reading Northpeak Outdoor, the demo company ..."
    assert len(lines) == len(ACCOUNTS) == CloudAccount.objects.demo().count()
    assert all(line.endswith(", 20 days of costs") for line in lines)
    days = CostTotal.objects.dates("day", "day")
    assert list(days) == list(last_complete_days(20, NOW).days())
    assert CpuMetric.objects.dates("day", "day").count() == 20
    assert set(SyncRun.objects.values_list("status", flat=True)) == {"succeeded"}


def test_its_numbers_reconcile_and_some_days_were_restated() -> None:
    assert not CostTotal.objects.unreconciled().exists()
    assert Restatement.objects.exists()
    assert StateChange.objects.filter(old_value="").exists()


def test_it_is_measured_how_much_recent_days_grow() -> None:
    told = ask("costs/summary/")
    assert told["end"] == "2026-11-17"  # three days are raw
    told = ask("costs/summary/", start="2026-11-01", end="2026-11-20")
    assert told["raw_days"] == 3
    share = Decimal(told["still_expected"]) / Decimal(told["total"])
    assert Decimal("0.001") < share < Decimal("0.01")


def test_each_day_is_shown_by_team_and_most_of_it_is_somebodys() -> None:
    by_tag = TagCost.objects.filter(tag_key="team").aggregate(sum=Sum("billed"))
    in_all = CostTotal.objects.aggregate(sum=Sum("billed"))
    assert by_tag == in_all
    found = ask("teams/costs/", **WINDOW)
    teams = {one["key"] for one in found["series"]}
    assert {"Shop", "Data platform", "Stores", "Operations"} <= teams
    assert found["reconciled"]


def test_rules_that_somebody_made_stay_and_its_own_are_removed_with_it() -> None:
    rules, teams = TeamRule.objects.count(), Team.objects.count()
    budgets = {budget.scope: budget for budget in Budget.objects.all()}
    assert rules and teams and set(budgets) == {"total", "account", "team"}
    assert budgets["team"].spent
    Budget.objects.filter(scope="team").delete()
    demo()
    assert (TeamRule.objects.count(), Team.objects.count()) == (rules, teams)
    assert set(Budget.objects.all()) == {budgets["total"], budgets["account"]}
    mine = team_rule(990, to={"Shop": "100"}, services=["AWS WAF"])
    remove_accounts(CloudAccount.objects.filter(account_id=PRODUCTION))
    assert (TeamRule.objects.count(), Team.objects.count()) == (rules + 1, teams)
    demo("--remove")
    assert list(TeamRule.objects.all()) == [mine]
    assert [team.name for team in Team.objects.all()] == ["Shop"]
    assert not Budget.objects.exists()


def test_its_budgets_count_no_costs_of_anybody_else() -> None:
    Budget.objects.all().delete()
    account()
    add_budgets(NOW)
    assert {budget.scope for budget in Budget.objects.all()} == {"account", "team"}
    Budget.objects.all().delete()
    TeamRule.objects.update(accounts=[])
    add_budgets(NOW)
    assert [budget.scope for budget in Budget.objects.all()] == ["account"]


def test_its_budget_of_all_costs_goes_when_an_account_is_connected() -> None:
    save_account(CloudAccount(account_id="000000000009", name="ours"))
    assert {budget.scope for budget in Budget.objects.all()} == {"account", "team"}


def test_its_budget_of_all_costs_stays_if_somebody_changed_it() -> None:
    # As each change by a user does.
    budget = Budget.objects.filter(scope="total")
    assert budget.update(version=2, recipients=["ada@example.com"])
    save_account(CloudAccount(account_id="000000000009", name="ours"))
    assert Budget.objects.filter(scope="total").exists()


def test_beside_a_connected_account_the_first_start_makes_none() -> None:
    account()
    assert demo("--if-alone") == ""


def test_the_first_start_ends_it_once_somebody_connects_an_account(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    built: list[CloudAccount] = []

    def build(*_: object) -> Iterator[CloudAccount]:
        for number, one in enumerate(CloudAccount.objects.demo(), start=1):
            account(number)
            built.append(one)
            yield one

    monkeypatch.setattr("dashboard.management.commands.demo.build", build)
    demo("--if-alone")
    assert len(built) == 1


def test_an_account_that_is_connected_in_the_middle_ends_it_without_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def build(*_: object) -> Iterator[CloudAccount]:
        save_account(CloudAccount(account_id="000000000009", name="ours"))
        raise Refused("production was removed meanwhile.")
        yield

    monkeypatch.setattr("dashboard.management.commands.demo.build", build)
    assert demo("--if-alone").endswith("production was removed meanwhile.\n")


def test_what_it_may_not_read_fails_where_nobody_replaced_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def build(*_: object) -> Iterator[CloudAccount]:
        raise Refused("The costs of production are on the bill of staging.")
        yield

    monkeypatch.setattr("dashboard.management.commands.demo.build", build)
    with pytest.raises(CommandError, match="on the bill of staging"):
        demo()


def test_run_again_on_the_same_day_nothing_changes() -> None:
    before = counts()
    demo()
    assert counts() == before


def test_run_again_later_it_reads_what_is_new() -> None:
    with time_machine.travel(NOW + timedelta(days=2), tick=False):
        assert "22 days of costs" in demo()
    assert not CostTotal.objects.unreconciled().exists()


def test_reset_clears_and_rebuilds_only_the_demo() -> None:
    mine = account()
    store_costs(mine, last_complete_days(5, NOW), {"EC2": "7"})
    store_cpu(instance(mine, "web"), last_complete_days(5, NOW), 50)
    run(mine, Dataset.COST, NOW)
    stranger = CloudAccount.objects.demo()[0]
    stranger.name = "renamed"
    stranger.save()
    demo("--reset", days=8)
    assert not CloudAccount.objects.filter(name="renamed").exists()
    assert CloudAccount.objects.filter(pk=mine.pk).exists()
    assert (mine.cost_totals.count(), mine.daily_costs.count()) == (5, 5)
    assert (mine.resources.count(), mine.runs.count()) == (1, 1)
    assert CpuMetric.objects.filter(resource__account=mine).count() == 5
    production = CloudAccount.objects.get(account_id=PRODUCTION)
    assert production.cost_totals.count() == 8


@pytest.mark.parametrize("option", ["--reset", "--remove"])
def test_what_was_moved_to_the_past_is_at_the_present_again(option: str) -> None:
    set_clock(NOW - timedelta(days=30))
    demo(option, days=4)
    assert company_now(NOW) == NOW


@pytest.mark.parametrize("days", [0, -1, 3, 401])
def test_other_lengths_of_history_are_bad_arguments(days: int) -> None:
    before = counts()
    with pytest.raises(CommandError, match="--days must be between 4 and") as caught:
        demo("--reset", days=days)
    assert caught.value.returncode == 2
    assert counts() == before


def test_while_another_run_reads_the_demo_it_exits_with_3() -> None:
    busy = CloudAccount.objects.get(account_id=PRODUCTION)
    run(busy, Dataset.INSTANCES, NOW, status="running", finished_at=None)
    with pytest.raises(CommandError) as caught:
        demo()
    assert caught.value.returncode == 3


def test_remove_takes_the_demo_away_and_nothing_else() -> None:
    mine = CloudAccount.objects.create(account_id="123456789012", name="mine")
    assert "Removed" in demo("--remove")
    assert list(CloudAccount.objects.all()) == [mine]


def test_teams_that_can_not_all_be_added_are_not_added_in_part(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    TeamRule.objects.all().delete()
    Team.objects.all().delete()
    monkeypatch.setitem(demo_teams.SHARED, "Broken", ([], {"Shop": "none"}))
    with pytest.raises(ArithmeticError):
        demo_teams.add_teams()
    assert not TeamRule.objects.exists() and not Team.objects.exists()
