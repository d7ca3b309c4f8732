"""What lists know of the last 14 days: written by each CPU sync, and never stale."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from pytest_django import DjangoAssertNumQueries

from clouds.testing import account
from core.testing.clock import NOW
from core.windows import ONE_DAY, Window, last_complete_days
from inventory.models import Instance
from inventory.testing import instance
from metrics.models import CpuMetric, RecentCpu
from metrics.recent_cpu_rollup import refresh_recent_cpu
from metrics.testing import store_cpu
from metrics.utilization_charts import cpu_days

pytestmark = [pytest.mark.django_db, pytest.mark.on_each_database]
FORTNIGHT = last_complete_days(14, NOW)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def recent(machine: Instance) -> tuple[Any, ...]:
    row = RecentCpu.objects.get(resource=machine)
    return row.average_percent, row.maximum_percent, row.days, row.until


def test_it_averages_fourteen_days_and_keeps_the_highest_maximum() -> None:
    machine = instance(account(), "web")
    store_cpu(machine, FORTNIGHT, 10)
    CpuMetric.objects.filter(day=FORTNIGHT.start).update(
        average_percent=24, maximum_percent=90
    )
    before = FORTNIGHT.start - ONE_DAY
    store_cpu(machine, Window(before, FORTNIGHT.start), 99)
    refresh_recent_cpu(machine.account, NOW)
    assert recent(machine) == (11.0, 90.0, 14, FORTNIGHT.end)
    refresh_recent_cpu(machine.account, NOW)
    assert recent(machine) == (11.0, 90.0, 14, FORTNIGHT.end)


def test_a_day_without_an_average_is_no_zero() -> None:
    machine = instance(account(), "web")
    store_cpu(machine, FORTNIGHT, 10)
    CpuMetric.objects.exclude(day=FORTNIGHT.start).update(average_percent=None)
    refresh_recent_cpu(machine.account, NOW)
    assert recent(machine)[::2] == (10.0, 1)


def test_who_has_no_data_any_more_has_no_row() -> None:
    machine = instance(account(), "web")
    store_cpu(machine, FORTNIGHT, 10)
    refresh_recent_cpu(machine.account, NOW)
    refresh_recent_cpu(machine.account, NOW + timedelta(days=20))
    assert not RecentCpu.objects.exists()


def test_other_accounts_are_left_alone() -> None:
    one, other = account(1), account(2, "other")
    machine = instance(other, "web")
    store_cpu(machine, FORTNIGHT, 10)
    refresh_recent_cpu(other, NOW)
    refresh_recent_cpu(one, NOW + timedelta(days=20))
    assert recent(machine)[0] == 10.0


@pytest.mark.parametrize(
    ("average", "days", "is_idle"),
    # The maximum that is stored is twice the average.
    [(2.4, 14, True), (2.5, 14, False), (2.4, 2, True), (2.4, 1, None)],
)
def test_idle_is_who_never_reached_five_percent_on_two_days_or_more(
    average: float, days: int, is_idle: bool | None
) -> None:
    machine = instance(account(), "web")
    store_cpu(machine, last_complete_days(days, NOW), average)
    refresh_recent_cpu(machine.account, NOW)
    assert RecentCpu.objects.get().is_idle is is_idle


def test_one_query_answers_the_small_charts_of_a_page(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    owner = account()
    machines = [instance(owner, f"web-{number}") for number in range(5)]
    for machine in machines[:4]:
        store_cpu(machine, FORTNIGHT, 30)
    CpuMetric.objects.filter(day=FORTNIGHT.start + ONE_DAY).delete()
    with django_assert_num_queries(1):
        found = cpu_days([machine.pk for machine in machines], FORTNIGHT)
    assert set(found) == {machine.pk for machine in machines[:4]}
    days = found[machines[0].pk]
    assert (len(days.measured), days.averages[1]) == (13, None)
    # A gap breaks the line; what is alone is a dot.
    assert days.line.startswith("M0 70.0h0M2 70.0h0L3 70.0")
    ((step, squares),) = days.heat
    assert (step, squares.count("M")) == (2, 13)
