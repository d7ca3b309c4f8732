"""What is stored of an account's resources on each day, as the engine takes it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from carbon.engine import storage
from carbon.engine.estimate import HOURS_PER_DAY, ResourceDay
from carbon.engine.figures import AWS, AZURE
from clouds.models import CloudAccount
from clouds.registry import CloudKind
from core.windows import ONE_DAY, Window, midnight, utc_day
from inventory.models import Bucket, Database, Instance, Resource, StateChange, Volume
from metrics.models import CpuMetric, NetworkMetric

FIGURES_OF = {
    CloudKind.AWS: AWS,
    CloudKind.DEMO: AWS,
    CloudKind.AZURE: AZURE,
    CloudKind.DEMO_AZURE: AZURE,
}
# Kinds that use energy by a published formula; of machines a server is shared too.
MACHINES = (Resource.Kind.INSTANCE, Resource.Kind.DATABASE)
ESTIMATED = (*MACHINES, Resource.Kind.VOLUME, Resource.Kind.BUCKET)
# Of a machine, and of a database; any other state, as "available", may use energy.
OFF = {"stopped", "deallocated", "paused"}
SAMPLES_PER_HOUR = 12
ROWS_AT_ONCE = 5000
Field = StateChange.Field


@dataclass(frozen=True)
class AccountDays:
    """The days of one account's resources in a window. Eight queries."""

    account: CloudAccount
    window: Window

    def __iter__(self) -> Iterator[tuple[Resource, date, ResourceDay]]:
        """Yield each day on which a resource existed, as far as it is known."""
        for model, fact in FACTS.items():
            there = model.objects.filter(account=self.account)
            for one in there.present_since(self.window.start).order_by("pk"):
                for day in self._days_of(one):
                    yield one, day, fact(self, one, day)

    @property
    def cloud(self) -> str:
        return FIGURES_OF[CloudKind(self.account.provider)]

    @cached_property
    def cpu(self) -> Mapping[tuple[int, date], tuple[float | None, int | None]]:
        rows = self._rows(CpuMetric, "average_percent", "samples")
        return {(pk, day): (average, samples) for pk, day, average, samples in rows}

    @cached_property
    def sent(self) -> Mapping[tuple[int, date], int | None]:
        rows = self._rows(NetworkMetric, "out_bytes")
        return {(pk, day): sent for pk, day, sent in rows}

    def _rows(self, model: type[Any], *columns: str) -> Iterator[tuple[Any, ...]]:
        rows = model.objects.filter(resource__account=self.account)
        stored = rows.in_window(self.window).order_by()
        found: Iterator[tuple[Any, ...]] = stored.values_list(
            "resource_id", "day", *columns
        ).iterator(chunk_size=ROWS_AT_ONCE)
        return found

    @cached_property
    def changes(self) -> Mapping[tuple[int, str], list[tuple[datetime, str]]]:
        """What each field was before each change since the window began."""
        rows = StateChange.objects.filter(
            resource__account=self.account, at__gte=self.window.start_at
        )
        found: dict[tuple[int, str], list[tuple[datetime, str]]] = defaultdict(list)
        ordered = rows.order_by("at", "id")
        for pk, field, at, old in ordered.values_list(
            "resource_id", "field", "at", "old_value"
        ):
            found[pk, field].append((at, old))
        return found

    def value_on(self, one: Resource, field: Field, day: date) -> str:
        """Return what the field was when the day ended; "" where nobody saw it."""
        end = midnight(day + ONE_DAY)
        later = (old for at, old in self.changes.get((one.pk, field), ()) if at >= end)
        current = getattr(one, field)
        return next(later, "" if current is None else str(current))

    def _days_of(self, one: Resource) -> Iterator[date]:
        """Yield those on which it existed: of a machine those that were measured too,
        before it was first seen."""
        since = utc_day(one.created_at or one.first_seen_at)
        until = utc_day(one.gone_since) if one.gone_since else self.window.end
        for day in self.window.days():
            if since <= day < until or (one.pk, day) in self.cpu:
                yield day

    def running(self, one: Resource, day: date) -> tuple[float | None, float | None]:
        """Return its mean CPU and the hours it ran; of a day off 0 hours."""
        if (one.pk, day) in self.cpu:
            average, samples = self.cpu[one.pk, day]
            if average is None:
                return None, None
            # Without a count of samples a cloud says nothing of hours: it is a day.
            hours = HOURS_PER_DAY if samples is None else samples / SAMPLES_PER_HOUR
            return average, min(HOURS_PER_DAY, hours)
        return None, 0.0 if self._was_off(one, day) else None

    def _was_off(self, one: Resource, day: date) -> bool:
        """Return whether it is known to have been off from midnight to midnight."""
        ends = (day - ONE_DAY, day)
        return all(self.value_on(one, Field.STATE, at) in OFF for at in ends)


def _instance(days: AccountDays, one: Instance, day: date) -> ResourceDay:
    percent, hours = days.running(one, day)
    instance_type = days.value_on(one, Field.INSTANCE_TYPE, day)
    is_current = instance_type == one.instance_type
    return ResourceDay(
        cloud=days.cloud,
        region=one.region,
        instance_type=instance_type,
        vcpus=one.vcpus if is_current else None,
        memory_gib=one.memory_gib if is_current else None,
        cpu_percent=percent,
        hours=hours,
        sent_bytes=days.sent.get((one.pk, day)),
    )


def _database(days: AccountDays, one: Database, day: date) -> ResourceDay:
    percent, hours = days.running(one, day)
    machines = 2 if one.is_multi_zone else 1
    return ResourceDay(
        cloud=days.cloud,
        region=one.region,
        instance_type=days.value_on(one, Field.DATABASE_CLASS, day),
        cpu_percent=percent,
        hours=hours,
        machines=machines,
        stored=storage.database(
            *(days.cloud, one.engine, one.storage_type, one.storage_gib, machines)
        ),
    )


def _volume(days: AccountDays, one: Volume, day: date) -> ResourceDay:
    size = days.value_on(one, Field.SIZE_GIB, day)
    kind = days.value_on(one, Field.VOLUME_TYPE, day)
    return ResourceDay(
        cloud=days.cloud,
        region=one.region,
        is_machine=False,
        stored=storage.volume(days.cloud, kind, float(size) if size else None),
    )


def _bucket(days: AccountDays, one: Bucket, day: date) -> ResourceDay:
    tiers = one.bytes_by_tier or {}
    return ResourceDay(
        cloud=days.cloud,
        region=one.region,
        is_machine=False,
        stored=storage.bucket(days.cloud, one.redundancy, one.total_bytes, tiers),
    )


FACTS: Mapping[Any, Any] = {
    Instance: _instance,
    Database: _database,
    Volume: _volume,
    Bucket: _bucket,
}
