"""The demo as it is changed: each action is stored as an event of the company."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from providers.acting import ActingOptions, ActionKind, CloudAction
from providers.acting_steps import ActingProvider, Change, Task
from providers.approved import refuse_held
from providers.demo.company import INSTANCE_TYPES, cloud_of_type
from providers.demo.events import DemoEvent, EventKind
from providers.demo.provider import DemoProvider
from providers.demo.resource_prices import resource_prices
from providers.errors import ErrorKind, ProviderError
from providers.records import (
    AccessCheck,
    BucketRecord,
    ResourceMarket,
    ResourceRecord,
    SnapshotRecord,
)
from providers.settings import ProviderSettings

EVENTS: Mapping[ActionKind, EventKind] = {
    ActionKind.STOP_INSTANCE: EventKind.STOPPED,
    ActionKind.START_INSTANCE: EventKind.STARTED,
    ActionKind.RESIZE_INSTANCE: EventKind.RETYPED,
    ActionKind.RELEASE_ADDRESS: EventKind.REMOVED,
    ActionKind.DELETE_VOLUME: EventKind.REMOVED,
    ActionKind.RESTORE_VOLUME: EventKind.STARTED,
    ActionKind.CHANGE_VOLUME_TYPE: EventKind.RETYPED,
    ActionKind.SET_STORAGE_CLASS: EventKind.RETYPED,
    ActionKind.STOP_DATABASE: EventKind.STOPPED,
    ActionKind.START_DATABASE: EventKind.STARTED,
}
# What is changed, where what it can become is on a price list.
PRICED = {
    ActionKind.CHANGE_VOLUME_TYPE: "volume",
    ActionKind.SET_STORAGE_CLASS: "bucket",
}


@dataclass(frozen=True, slots=True)
class DemoSettings(ProviderSettings):
    """In an invented company everything may be tried."""

    @property
    def acts(self) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class DemoChange:
    provider: DemoProvider
    action: CloudAction

    def look(self) -> ResourceRecord | None:
        self.provider.meter.count("demo:Look")
        record = next(self._found(), None)
        if isinstance(record, BucketRecord) and not record.access_tier:
            tiers = record.bytes_by_tier or {}
            return replace(record, access_tier=max(tiers, key=tiers.__getitem__))
        return record

    def _found(self) -> Iterator[ResourceRecord]:
        provider = self.provider
        for fetch in (
            provider.fetch_instances,
            provider.fetch_storage,
            provider.fetch_network,
            provider.fetch_databases,
        ):
            for part in fetch(lambda _: None):
                if part.error and part.region == self.action.region:
                    raise part.error
                for record in part.resources:
                    if self._is_meant(record):
                        yield record

    def _is_meant(self, record: ResourceRecord) -> bool:
        """Return whether it is the resource, or the snapshot to restore it from."""
        if self.action.kind == ActionKind.RESTORE_VOLUME:
            return isinstance(record, SnapshotRecord) and (
                record.name == self.action.target
            )
        return record.resource_id == self.action.resource_id

    def restoring(self) -> CloudAction | None:
        if self.action.kind != ActionKind.DELETE_VOLUME:
            return None
        kind, target = ActionKind.RESTORE_VOLUME, f"cloudintel-{self.action.key}"
        return replace(self.action, key="", kind=kind, target=target)

    def dry_run(self, record: ResourceRecord) -> str:
        self._check(record)
        return "The invented company would do it at once."

    def do(self, record: ResourceRecord, task: Task) -> str:
        self._check(record)
        snapshot = f"cloudintel-{self.action.key}"
        if self.action.kind == ActionKind.DELETE_VOLUME:
            self._record(EventKind.SAVED, snapshot)
        self._record(EVENTS[self.action.kind], self.action.target)
        stays = f" Its snapshot {snapshot} stays."
        return "The invented company did it." + (
            stays if self.action.kind == ActionKind.DELETE_VOLUME else ""
        )

    def _check(self, record: ResourceRecord) -> None:
        if EVENTS[self.action.kind] is EventKind.REMOVED:
            refuse_held(self.action, record)
        if (offered := self._offered(record)) is not None and (
            self.action.target not in offered
        ):
            raise ProviderError(
                ErrorKind.INVALID,
                str(self.action),
                f"there is no {self.action.target!r} to change to",
                f"Give one of {', '.join(sorted(offered))}.",
            )

    def _offered(self, record: ResourceRecord) -> set[str] | None:
        """Return what it can become; None where it becomes nothing else."""
        cloud, kind = self.provider.cloud, self.action.kind
        if kind == ActionKind.RESIZE_INSTANCE:
            return {name for name in INSTANCE_TYPES if cloud_of_type(name) is cloud}
        if kind not in PRICED:
            return None
        market = ResourceMarket(self.action.region, PRICED[kind])
        copies = record.redundancy if isinstance(record, BucketRecord) else ""
        prices = resource_prices(market)
        return {price.sku for price in prices if price.redundancy == copies}

    def _record(self, kind: EventKind, target: str) -> None:
        self.provider.meter.count("demo:Act")
        self.provider.record(
            DemoEvent(
                kind=kind,
                hour=self.provider.hour,
                what=self.action.resource_id,
                target=target,
            )
        )


class DemoActing(ActingProvider):
    """One account of the invented company. See providers.acting."""

    def __init__(self, provider: DemoProvider, options: ActingOptions) -> None:
        super().__init__(options)
        self._provider = provider
        self.meter = provider.meter

    def change(self, action: CloudAction) -> Change:
        return DemoChange(self._provider, action)

    def acting_checks(self) -> Iterator[AccessCheck]:
        for kind in ActionKind:
            yield AccessCheck(f"demo:{kind}", "acting in the demo", is_required=False)
