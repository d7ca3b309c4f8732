"""Read daily utilization and store it, one row per resource and day."""

from collections import defaultdict
from collections.abc import (
    Callable,
    Collection,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import compress
from typing import Any

from django.db import models
from django.db.models import Q

from clouds.models import CloudAccount
from core.db.upsert import upsert_columns
from core.garbage import rarely_collected
from core.windows import Window, span
from inventory.models import Resource
from inventory.sync import require_regions
from metrics.models import CpuMetric, MemoryMetric, NetworkMetric, UsageMetric
from metrics.monitoring_history import MonitoringHistory
from metrics.recent_cpu_rollup import refresh_recent_cpu
from metrics.sample_counts import stored_samples
from providers.base import MetricSource, Progress, RegionSource, UsageSource
from providers.errors import ProviderError
from providers.metric_records import (
    CpuRecord,
    MemoryRecord,
    NetworkRecord,
    RegionMetrics,
    ResourceRef,
    UsageRecord,
)
from syncs.datasets import Dataset
from syncs.models import SyncRun
from syncs.runs.claim_and_read import claim_and_read
from syncs.runs.run_context import (
    RunContext,
    SyncFailed,
    run_context,
    say_nothing,
)
from syncs.runs.watermarks import WHOLE_ACCOUNT, due_window, read_until

CPU_FIELDS = ("average_percent", "maximum_percent", "p99_percent", "samples")
MEMORY_FIELDS = ("average_percent", "maximum_percent")
NETWORK_FIELDS = ("in_bytes", "out_bytes")
USAGE_FIELDS = ("average", "maximum", "total")
KEY = ("resource_id", "day")
# A transaction takes as long as storing some thousands of records.
RECORDS_AT_ONCE = 20_000

Kind = Resource.Kind
# A gp3 volume with more is paid to be faster.
# https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html
GP3_IOPS, GP3_MIB = 3000, 125
# And a Premium SSD v2 (125 MB/s).
# https://learn.microsoft.com/azure/virtual-machines/disks-types#premium-ssd-v2
V2_IOPS, V2_MIB = 3000, 119


def _faster(types: Collection[str], iops: int, mib: int) -> Q:
    is_faster = Q(volume__iops__gt=iops) | Q(volume__throughput_mib__gt=mib)
    return Q(volume__volume_type__in=types) & is_faster


# Disks whose speed is paid for: metrics of others would cost more than they show.
PAID_SPEED = ~Q(volume__attached_to="") & (
    Q(volume__volume_type__in=["io1", "io2", "UltraSSD_LRS"])
    | Q(volume__volume_type__in=["Premium_LRS", "Premium_ZRS"])
    | _faster(["gp3"], GP3_IOPS, GP3_MIB)
    | _faster(["PremiumV2_LRS", "PremiumV2_ZRS"], V2_IOPS, V2_MIB)
)
ASKED_FOR = ~Q(kind=Kind.VOLUME) | PAID_SPEED
Refs = Mapping[str, Mapping[ResourceRef, int]]
"""Region -> what is asked of there -> its key."""
Columns = dict[str, Sequence[Any]]
Records = (
    Sequence[CpuRecord]
    | Sequence[MemoryRecord]
    | Sequence[NetworkRecord]
    | Sequence[UsageRecord]
)


@dataclass(frozen=True, slots=True)
class Measured:
    """What a dataset of metrics is asked of, and how."""

    kinds: Collection[Kind]
    fetch: Callable[[RunContext, Window, Refs], Iterator[RegionMetrics]]


def _fetch_cpu(run: RunContext, window: Window, refs: Refs) -> Iterator[RegionMetrics]:
    ids = {region: [ref.resource_id for ref in there] for region, there in refs.items()}
    return run.source(MetricSource).fetch_metrics(window, ids, run.progress)


def _fetch_usage(
    run: RunContext, window: Window, refs: Refs
) -> Iterator[RegionMetrics]:
    resources = {region: list(there) for region, there in refs.items()}
    return run.source(UsageSource).fetch_usage(window, resources, run.progress)


MEASURED: dict[str, Measured] = {
    Dataset.CPU: Measured([Kind.INSTANCE], _fetch_cpu),
    Dataset.USAGE: Measured(
        [
            *(Kind.DATABASE, Kind.LOAD_BALANCER, Kind.NAT_GATEWAY, Kind.BUCKET),
            Kind.VOLUME,
        ],
        _fetch_usage,
    ),
}


def read_metrics(run: SyncRun, on_progress: Progress = say_nothing) -> SyncRun:
    """Read utilization of the account's resources in the window, or what is due.

    A region that fails keeps what it has, and the run ends as partial.
    """
    with rarely_collected(), run_context(run, on_progress) as current:
        dataset, measured = Dataset(run.dataset), MEASURED[run.dataset]
        # Before the resources, as more may be stored while these are read.
        available = dataset.kept_window(run.account, run.started_at)
        known = known_until(run.account, dataset, available.end)
        windows = windows_of(run, available, known)
        window = span(windows.values())
        current.begin(window)
        regions = current.source(RegionSource).fetch_regions()
        require_regions(regions, run.account)
        monitoring = MonitoringHistory(run.account)
        asked: set[str] = set()
        failed: set[str] = set()
        for part_window, of_window in by_window(windows, regions).items():
            refs = resource_refs(run.account, measured.kinds, part_window, of_window)
            asked.update(refs)
            keys = {
                region: {ref.resource_id: key for ref, key in there.items()}
                for region, there in refs.items()
            }
            for parts in in_groups(measured.fetch(current, part_window, refs)):
                for part in parts:
                    if part.error:
                        current.record_failed_part(part.error)
                        failed.add(part.region)
                    elif part.warning:
                        current.add_warning(part.warning)
                with current.storing():
                    for part in _by_region(parts):
                        of_region = keys[part.region]
                        current.rows += store_part(part, of_region, monitoring)
        if not current.rows and not failed:
            refuse_empty(run.account, measured.kinds, window)
        if dataset == Dataset.CPU:
            with current.storing():
                refresh_recent_cpu(run.account, run.started_at)
        read = until_known(windows, known, {*regions} - failed)
        current.finish_parts(parts_read=len(asked - failed), read=read)
    return run


sync_cpu = partial(claim_and_read, Dataset.CPU, read_metrics)
sync_usage = partial(claim_and_read, Dataset.USAGE, read_metrics)


def in_groups(parts: Iterator[RegionMetrics]) -> Iterator[Sequence[RegionMetrics]]:
    """Yield as many parts as are well stored in one transaction.

    What was read before an error is yielded before it is raised.
    """
    group, size = list[RegionMetrics](), 0
    try:
        for part in parts:
            group.append(part)
            size += sum(map(len, (part.cpu, part.memory, part.network, part.usage)))
            if size >= RECORDS_AT_ONCE:
                yield group
                group, size = [], 0
    except ProviderError:
        if group:
            yield group
        raise
    if group:
        yield group


def known_until(
    account: CloudAccount, dataset: Dataset, latest: date
) -> Mapping[str, date]:
    """Return until when a region's resources are known, of all datasets known there."""
    known: dict[str, date] = {}
    for first in dataset.after:
        for region, until in read_until(account, first, latest).items():
            known[region] = min(until, known.get(region, until))
    return known


def windows_of(
    run: SyncRun, available: Window, known: Mapping[str, date]
) -> Mapping[str, Window]:
    """Return what is read of each region whose resources are known: the run's window,
    or what is due there. Before any is known it is the first sync's of none."""
    dataset = Dataset(run.dataset)
    marks = read_until(run.account, dataset, available.end)
    return {
        region: run.window or due_window(dataset, marks.get(region), available)
        for region in known or [WHOLE_ACCOUNT]
    }


def by_window(
    windows: Mapping[str, Window], regions: Sequence[str]
) -> Mapping[Window, Sequence[str]]:
    """Return the regions that are read of the same days, which are asked together."""
    found: dict[Window, list[str]] = defaultdict(list)
    for region, window in windows.items():
        if region in regions:
            found[window].append(region)
    return found


def until_known(
    windows: Mapping[str, Window], known: Mapping[str, date], read: Collection[str]
) -> Mapping[str, Window]:
    """Return the part of each read region's window for which its resources are known.

    Metrics of what was created since are missing, so the watermark waits for it.
    """
    return {
        region: Window(window.start, min(window.end, known[region]))
        for region, window in windows.items()
        if region in read and known[region] > window.start
    }


def resource_refs(
    account: CloudAccount,
    kinds: Collection[Kind],
    window: Window,
    regions: Sequence[str],
) -> Refs:
    """Return the resources present in the window, with their keys."""
    refs: dict[str, dict[ResourceRef, int]] = defaultdict(dict)
    rows = (
        Resource.objects.filter(account=account, kind__in=kinds, region__in=regions)
        .filter(ASKED_FOR)
        .present_since(window.start)
        .order_by("region", "resource_id")
        .values_list(
            *("region", "id"),
            *("kind", "resource_id", "created_at", "gone_since"),
            *("database__engine", "database__storage_gib"),
        )
    )
    for region, key, *described in rows:
        refs[region][ResourceRef(*described)] = key
    return refs


def is_asked_for(resource: Resource) -> bool:
    """Return whether a sync asks how much this resource of a kind in MEASURED is
    used."""
    return Resource.objects.filter(ASKED_FOR, pk=resource.pk).exists()


def _by_region(parts: Iterable[RegionMetrics]) -> Iterator[RegionMetrics]:
    """Yield all records of each region as one part."""
    of_region: dict[str, list[RegionMetrics]] = defaultdict(list)
    for part in parts:
        of_region[part.region].append(part)
    for region, of_one in of_region.items():
        yield RegionMetrics(
            region,
            cpu=[record for part in of_one for record in part.cpu],
            memory=[record for part in of_one for record in part.memory],
            network=[record for part in of_one for record in part.network],
            usage=[record for part in of_one for record in part.usage],
        )


def store_part(
    part: RegionMetrics, keys: Mapping[str, int], monitoring: MonitoringHistory
) -> int:
    """Store one part of a region, within the caller's transaction; count its rows of
    CPU and use."""
    cpu = _columns(part.cpu, keys)
    if cpu:
        cpu["samples"] = [
            stored_samples(samples, is_detailed=monitoring.is_detailed(key, day))
            for key, day, samples in zip(
                *(cpu["resource_id"], cpu["day"], cpu["samples"]), strict=True
            )
        ]
    _upsert(CpuMetric, cpu, CPU_FIELDS)
    _upsert(MemoryMetric, _columns(part.memory, keys), MEMORY_FIELDS)
    _upsert(NetworkMetric, _columns(part.network, keys), NETWORK_FIELDS)
    _upsert(UsageMetric, _columns(part.usage, keys), USAGE_FIELDS, (*KEY, "metric"))
    return len(part.cpu) + len(part.usage)


def _columns(records: Records, keys: Mapping[str, int]) -> Columns:
    """Return what the records have under each name, and the keys of their resources."""
    if not records:
        return {}
    values = zip(*records, strict=True)
    columns: Columns = dict(zip(records[0]._fields, values, strict=True))
    columns["resource_id"] = [keys[str(one)] for one in columns["resource_id"]]
    return columns


def refuse_empty(
    account: CloudAccount, kinds: Collection[Kind], window: Window
) -> None:
    """Raise SyncFailed where days have rows for which the cloud now has no data."""
    # Disks are asked for only while they are attached and their speed is paid for.
    always_asked = [kind for kind in kinds if kind != Kind.VOLUME]
    for model in (CpuMetric, UsageMetric):
        rows = model.objects.filter(resource__account=account).in_window(window)
        if rows.of_kinds(*always_asked).exists():
            raise SyncFailed(
                f"Metrics of {window}: the cloud answered without any data, but rows "
                "are stored for these days. They were kept. Check that the credentials "
                "still see this account's metrics, then sync again."
            )


def _upsert(
    model: type[models.Model],
    columns: Columns,
    fields: Sequence[str],
    key: Sequence[str] = KEY,
) -> None:
    # A statistic that was not requested must not erase one that is stored.
    for given, rows in _by_given(columns, fields):
        if given:
            upsert_columns(model, {name: rows[name] for name in (*key, *given)}, key)


def _by_given(
    columns: Columns, fields: Sequence[str]
) -> Iterator[tuple[Sequence[str], Columns]]:
    """Yield the rows that have the same statistics, and which these are."""
    if not columns:
        return
    unknown = {name: columns[name].count(None) for name in fields}
    if {*unknown.values()} <= {0, len(columns[fields[0]])}:
        yield [name for name in fields if not unknown[name]], columns
        return
    known = [[value is not None for value in columns[name]] for name in fields]
    of_rows = [*zip(*known, strict=True)]
    for given in sorted({*of_rows}):
        is_one = [of_row == given for of_row in of_rows]
        rows: Columns = {
            name: [*compress(values, is_one)] for name, values in columns.items()
        }
        yield [*compress(fields, given)], rows
