"""Emissions are estimated on days whose use is new, and the same twice."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from carbon import refresh
from carbon.models import EmissionTotal, ResourceEmission
from carbon.refresh import METHOD, refresh_emissions
from carbon.testing import estimate_all, stored_emissions
from clouds.models import CloudAccount
from clouds.testing import account
from clouds.versions import bump_version
from core.testing.clock import NOW
from core.windows import ONE_DAY, Window, last_complete_days, midnight, utc_day
from inventory.models import Bucket, Database, Instance, StateChange, Volume
from inventory.testing import instance, one_of_each, resource
from metrics.models import CpuMetric
from metrics.testing import store_cpu
from syncs.datasets import Dataset
from syncs.models import SyncRun

pytestmark = [pytest.mark.django_db, pytest.mark.on_each_database]
WEEK = last_complete_days(7, NOW)
LONG_AGO = NOW - timedelta(days=200)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def owner() -> CloudAccount:
    return account()


def machine(owner: CloudAccount, name: str = "web", **values: object) -> Instance:
    facts = {"vcpus": 2, "memory_mib": 8192, "first_seen_at": LONG_AGO} | values
    return instance(owner, name, **facts)


def test_each_measured_day_of_a_machine_is_estimated(owner: CloudAccount) -> None:
    store_cpu(machine(owner), WEEK, 20)
    assert estimate_all(owner, NOW) == 7
    rows = ResourceEmission.objects.order_by("day")
    assert [row.day for row in rows] == list(WEEK.days())
    assert {row.unknown for row in rows} == {""}
    # (0.766797 + 0.2 × 2.991403) × 2 × 24 ÷ 1000 of the CPU, on an Ice Lake.
    assert rows[0].cpu_kwh == pytest.approx(0.0655237, abs=1e-7)
    assert rows[0].operational_kg == pytest.approx((rows[0].kwh or 0) * 0.316)


def test_a_second_run_changes_nothing(owner: CloudAccount) -> None:
    store_cpu(machine(owner), WEEK, 20)
    one_of_each(account(2, "other"))
    _, version = refresh_emissions(owner, NOW, None)
    before = stored_emissions()
    assert refresh_emissions(owner, NOW, version) == (0, version)
    assert estimate_all(owner, NOW) == 0
    assert stored_emissions() == before


def test_rows_are_stored_with_their_sums_or_not_at_all(
    owner: CloudAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    store_cpu(machine(owner), WEEK, 20)

    def fail(*_: object) -> None:
        raise RuntimeError("killed")

    monkeypatch.setattr(refresh, "_store_totals", fail)
    with pytest.raises(RuntimeError):
        estimate_all(owner, NOW)
    assert not ResourceEmission.objects.exists()


def test_sums_are_those_of_the_rows(owner: CloudAccount) -> None:
    made = one_of_each(owner)
    store_cpu(made["instance"], WEEK, 20)  # type: ignore[index]
    store_cpu(made["database"], WEEK, 30)  # type: ignore[index]
    estimate_all(owner, NOW)
    for total in EmissionTotal.objects.all():
        rows = ResourceEmission.objects.filter(
            resource__kind=total.kind, day=total.day, resource__region=total.region
        )
        known = [row.operational_kg for row in rows if row.operational_kg is not None]
        assert total.resources == len(rows)
        assert total.unknown == len(rows) - len(known)
        assert (total.operational_kg or 0) == pytest.approx(sum(known))


def test_only_days_read_since_are_estimated_again(owner: CloudAccount) -> None:
    long = last_complete_days(60, NOW)
    web = machine(owner)
    store_cpu(web, long, 20)
    _, version = refresh_emissions(owner, NOW, None)
    CpuMetric.objects.update(average_percent=40)
    later = NOW + timedelta(hours=1)
    read_again(owner, Window(long.start + ONE_DAY * 5, long.start + ONE_DAY * 7), later)
    changed, _ = refresh_emissions(owner, later, version)
    # The two that were read, and the last three, which a cloud may still change.
    assert changed == 5
    stored = ResourceEmission.objects.filter(resource=web).order_by("day")
    assert [row.day for row in stored] == list(long.days())


def read_again(owner: CloudAccount, days: Window, at: datetime) -> None:
    SyncRun.objects.create(
        account=owner,
        dataset=Dataset.CPU,
        status=SyncRun.Status.SUCCEEDED,
        start=days.start,
        end=days.end,
        started_at=at,
        heartbeat_at=at,
        finished_at=at,
    )
    bump_version(owner, Dataset.CPU)


def test_days_that_a_failed_refresh_left_are_estimated_by_the_next_one(
    owner: CloudAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = last_complete_days(60, NOW)
    store_cpu(machine(owner), long, 20)
    _, version = refresh_emissions(owner, NOW, None)
    CpuMetric.objects.update(average_percent=40)
    later = NOW + timedelta(hours=1)
    for number in (5, 15):
        day = long.start + ONE_DAY * number
        read_again(owner, Window(day, day + ONE_DAY), later)
    store = refresh._store
    stored: list[object] = []

    def fail_at_second(*args: Any) -> int:
        if stored:
            raise RuntimeError("killed")
        stored.append(args)
        return store(*args)

    monkeypatch.setattr(refresh, "_store", fail_at_second)
    with pytest.raises(RuntimeError):
        refresh_emissions(owner, later + ONE_DAY / 24, version)
    monkeypatch.undo()
    changed, _ = refresh_emissions(owner, later + ONE_DAY / 12, version)
    # The second one, and the last three.
    assert changed == 4


def test_what_is_gone_ends_with_its_last_day(owner: CloudAccount) -> None:
    day = WEEK.start + ONE_DAY * 3
    disk = resource(
        *(Volume, owner, "vol-1"),
        volume_type="gp3",
        size_gib=100,
        first_seen_at=LONG_AGO,
        gone_since=midnight(day),
    )
    store_cpu(machine(owner), WEEK, 20)
    estimate_all(owner, NOW)
    days = ResourceEmission.objects.filter(resource=disk).values_list("day", flat=True)
    assert sorted(days) == [WEEK.start + ONE_DAY * n for n in range(3)]
    Volume.objects.update(gone_since=midnight(WEEK.start))
    estimate_all(owner, NOW)
    assert not ResourceEmission.objects.filter(resource=disk).exists()


def test_a_disk_had_the_size_of_its_day(owner: CloudAccount) -> None:
    disk = resource(
        *(Volume, owner, "vol-1"),
        volume_type="gp3",
        size_gib=200,
        first_seen_at=LONG_AGO,
    )
    grown_at = midnight(WEEK.start + ONE_DAY * 4)
    StateChange.objects.create(
        resource=disk,
        at=grown_at,
        field=StateChange.Field.SIZE_GIB,
        old_value="100",
        new_value="200",
    )
    store_cpu(machine(owner), WEEK, 20)
    estimate_all(owner, NOW)
    rows = ResourceEmission.objects.filter(resource=disk).order_by("day")
    first, *_, last = [row.storage_kwh for row in rows]
    assert first is not None
    assert last == pytest.approx(2 * first)


def test_a_machine_that_was_off_used_nothing_and_one_nobody_saw_is_unknown(
    owner: CloudAccount,
) -> None:
    store_cpu(machine(owner), WEEK, 20)
    off = machine(owner, "off", state="stopped")
    unseen = machine(owner, "unseen")
    database = resource(
        *(Database, owner, "orders"),
        database_class="db.m6i.large",
        state="available",
        first_seen_at=LONG_AGO,
    )
    estimate_all(owner, NOW)
    rows = ResourceEmission.objects
    assert {row.kwh for row in rows.filter(resource=off)} == {0}
    for one in (unseen, database):
        assert {row.unknown for row in rows.filter(resource=one)} == {"cpu"}


def test_hours_are_those_that_were_measured(owner: CloudAccount) -> None:
    store_cpu(machine(owner), WEEK, 20)
    estimate_all(owner, NOW)
    whole = ResourceEmission.objects.earliest("day").cpu_kwh
    CpuMetric.objects.update(samples=144)
    estimate_all(owner, NOW)
    assert whole is not None
    half = ResourceEmission.objects.earliest("day").cpu_kwh
    assert half == pytest.approx(whole / 2)


def test_old_days_of_resources_are_forgotten_and_their_sums_stay(
    owner: CloudAccount,
) -> None:
    store_cpu(machine(owner), WEEK, 20)
    estimate_all(owner, NOW)
    next_year = NOW + timedelta(days=402)
    refresh_emissions(owner, next_year, f"{METHOD}:@{NOW.isoformat()}")
    assert not ResourceEmission.objects.filter(day__in=list(WEEK.days())).exists()
    assert EmissionTotal.objects.filter(day__in=list(WEEK.days())).count() == 7


def test_an_account_without_resources_has_none(owner: CloudAccount) -> None:
    assert estimate_all(owner, NOW) == 0
    assert stored_emissions() == {"resources": [], "totals": []}


def test_a_bucket_that_was_not_measured_is_unknown(owner: CloudAccount) -> None:
    resource(Bucket, owner, "logs", first_seen_at=LONG_AGO)
    estimate_all(owner, NOW)
    total = EmissionTotal.objects.latest("day")
    assert total.day == utc_day(NOW) - ONE_DAY
    assert (total.operational_kg, total.resources, total.unknown) == (None, 1, 1)
