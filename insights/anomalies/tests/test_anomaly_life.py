"""Anomalies as they are found again day after day, and what people made of them."""

from datetime import timedelta
from decimal import Decimal

import pytest

from clouds.testing import account
from core.testing.clock import NOW, TODAY
from core.windows import ONE_DAY, last_complete_days
from insights.anomalies.refresh import refresh_anomalies
from insights.anomalies.store import store_anomalies
from insights.models import Anomaly
from insights.testing import A_WEEK_AGO, found, request_of
from insights.transitions import change_status
from inventory.testing import instance
from metrics.models import CpuMetric
from metrics.testing import store_cpu

pytestmark = pytest.mark.django_db


def test_found_twice_nothing_changes() -> None:
    owner = account()
    assert store_anomalies(owner, [found()], NOW) == 1
    before = Anomaly.objects.values().get()
    assert store_anomalies(owner, [found()], NOW + timedelta(days=1)) == 0
    assert Anomaly.objects.values().get() == before


def test_new_days_extend_the_same_one_and_it_keeps_its_status() -> None:
    owner = account()
    store_anomalies(owner, [found(is_over=False)], NOW)
    row = Anomaly.objects.get()
    change_status(row, "acknowledged", 1, NOW, request=request_of())
    longer = found(last_day=TODAY, impact=Decimal(300), kind="shift")
    assert store_anomalies(owner, [longer], NOW) == 1
    row.refresh_from_db()
    assert (row.last_day, row.impact, row.kind) == (TODAY, 300, "shift")
    assert (row.status, row.version) == ("acknowledged", 2)


@pytest.mark.parametrize("status", ["dismissed", "planned", "resolved"])
def test_what_people_settled_stays_settled(status: str) -> None:
    owner = account()
    store_anomalies(owner, [found()], NOW)
    change_status(Anomaly.objects.get(), status, 1, NOW, request=request_of())
    store_anomalies(owner, [found(last_day=TODAY)], NOW)
    assert Anomaly.objects.get().status == status


def test_what_turns_out_larger_is_the_same_one() -> None:
    owner = account()
    store_anomalies(owner, [found(region="eu-west-1")], NOW)
    store_anomalies(owner, [found(last_day=TODAY)], NOW)
    row = Anomaly.objects.get()
    assert (row.service, row.region, row.last_day) == ("EC2", "", TODAY)


def test_another_side_or_another_time_is_another_one() -> None:
    owner = account()
    store_anomalies(owner, [found()], NOW)
    fall = found(direction="down", region="eu-west-1")
    earlier = found(
        first_day=A_WEEK_AGO - timedelta(days=30),
        last_day=A_WEEK_AGO - timedelta(days=29),
    )
    assert store_anomalies(owner, [found(), fall, earlier], NOW) == 2
    assert Anomaly.objects.count() == 3


def test_what_is_not_found_any_more_is_resolved_by_itself_and_comes_back() -> None:
    owner = account()
    store_anomalies(owner, [found()], NOW)
    assert store_anomalies(owner, [], NOW) == 1
    row = Anomaly.objects.get()
    change = row.changes.get()
    assert (row.status, change.user_name) == ("resolved", "")
    assert "restated" in change.note
    assert store_anomalies(owner, [], NOW) == 0
    assert store_anomalies(owner, [found()], NOW) == 1
    assert Anomaly.objects.get().status == "detected"


def test_what_somebody_looks_after_is_not_resolved_by_itself() -> None:
    owner = account()
    store_anomalies(owner, [found()], NOW)
    change_status(Anomaly.objects.get(), "investigating", 1, NOW, request=request_of())
    assert store_anomalies(owner, [], NOW) == 0
    assert Anomaly.objects.get().status == "investigating"


@pytest.mark.parametrize(
    ("days_ago", "is_over", "status"),
    [
        (91, True, "resolved"),
        (90, True, "detected"),
        (91, False, "detected"),
    ],
)
def test_what_had_long_ended_when_it_was_found_was_never_open(
    days_ago: int, is_over: bool, status: str
) -> None:
    owner = account()
    old = TODAY - timedelta(days=days_ago)
    for _ in range(2):
        one = found(first_day=old, last_day=old, is_over=is_over)
        store_anomalies(owner, [one], NOW)
        assert Anomaly.objects.get().status == status
    assert not Anomaly.objects.get().changes.exists()


def test_what_is_long_over_is_left_as_it_was_reported() -> None:
    owner = account()
    old = TODAY - timedelta(days=200)
    store_anomalies(owner, [found(first_day=old, last_day=old)], NOW)
    assert store_anomalies(owner, [], NOW) == 0


def test_those_of_other_accounts_are_left_alone() -> None:
    one, other = account(1), account(2, "staging")
    store_anomalies(one, [found()], NOW)
    store_anomalies(other, [found()], NOW)
    store_anomalies(None, [found(service="")], NOW)
    assert store_anomalies(other, [], NOW) == 1
    assert Anomaly.objects.filter(status="detected").count() == 2


def test_the_cpu_of_a_machine_is_an_anomaly_of_its_own_account_alone() -> None:
    one, other = account(1), account(2, "staging")
    store_cpu(instance(one, "idle"), last_complete_days(60, NOW), 2)
    busy = instance(other, "web")
    store_cpu(busy, last_complete_days(60, NOW), 20)
    CpuMetric.objects.filter(resource=busy, day=TODAY - ONE_DAY).update(
        average_percent=90, maximum_percent=99, p99_percent=95
    )
    assert refresh_anomalies(one, [], NOW, None)[0] == 0
    assert refresh_anomalies(other, [], NOW, None)[0] > 0


@pytest.mark.parametrize(
    ("values", "scope"),
    [
        ({}, "service"),
        ({"service": "", "region": "eu-west-1"}, "region"),
        ({"service": "", "sub_account_id": "1"}, "account"),
        ({"service": ""}, "total"),
    ],
)
def test_its_scope_is_the_narrowest_word(values: dict[str, str], scope: str) -> None:
    store_anomalies(account(), [found(**values)], NOW)
    assert Anomaly.objects.get().scope == scope


def test_one_of_a_machine_is_in_percent() -> None:
    owner = account()
    machine = instance(owner, "web")
    of_machine = found(
        service="", resource_id=machine.pk, currency="", impact=None, causes=[]
    )
    store_anomalies(owner, [of_machine], NOW)
    row = Anomaly.objects.get()
    assert (row.scope, row.unit, row.title) == ("machine", "%", "CPU of web")
