"""The demo's CPU and network: who worked when, and who did not."""

from datetime import UTC, date, datetime, timedelta
from statistics import mean

import pytest

from core.windows import ONE_DAY, Window
from providers.demo.company import ACCOUNTS, PRODUCTION, STAGING
from providers.demo.lives import Life, lives
from providers.demo.machines import Role
from providers.demo.provider import DemoProvider
from providers.metric_records import CpuRecord, NetworkRecord

ANCHOR = date(2026, 10, 20)
NOW = datetime(2026, 10, 20, 14, 30, tzinfo=UTC)
HISTORY = Window(ANCHOR - 400 * ONE_DAY, ANCHOR)
EVERY_ACCOUNT = [account.account_id for account in ACCOUNTS]


def quiet(_: str) -> None:
    pass


def metrics(
    account_id: str, window: Window, ids: dict[str, list[str]], now: datetime = NOW
) -> tuple[list[CpuRecord], list[NetworkRecord]]:
    demo = DemoProvider(account_id, ANCHOR, now)
    parts = list(demo.fetch_metrics(window, ids, quiet))
    return (
        [record for part in parts for record in part.cpu],
        [record for part in parts for record in part.network],
    )


def named(account_id: str, name: str) -> Life:
    return next(m for m in lives(account_id) if m.machine.name == name)


def cpu_of(account_id: str, name: str, window: Window = HISTORY) -> list[CpuRecord]:
    life = named(account_id, name)
    return metrics(account_id, window, {life.machine.region: [life.instance_id]})[0]


@pytest.mark.parametrize("account_id", EVERY_ACCOUNT)
def test_every_machine_of_the_inventory_has_metrics_while_it_runs(
    account_id: str,
) -> None:
    demo = DemoProvider(account_id, ANCHOR, NOW)
    found = {r.region: r.resources for r in demo.fetch_instances(quiet)}
    ids = {region: [i.resource_id for i in found[region]] for region in found}
    running = {i.resource_id for r in found.values() for i in r if i.state == "running"}
    yesterday = Window(ANCHOR - ONE_DAY, ANCHOR)
    cpu, network = metrics(account_id, yesterday, ids)
    assert {record.resource_id for record in cpu} == running
    assert {record.resource_id for record in network} == running


@pytest.mark.parametrize("account_id", EVERY_ACCOUNT)
def test_p99_lies_between_average_and_maximum(account_id: str) -> None:
    names = [life.machine.name for life in lives(account_id)]
    records = [record for name in names for record in cpu_of(account_id, name)]
    assert len(records) > 1000
    for record in records:
        assert record.average_percent is not None
        assert record.p99_percent is not None
        assert record.maximum_percent is not None
        assert 0 < record.average_percent < record.p99_percent
        assert record.p99_percent < record.maximum_percent <= 100


def test_the_window_is_half_open_and_ends_before_today() -> None:
    week = Window(ANCHOR - 7 * ONE_DAY, ANCHOR - ONE_DAY)
    assert [r.day for r in cpu_of(PRODUCTION, "shop-web-01", week)] == list(week.days())
    beyond = Window(ANCHOR - 2 * ONE_DAY, ANCHOR + 5 * ONE_DAY)
    days = [record.day for record in cpu_of(PRODUCTION, "shop-web-01", beyond)]
    assert days == [ANCHOR - 2 * ONE_DAY, ANCHOR - ONE_DAY]


def test_a_stopped_machine_has_no_record() -> None:
    days = {record.day for record in cpu_of(STAGING, "dev-bruno")}
    stopped = {ANCHOR + offset * ONE_DAY for offset in range(-107, -84)}
    assert not days & stopped
    assert days | stopped == set(HISTORY.days())


def test_a_whole_day_has_288_samples_and_a_launch_day_fewer() -> None:
    records = cpu_of(PRODUCTION, "shop-web-05")
    assert records[0].day == ANCHOR - 158 * ONE_DAY
    assert records[0].samples is not None
    assert 0 < records[0].samples < 288
    assert {record.samples for record in records[1:]} == {288}


def test_ids_that_are_unknown_or_of_another_account_get_no_record() -> None:
    other = named(STAGING, "dev-anna").instance_id
    own = named(PRODUCTION, "shop-web-01").instance_id
    ids = {"us-east-1": ["i-00000000000000000", other], "eu-west-1": [own]}
    assert metrics(PRODUCTION, HISTORY, ids) == ([], [])


def test_a_day_does_not_depend_on_when_it_is_asked_for() -> None:
    life = named(PRODUCTION, "shop-web-01")
    ids = {life.machine.region: [life.instance_id]}
    window = Window(ANCHOR - 30 * ONE_DAY, ANCHOR)
    later = NOW + timedelta(days=100)
    assert metrics(PRODUCTION, window, ids) == metrics(PRODUCTION, window, ids, later)


def test_office_machines_rest_at_weekends() -> None:
    records = cpu_of(STAGING, "dev-anna")
    weekday = [r.average_percent or 0 for r in records if r.day.weekday() < 5]
    weekend = [r.average_percent or 0 for r in records if r.day.weekday() >= 5]
    assert mean(weekday) > 15
    assert max(weekend) < 3


def test_idle_machines_do_next_to_nothing_and_oversized_ones_little() -> None:
    limits = {Role.IDLE: 5.0, Role.OVERSIZED: 20.0}
    looked_at = set()
    for account_id in EVERY_ACCOUNT:
        for life in lives(account_id):
            if limit := limits.get(life.machine.role):
                records = cpu_of(account_id, life.machine.name)
                assert max(r.maximum_percent or 0 for r in records) < limit
                looked_at.add(life.machine.role)
    assert looked_at == limits.keys()


def test_idle_machines_stay_under_the_network_limit_of_trusted_advisor() -> None:
    life = named(PRODUCTION, "legacy-cms")
    ids = {life.machine.region: [life.instance_id]}
    _, network = metrics(PRODUCTION, HISTORY, ids)
    assert len(network) == 400
    assert all((r.in_bytes or 0) + (r.out_bytes or 0) < 5_000_000 for r in network)
