"""What happens to the company beside its plan, and what the cloud then answers."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from core.windows import ONE_DAY, Window
from providers.demo.company import (
    ACCOUNTS,
    IRELAND,
    PRODUCTION,
    STORES,
    VIRGINIA,
    WEST_EUROPE,
)
from providers.demo.events import DemoEvent, EventKind
from providers.demo.provider import DemoProvider
from providers.demo.services import EC2_OTHER, LOAD_BALANCING, RDS
from providers.records import CostRecord, ResourceRecord

ANCHOR = date(2026, 10, 20)
NOW = datetime(2026, 10, 20, 14, 30, tzinfo=UTC)
# Five days before now at noon, on the clock of the company.
HOUR = 12 - 24 * 5


def quiet(_: str) -> None:
    pass


def demo(
    *events: DemoEvent, account: str = PRODUCTION, now: datetime = NOW
) -> DemoProvider:
    return DemoProvider(account, ANCHOR, now, (), events)


def found(provider: DemoProvider, name: str) -> ResourceRecord | None:
    fetches = (provider.fetch_instances, provider.fetch_storage, provider.fetch_network)
    every = [r for f in fetches for part in f(quiet) for r in part.resources]
    return next((one for one in every if name in (one.name, one.resource_id)), None)


def instance(name: str, provider: DemoProvider) -> ResourceRecord:
    record = found(provider, name)
    assert record
    return record


def bill(provider: DemoProvider, day: int, service: str, place: str) -> Decimal:
    window = Window(ANCHOR + day * ONE_DAY, ANCHOR + (day + 1) * ONE_DAY)
    rows: list[CostRecord] = []
    for part in provider.fetch_costs(window, quiet):
        assert part.totals[0].billed == sum(row.billed for row in part.rows)
        rows += part.rows
    where = (service, place)
    return sum(
        (r.billed for r in rows if (r.service, r.region or r.resource_group) == where),
        Decimal(0),
    )


COMPUTE = "Amazon Elastic Compute Cloud - Compute"
WEB = "shop-web-01"
ID = instance(WEB, demo()).resource_id


def event(kind: EventKind, what: str = ID, **fields: object) -> DemoEvent:
    return DemoEvent(kind=kind, hour=HOUR, what=what, **fields)  # type: ignore[arg-type]


def test_a_stopped_machine_costs_nothing_from_then_on_and_works_no_more() -> None:
    stopped = demo(event(EventKind.STOPPED))
    assert instance(WEB, stopped).state == "stopped"
    assert instance(WEB, demo()).state == "running"
    saved = [
        bill(demo(), day, COMPUTE, VIRGINIA) - bill(stopped, day, COMPUTE, VIRGINIA)
        for day in (-6, -5, -4)
    ]
    assert saved[0] == 0
    assert 0 < saved[1] < saved[2]
    window = Window(ANCHOR - ONE_DAY * 7, ANCHOR)
    (metrics,) = stopped.fetch_metrics(window, {VIRGINIA: [ID]}, quiet)
    assert [one.day for one in metrics.cpu] == list(window.days())[:3]


def test_it_runs_again_once_it_is_started_and_what_is_later_is_not_known_yet() -> None:
    again = DemoEvent(kind=EventKind.STARTED, hour=HOUR + 24, what=ID)
    events = (event(EventKind.STOPPED), again)
    assert instance(WEB, demo(*events)).state == "running"
    earlier = demo(*events, now=NOW - timedelta(days=5))
    assert instance(WEB, earlier).state == "stopped"


@pytest.mark.parametrize("is_stopped", [False, True])
def test_a_machine_of_another_type_is_described_and_billed_as_that(
    is_stopped: bool,
) -> None:
    before = (event(EventKind.STOPPED),) if is_stopped else ()
    resized = demo(*before, event(EventKind.RETYPED, target="c6i.large"))
    record = instance(WEB, resized)
    assert getattr(record, "instance_type", "") == "c6i.large"
    assert record.state == ("stopped" if is_stopped else "running")
    assert bill(resized, -2, COMPUTE, VIRGINIA) < bill(demo(), -2, COMPUTE, VIRGINIA)


def test_in_azure_what_is_stopped_is_deallocated() -> None:
    machine = instance("pos-web-01", demo(account=STORES))
    stopped = event(EventKind.STOPPED, machine.resource_id)
    after = instance("pos-web-01", demo(stopped, account=STORES))
    assert after.state == "deallocated"


def test_a_machine_that_is_added_runs_works_and_costs_for_its_days() -> None:
    added = event(
        EventKind.ADDED,
        "promo-render-01",
        place=VIRGINIA,
        target="c6i.xlarge",
        role="batch",
        days=2,
    )
    running = demo(added, now=NOW - timedelta(days=4))
    assert instance("promo-render-01", running).state == "running"
    assert found(demo(added), "promo-render-01") is None
    assert bill(demo(added), -4, COMPUTE, VIRGINIA) > bill(
        demo(), -4, COMPUTE, VIRGINIA
    )
    assert bill(demo(added), -2, COMPUTE, VIRGINIA) == bill(
        demo(), -2, COMPUTE, VIRGINIA
    )


@pytest.mark.parametrize(
    ("account", "name", "changes", "per_day"),
    [
        # 2,000 GiB of gp2 at $0.10 a month become gp3 at $0.08, or a snapshot at $0.05.
        (PRODUCTION, "shop-db-backup", {"target": "gp3"}, "1.3151"),
        (PRODUCTION, "shop-db-backup", {"target": ""}, "6.5753"),
    ],
)
def test_what_is_saved_on_a_volume_is_off_the_bill(
    account: str, name: str, changes: dict[str, str], per_day: str
) -> None:
    disk = instance(name, demo()).resource_id
    kind = EventKind.RETYPED if changes["target"] else EventKind.REMOVED
    changed = demo(event(kind, disk, **changes))
    before, after = (bill(one, -3, EC2_OTHER, VIRGINIA) for one in (demo(), changed))
    assert before - after == pytest.approx(Decimal(per_day), rel=Decimal("0.07"))
    assert (found(changed, name) is None) == (kind is EventKind.REMOVED)


def test_a_snapshot_that_is_taken_stays_when_the_volume_is_gone() -> None:
    disk = instance("shop-db-backup", demo()).resource_id
    saved = event(EventKind.SAVED, disk, target="before-removal")
    gone = demo(saved, event(EventKind.REMOVED, disk))
    assert found(gone, disk) is None
    snapshot = instance("before-removal", gone)
    assert getattr(snapshot, "source_id", "") == disk
    assert not getattr(snapshot, "source_exists", True)


def test_an_address_is_released_and_a_bucket_is_moved_to_another_tier() -> None:
    network = (one for part in demo().fetch_network(quiet) for one in part.resources)
    address = next(one.resource_id for one in network if one.state == "unassociated")
    assert found(demo(event(EventKind.REMOVED, address)), address) is None
    moved = event(EventKind.RETYPED, "northpeak-logs", target="StandardIAStorage")
    bucket = instance("northpeak-logs", demo(moved))
    assert list(getattr(bucket, "bytes_by_tier", {})) == ["StandardIAStorage"]
    s3 = "Amazon Simple Storage Service"
    assert bill(demo(moved), -2, s3, VIRGINIA) < bill(demo(), -2, s3, VIRGINIA)


def test_a_spike_multiplies_a_service_in_a_place_for_its_days() -> None:
    spike = event(EventKind.SPIKE, "AWS Lambda", place=IRELAND, factor=8.0, days=2)
    ratio = [
        round(
            bill(demo(spike), day, "AWS Lambda", IRELAND)
            / bill(demo(), day, "AWS Lambda", IRELAND),
            6,
        )
        for day in (-6, -5, -4, -3)
    ]
    assert ratio == [1, 8, 8, 1]


def test_restated_days_are_corrected_only_once_that_happened() -> None:
    restated = event(
        EventKind.RESTATED, "AWS Lambda", place=IRELAND, factor=1.5, days=3
    )

    def days(provider: DemoProvider) -> list[Decimal]:
        return [bill(provider, day, "AWS Lambda", IRELAND) for day in (-9, -8, -6)]

    before = NOW - timedelta(days=5, hours=3)
    assert days(demo(restated, now=before)) == days(demo(now=before))
    nine, *others = zip(days(demo(restated)), days(demo()), strict=True)
    assert nine[0] == nine[1]
    assert all(new == pytest.approx(old * Decimal("1.5")) for new, old in others)


def test_a_runaway_machine_is_as_busy_as_the_event_says() -> None:
    runaway = event(EventKind.CPU, factor=96.0, days=2)
    window = Window(ANCHOR - ONE_DAY * 6, ANCHOR - ONE_DAY * 2)
    (metrics,) = demo(runaway).fetch_metrics(window, {VIRGINIA: [ID]}, quiet)
    assert [(one.average_percent or 0) > 90 for one in metrics.cpu] == [
        *(False, True),
        *(True, False),
    ]


@pytest.mark.parametrize(
    ("account", "region"), [(PRODUCTION, IRELAND), (STORES, WEST_EUROPE)]
)
def test_a_region_that_is_down_is_an_error_and_no_empty_region(
    account: str, region: str
) -> None:
    down = event(EventKind.OUTAGE, "", place=region, days=6)
    provider = demo(down, account=account)
    for fetch in (provider.fetch_instances, provider.fetch_storage):
        failed = {part.region: part.error for part in fetch(quiet)}
        assert [name for name, error in failed.items() if error] == [region]
    later = demo(down, account=account, now=NOW + timedelta(days=2))
    assert not any(part.error for part in later.fetch_instances(quiet))


def test_what_is_recorded_is_kept_once_and_changes_the_answers_at_once() -> None:
    kept: list[DemoEvent] = []
    record: Callable[[DemoEvent], None] = kept.append
    provider = DemoProvider(PRODUCTION, ANCHOR, NOW, store=record)
    for hour in (provider.hour, provider.hour, provider.hour - 2):
        stop = DemoEvent(kind=EventKind.STOPPED, hour=hour, what=ID)
        provider.record(stop)
    assert len(kept) == 1
    assert instance(WEB, provider).state == "stopped"
    provider.record(DemoEvent(kind=EventKind.STARTED, hour=provider.hour, what=ID))
    assert instance(WEB, provider).state == "running"


def test_the_id_of_a_machine_is_found_by_name_and_no_volume_is_a_machine() -> None:
    provider = demo()
    assert provider.instance_id(WEB) == provider.resource_id(ID) == ID
    assert provider.resource_id("shop-db-backup").startswith("vol-")
    assert provider.instance_id("shop-db-backup") == ""


def test_a_name_stays_taken_once_its_machine_is_gone() -> None:
    gone = demo(event(EventKind.REMOVED))
    assert (gone.instance_id(WEB), gone.has_named(WEB)) == ("", True)
    assert not gone.has_named("sale-web-01")


@pytest.mark.parametrize(
    ("name", "service", "per_day"),
    [
        # $0.9 an hour and 800 GiB, both twice, in Ireland.
        ("orders-eu", RDS, "29"),
        ("shop-eu", LOAD_BALANCING, "0.6"),
        ("nat-eu", EC2_OTHER, "1.15"),
    ],
)
def test_what_is_removed_beside_machines_is_off_the_bill(
    name: str, service: str, per_day: str
) -> None:
    removed = demo(event(EventKind.REMOVED, demo().resource_id(name)))
    before, after = (bill(one, -3, service, IRELAND) for one in (demo(), removed))
    assert before - after == pytest.approx(Decimal(per_day), rel=Decimal("0.2"))
    assert after > 0


def test_everything_beside_machines_can_be_removed_without_a_bill_below_zero() -> None:
    for account in ACCOUNTS:
        quiet_provider = demo(account=account.account_id)
        there = (*quiet_provider.fetch_storage(quiet),)
        there += (*quiet_provider.fetch_databases(quiet),)
        there += (*quiet_provider.fetch_network(quiet),)
        removals = [
            event(EventKind.REMOVED, one.resource_id)
            for part in there
            for one in part.resources
        ]
        day = Window(ANCHOR - ONE_DAY * 3, ANCHOR - ONE_DAY * 2)
        emptied = demo(*removals, account=account.account_id)
        (reading,) = emptied.fetch_costs(day, quiet)
        assert min(row.billed for row in reading.rows) >= 0, account.name


def test_in_azure_an_outage_of_a_region_is_one_of_its_resource_groups() -> None:
    down = event(EventKind.OUTAGE, "", place=WEST_EUROPE, days=1)
    quiet_provider, outage = demo(account=STORES), demo(down, account=STORES)
    for group, share in (("rg-pos-prod", "0.1"), ("rg-pos-dr", "1")):
        before, after = (
            bill(one, -5, "Virtual Machines", group) for one in (quiet_provider, outage)
        )
        assert after == pytest.approx(before * Decimal(share), rel=Decimal("0.001"))
