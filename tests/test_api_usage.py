"""What reading costs is kept, adds up, and stops before the budget is passed."""

import threading
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import Sum
from pytest_django import Settings

from clouds.models import CloudAccount
from clouds.testing import aws_account
from core.money import CENT
from core.testing import forks
from core.testing.aws_emulator import EmulatedAws
from core.testing.aws_emulator.builders import OTHER, charge, june, machine
from core.testing.processes import shared_database
from costs.sync import sync_cost
from inventory.sync import sync_ec2
from metrics.sync import sync_cpu
from providers.errors import ErrorKind, ProviderError
from syncs.api_usage.recording import reserve
from syncs.models import ApiBudgetDay, ApiUsage, SyncRun
from syncs.runs.run_context import run_context, say_nothing

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = june(20)


@pytest.fixture
def mine(aws: EmulatedAws, settings: Settings) -> CloudAccount:
    """An account with 200 machines in two regions and a bill of three pages."""
    settings.COST_FIRST_SYNC_DAYS = settings.CPU_FIRST_SYNC_DAYS = 3
    aws.world().add_costs(
        [charge(june(19), "1", f"service {number}") for number in range(6)]
    )
    aws.page_size["ce:GetCostAndUsage"] = 2
    for number in range(100):
        for region in ("eu-west-1", "us-east-1"):
            aws.world().add_instance(machine(f"i-{region}-{number:03}", region))
    return aws_account(regions=["eu-west-1", "us-east-1"])


def usage() -> dict[str, tuple[int, Decimal]]:
    return {
        f"{service}:{operation}": (requests, Decimal(usd_e5).scaleb(-5))
        for service, operation, requests, usd_e5 in ApiUsage.objects.order_by()
        .values_list("service", "operation")
        .annotate(Sum("requests"), Sum("usd_e5"))
    }


def test_it_is_kept_per_account_operation_and_day_and_adds_up_to_the_runs(
    mine: CloudAccount, aws: EmulatedAws, now: datetime
) -> None:
    for sync in (sync_ec2, sync_cost, sync_cpu):
        assert sync(mine, now).status == "succeeded"
    kept = usage()
    asked = {name: count for name, (count, _) in kept.items()}
    assert asked == dict(aws.requests)
    assert kept["cloudwatch:GetMetricData"] == (4, Decimal("0.012"))
    assert kept["ce:GetCostAndUsage"][1] == asked["ce:GetCostAndUsage"] * CENT
    rows = ApiUsage.objects.aggregate(requests=Sum("requests"), usd_e5=Sum("usd_e5"))
    runs = SyncRun.objects.aggregate(requests=Sum("requests"), usd=Sum("api_cost_usd"))
    assert rows["requests"] == runs["requests"]
    assert Decimal(rows["usd_e5"]).scaleb(-5) == runs["usd"]
    assert set(ApiUsage.objects.values_list("account", "day")) == {(mine.pk, TODAY)}


def test_another_run_adds_to_the_same_day_and_another_day_is_apart(
    mine: CloudAccount, now: datetime
) -> None:
    first = sync_ec2(mine, now)
    again = sync_ec2(mine, now)
    tomorrow = sync_ec2(mine, now + timedelta(days=1))
    per_day = dict(
        ApiUsage.objects.order_by()
        .values_list("day")
        .annotate(requests=Sum("requests"))
    )
    assert per_day == {
        TODAY: first.requests + again.requests,
        june(21): tomorrow.requests,
    }


def test_what_failed_runs_asked_is_kept_too(
    mine: CloudAccount, aws: EmulatedAws, now: datetime
) -> None:
    aws.deny("ce:GetCostAndUsage")
    run = sync_cost(mine, now)
    assert run.status == "failed"
    assert run.requests_by_operation["ce:GetCostAndUsage"] == 1
    assert usage()["ce:GetCostAndUsage"] == (1, CENT)


def test_what_a_run_asked_is_kept_though_its_rows_are_rolled_back(
    mine: CloudAccount, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the commit failed")

    # The watermark moves last, within the transaction.
    monkeypatch.setattr("syncs.runs.run_context.move_watermarks", broken)
    with pytest.raises(RuntimeError):
        sync_cost(mine, now)
    run = SyncRun.objects.get()
    assert (run.status, run.requests) == ("failed", sum(n for n, _ in usage().values()))
    assert usage()["ce:GetCostAndUsage"][0] > 1


def test_what_a_run_asked_is_kept_though_it_lost_its_slot(
    mine: CloudAccount, now: datetime
) -> None:
    def lose_it(sentence: str) -> None:
        SyncRun.objects.abandon(now + timedelta(hours=1), timedelta(0))

    run = sync_cost(mine, now, on_progress=lose_it)
    assert run.status == "abandoned"
    assert usage()["ce:GetCostAndUsage"][0] == 1
    assert (run.requests, run.api_cost_usd) == (
        sum(count for count, _ in usage().values()),
        CENT,
    )


def test_before_the_request_that_would_pass_the_budget_a_run_stops(
    mine: CloudAccount, aws: EmulatedAws, now: datetime, settings: Settings
) -> None:
    settings.AWS_API_DAILY_BUDGET_USD = Decimal("0.02")
    run = sync_cost(mine, now)
    assert aws.requests["ce:GetCostAndUsage"] == 2
    assert (run.status, run.api_cost_usd) == ("failed", Decimal("0.02"))
    assert run.error == (
        "API budget of 2026-06-20: the next request costs $0.01, which would pass "
        "the $0.02 a day. Raise AWS_API_DAILY_BUDGET_USD, or let it go on after 00:00 "
        "UTC."
    )
    # The next day has a budget of its own.
    settings.AWS_API_DAILY_BUDGET_USD = Decimal("1")
    assert sync_cost(mine, now + timedelta(days=1)).status == "succeeded"


def test_regions_and_processes_side_by_side_do_not_pass_it_together(
    mine: CloudAccount,
    aws: EmulatedAws,
    tmp_path: Path,
    real_now: datetime,
    settings: Settings,
) -> None:
    aws.now = real_now
    other = aws_account(OTHER, role_arn=f"arn:aws:iam::{OTHER}:role/cloudintel")
    for number in range(100):
        aws.world(OTHER).add_instance(machine(f"i-other-{number:03}"))
    for one in (mine, other):
        assert sync_ec2(one, aws.now).status == "succeeded"
    aws.clear_calls()
    # Three of the six calls of up to 500 metrics, the full ones at $0.005.
    settings.AWS_API_DAILY_BUDGET_USD = Decimal("0.012")

    def read(name: str) -> None:
        settings.AWS_REGION_WORKERS = 4
        call_command("sync_cpu", "--account", name)

    with shared_database(tmp_path) as url:
        accounts = (mine.account_id, OTHER)
        syncs = forks.together(url, *(partial(read, name) for name in accounts))
    printed = [one.log() for one in syncs]
    assert any("would pass the $0.012 a day" in out for out in printed), printed
    kept = usage()["cloudwatch:GetMetricData"]
    assert Decimal("0.005") <= kept[1] <= Decimal("0.012")
    assert kept[1] == sum(run.api_cost_usd for run in SyncRun.objects.all())
    assert kept[0] == aws.requests["cloudwatch:GetMetricData"]
    assert Decimal(ApiBudgetDay.objects.get().usd_e5).scaleb(-5) == kept[1]


def test_what_is_free_is_read_though_the_budget_is_used_up(
    mine: CloudAccount, now: datetime, settings: Settings
) -> None:
    settings.AWS_API_DAILY_BUDGET_USD = Decimal("0.00001")
    assert sync_ec2(mine, now).status == "succeeded"
    assert sync_cost(mine, now).status == "failed"


def test_of_many_at_once_as_many_reserve_as_the_budget_has_room_for() -> None:
    budget, ended = Decimal("0.05"), []
    together = threading.Barrier(8)

    def spend() -> None:
        together.wait()
        for _ in range(2):
            try:
                reserve(CENT, TODAY, budget)
                ended.append("reserved")
            except ProviderError as error:
                assert error.kind == ErrorKind.BUDGET
                ended.append("refused")
        connection.close()

    if connection.vendor == "sqlite":  # in memory it has no locks to wait for
        together = threading.Barrier(1)
        for _ in range(8):
            spend()
    else:
        threads = [threading.Thread(target=spend) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert (ended.count("reserved"), ended.count("refused")) == (5, 11)
    assert ApiBudgetDay.objects.get(day=TODAY).usd_e5 == 5000


def test_a_price_is_never_rounded_down() -> None:
    day = date(2026, 1, 1)
    reserve(Decimal("0.00003"), day, Decimal("0.00003"))
    with pytest.raises(ProviderError):
        reserve(Decimal("0.00001"), day, Decimal("0.00003"))


def test_a_run_that_asks_nothing_keeps_nothing(
    mine: CloudAccount, now: datetime
) -> None:
    run = SyncRun.objects.create(
        account=mine, dataset="instances", started_at=now, heartbeat_at=now
    )
    with run_context(run, say_nothing) as current:
        current.finish(0, {})
    assert usage() == {}
