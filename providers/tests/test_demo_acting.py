"""Changing the invented company, which its next reads then show."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from providers.acting import (
    ActingOptions,
    ActionKind,
    ActionOutcome,
    CloudAction,
    seen,
)
from providers.demo.acting_source import DemoActing
from providers.demo.azure_bill import thing_usd
from providers.demo.company import PRODUCTION, STORES
from providers.demo.events import DemoEvent, EventKind
from providers.demo.lives import FOREVER
from providers.demo.provider import DemoProvider
from providers.demo.things import planned_things, things
from providers.errors import ErrorKind, ProviderError
from providers.records import (
    AddressRecord,
    BucketRecord,
    DatabaseRecord,
    InstanceRecord,
    ResourceRecord,
    SnapshotRecord,
    VolumeRecord,
)

ANCHOR = date(2026, 10, 20)
NOW = datetime(2026, 10, 20, 14, 30, tzinfo=UTC)


class Company:
    """An account, whose events are stored from one provider to the next."""

    def __init__(self, account_id: str = PRODUCTION) -> None:
        self.account_id, self.stored = account_id, list[DemoEvent]()

    def provider(self) -> DemoProvider:
        return DemoProvider(
            self.account_id, ANCHOR, NOW, (), [*self.stored], self.stored.append
        )

    def source(self) -> DemoActing:
        return DemoActing(self.provider(), ActingOptions(["keep"]))

    def records(self) -> Iterator[ResourceRecord]:
        provider = self.provider()
        for fetch in (
            provider.fetch_instances,
            provider.fetch_storage,
            provider.fetch_network,
        ):
            for part in fetch(lambda _: None):
                yield from part.resources

    def now(self, action: CloudAction) -> ResourceRecord | None:
        """The resource as the next sync reads it."""
        ids = (one for one in self.records() if one.resource_id == action.resource_id)
        return next(ids, None)

    def run(self, action: CloudAction, **options: bool) -> ActionOutcome:
        return self.source().act(action, lambda _: None, **options)


def approved(
    company: Company, kind: ActionKind, record: ResourceRecord, target: str = ""
) -> CloudAction:
    action = CloudAction(
        key="ci-1",
        kind=kind,
        resource_id=record.resource_id,
        region=record.region,
        target=target,
    )
    looked = company.source().look(action)
    assert looked is not None
    return replace(action, expected=seen(looked))


@pytest.mark.parametrize(
    ("account_id", "off"), [(PRODUCTION, "stopped"), (STORES, "deallocated")]
)
def test_what_is_stopped_is_stopped_in_the_next_sync_until_it_is_undone(
    account_id: str, off: str
) -> None:
    company = Company(account_id)
    running = (one for one in company.records() if one.state == "running")
    action = approved(company, ActionKind.STOP_INSTANCE, next(running))
    assert company.source().dry_run(action) == (
        "The invented company would do it at once."
    )
    assert not company.stored
    outcome = company.run(action)
    assert company.now(action).state == off  # type: ignore[union-attr]
    company.run(action, is_repeated=True)
    assert len(company.stored) == 1
    assert outcome.undo
    company.run(replace(outcome.undo, key="ci-2"))
    assert company.now(action).state == "running"  # type: ignore[union-attr]


def test_a_machine_becomes_another_size_and_no_unknown_one() -> None:
    company = Company()
    machine = next(
        one
        for one in company.records()
        if isinstance(one, InstanceRecord) and one.instance_type == "m5.xlarge"
    )
    kind = ActionKind.RESIZE_INSTANCE
    company.run(approved(company, kind, machine, "m5.large"))
    action = approved(company, kind, machine, "m5.huge")
    found = company.now(action)
    assert isinstance(found, InstanceRecord)
    assert found.instance_type == "m5.large"
    with pytest.raises(ProviderError, match=r"m5\.huge"):
        company.source().dry_run(action)


def test_a_volume_leaves_a_snapshot_and_an_address_nothing() -> None:
    company = Company()
    volume = next(
        one
        for one in company.records()
        if isinstance(one, VolumeRecord) and not one.attached_to
    )
    action = approved(company, ActionKind.DELETE_VOLUME, volume)
    outcome = company.run(action)
    assert "cloudintel-ci-1 stays" in outcome.answer
    assert (outcome.seen, company.now(action)) == (None, None)
    snapshots = [one for one in company.records() if isinstance(one, SnapshotRecord)]
    assert [one for one in snapshots if one.source_id == volume.resource_id]
    assert company.run(action, is_repeated=True).seen is None
    assert outcome.undo is not None
    back = approved(company, ActionKind.RESTORE_VOLUME, volume, outcome.undo.target)
    company.run(back)
    assert company.now(action) == volume

    address = next(
        one
        for one in company.records()
        if isinstance(one, AddressRecord) and not one.attached_to
    )
    action = approved(company, ActionKind.RELEASE_ADDRESS, address)
    company.run(action)
    assert company.now(action) is None


def test_what_something_holds_is_not_removed() -> None:
    company = Company()
    volume = next(
        one
        for one in company.records()
        if isinstance(one, VolumeRecord) and one.attached_to
    )
    with pytest.raises(ProviderError, match="holds it") as raised:
        company.run(approved(company, ActionKind.DELETE_VOLUME, volume))
    assert raised.value.kind == ErrorKind.CONFLICT
    assert not company.stored


@pytest.mark.parametrize(
    ("account_id", "hot", "cold"),
    [(PRODUCTION, "StandardStorage", "StandardIAStorage"), (STORES, "Hot", "Cool")],
)
def test_a_bucket_gets_a_colder_class_and_back(
    account_id: str, hot: str, cold: str
) -> None:
    company = Company(account_id)
    bucket = next(
        one
        for one in company.records()
        if isinstance(one, BucketRecord) and {*(one.bytes_by_tier or {})} == {hot}
    )
    action = approved(company, ActionKind.SET_STORAGE_CLASS, bucket, cold)
    assert action.expected.type == hot
    outcome = company.run(action)
    found = company.now(action)
    assert isinstance(found, BucketRecord)
    assert {*(found.bytes_by_tier or {})} == {cold}
    assert outcome.undo
    assert outcome.undo.target == hot
    company.run(replace(outcome.undo, key="ci-2"))
    found = company.now(action)
    assert isinstance(found, BucketRecord)
    assert {*(found.bytes_by_tier or {})} == {hot}


def test_a_bucket_gets_no_class_that_is_not_sold_with_its_copies() -> None:
    company = Company(STORES)
    bucket = next(
        one
        for one in company.records()
        if isinstance(one, BucketRecord) and one.redundancy == "Standard_GRS"
    )
    with pytest.raises(ProviderError, match="Give one of Cool, Hot"):
        company.run(approved(company, ActionKind.SET_STORAGE_CLASS, bucket, "Archive"))
    assert not company.stored


def test_gp2_becomes_gp3() -> None:
    company = Company()
    volume = next(
        one
        for one in company.records()
        if isinstance(one, VolumeRecord) and one.volume_type == "gp2"
    )
    action = approved(company, ActionKind.CHANGE_VOLUME_TYPE, volume, "gp3")
    company.run(action)
    found = company.now(action)
    assert isinstance(found, VolumeRecord)
    assert found.volume_type == "gp3"


def test_it_refuses_as_a_cloud_does_what_changed_since_it_was_approved() -> None:
    company = Company()
    running = (one for one in company.records() if one.state == "running")
    action = approved(company, ActionKind.STOP_INSTANCE, next(running))
    company.run(action)
    with pytest.raises(ProviderError, match="state was running") as raised:
        company.run(action)
    assert raised.value.kind == ErrorKind.CHANGED


def test_everything_may_be_tried() -> None:
    checks = [*Company().source().acting_checks()]
    assert len(checks) == len(ActionKind)
    assert not any(check.error for check in checks)


@pytest.mark.parametrize("account_id", [PRODUCTION, STORES])
def test_a_database_is_stopped_and_started_again(account_id: str) -> None:
    company = Company(account_id)

    def database() -> DatabaseRecord:
        parts = company.provider().fetch_databases(lambda _: None)
        found = next(one for part in parts for one in part.resources)
        assert isinstance(found, DatabaseRecord)
        return found

    before = database()
    outcome = company.run(approved(company, ActionKind.STOP_DATABASE, before))
    assert database() == replace(before, state="stopped")
    assert outcome.undo is not None
    company.run(replace(outcome.undo, key="ci-2"))
    assert database() == before


@pytest.mark.parametrize("account_id", [PRODUCTION, STORES])
def test_a_stopped_database_costs_its_storage_until_it_is_started(
    account_id: str,
) -> None:
    kept = next(
        one
        for one in planned_things(account_id)
        if one.kind == "database" and one.deleted == FOREVER
    )
    events = tuple(
        DemoEvent(kind=kind, hour=hour, what=kept.id)
        for kind, hour in [(EventKind.STOPPED, 36), (EventKind.STARTED, 72)]
    )
    found = next(one for one in things(account_id, events) if one.id == kept.id)
    usual, half, off, again = (thing_usd(found, day) for day in range(4))
    assert usual == again
    assert 0 < off < half < usual
    assert usual - half == half - off
    removed = (events[0], DemoEvent(kind=EventKind.REMOVED, hour=58, what=kept.id))
    found = next(one for one in things(account_id, removed) if one.id == kept.id)
    assert 0 < thing_usd(found, 2) < off
    assert thing_usd(found, 3) == 0
