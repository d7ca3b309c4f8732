"""Read daily utilization and store it, one row per instance and day."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import models

from clouds.models import CloudAccount
from core.db.upsert import upsert
from core.windows import Window
from inventory.models import Instance
from inventory.sync import require_regions
from metrics.models import CpuMetric, MemoryMetric, NetworkMetric
from metrics.monitoring_history import MonitoringHistory
from metrics.recent_cpu_rollup import refresh_recent_cpu
from metrics.sample_counts import stored_samples
from providers.base import MetricSource, Progress
from providers.records import (
    CpuRecord,
    MemoryRecord,
    NetworkRecord,
    RegionMetrics,
)
from syncs.datasets import Dataset
from syncs.models import SyncRun
from syncs.runs.claims import claim
from syncs.runs.run_context import SyncFailed, run_context, say_nothing
from syncs.runs.watermarks import WHOLE_ACCOUNT, due_window, read_until

CPU_FIELDS = ("average_percent", "maximum_percent", "p99_percent", "samples")
MEMORY_FIELDS = ("average_percent", "maximum_percent")
NETWORK_FIELDS = ("in_bytes", "out_bytes")
KEY = ("resource_id", "day")


def sync_cpu(
    account: CloudAccount,
    now: datetime,
    *,
    window: Window | None = None,
    trigger: SyncRun.Trigger = SyncRun.Trigger.COMMAND,
    user: User | None = None,
    on_progress: Progress = say_nothing,
) -> SyncRun:
    """Read utilization of the account's instances in the window, or what is due.

    A region that fails keeps what it has, and the run ends as partial. Raises
    SlotTaken and InvalidWindow before anything is read.
    """
    run = claim(account, Dataset.CPU, now, window=window, trigger=trigger, user=user)
    return read_cpu(run, on_progress)


def read_cpu(run: SyncRun, on_progress: Progress = say_nothing) -> SyncRun:
    """Execute a claimed run."""
    with run_context(run, on_progress) as current:
        source = current.source(MetricSource)
        # Before the instances, as more may be stored while these are read.
        available = source.metric_window(run.started_at)
        known = read_until(run.account, Dataset.INSTANCES, available.end)
        windows = windows_of(run, available, known)
        window = span(windows.values())
        current.begin(window)
        regions = source.fetch_regions()
        require_regions(regions, run.account)
        monitoring = MonitoringHistory(run.account)
        asked: set[str] = set()
        failed: set[str] = set()
        for part_window, of_window in by_window(windows, regions).items():
            keys = instance_keys(run.account, part_window, of_window)
            asked.update(keys)
            ids = {region: list(of_region) for region, of_region in keys.items()}
            for part in source.fetch_metrics(part_window, ids, current.progress):
                if part.error:
                    current.record_failed_part(part.error)
                    failed.add(part.region)
                    continue
                with current.storing():
                    of_region = keys[part.region]
                    counted = _counted(part, of_region, monitoring)
                    current.rows += store_part(counted, of_region)
        if not current.rows and not failed:
            refuse_empty(run.account, window)
        with current.storing():
            refresh_recent_cpu(run.account, run.started_at)
        read = until_known(windows, known, {*regions} - failed)
        current.finish_parts(parts_read=len(asked - failed), read=read)
    return run


def windows_of(
    run: SyncRun, available: Window, known: Mapping[str, date]
) -> Mapping[str, Window]:
    """Return what is read of each region whose instances are known: the run's window,
    or what is due there. Before any is known it is the first sync's of none."""
    marks = read_until(run.account, Dataset.CPU, available.end)
    return {
        region: run.window or due_window(Dataset.CPU, marks.get(region), available)
        for region in known or [WHOLE_ACCOUNT]
    }


def span(windows: Collection[Window]) -> Window:
    return Window(min(one.start for one in windows), max(one.end for one in windows))


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
    """Return the part of each read region's window for which its instances are known.

    Metrics of what was launched since are missing, so the watermark waits for it.
    """
    return {
        region: Window(window.start, min(window.end, known[region]))
        for region, window in windows.items()
        if region in read and known[region] > window.start
    }


def instance_keys(
    account: CloudAccount, window: Window, regions: Sequence[str]
) -> Mapping[str, Mapping[str, int]]:
    """Return region -> resource id -> key, of the instances present in the window."""
    keys: dict[str, dict[str, int]] = defaultdict(dict)
    rows = (
        Instance.objects.filter(account=account, region__in=regions)
        .present_since(window.start)
        .order_by("region", "resource_id")
        .values_list("region", "resource_id", "id")
    )
    for region, resource_id, key in rows:
        keys[region][resource_id] = key
    return keys


def _counted(
    part: RegionMetrics, keys: Mapping[str, int], monitoring: MonitoringHistory
) -> RegionMetrics:
    """Return the part with its samples as they are stored."""
    cpu = []
    for one in part.cpu:
        is_detailed = monitoring.is_detailed(keys[one.instance_id], one.day)
        samples = stored_samples(one.samples, is_detailed=is_detailed)
        cpu.append(replace(one, samples=samples))
    return replace(part, cpu=cpu)


def store_part(part: RegionMetrics, keys: Mapping[str, int]) -> int:
    """Store one part of a region, within the caller's transaction; count CPU rows."""
    _upsert(CpuMetric, part.cpu, keys, CPU_FIELDS)
    _upsert(MemoryMetric, part.memory, keys, MEMORY_FIELDS)
    _upsert(NetworkMetric, part.network, keys, NETWORK_FIELDS)
    return len(part.cpu)


def refuse_empty(account: CloudAccount, window: Window) -> None:
    """Raise SyncFailed where days have rows for which the cloud now has no data."""
    if CpuMetric.objects.filter(resource__account=account).in_window(window).exists():
        raise SyncFailed(
            f"Metrics of {window}: the cloud answered without any data, but rows are "
            "stored for these days. They were kept. Check that the credentials still "
            "see this account's metrics, then sync again."
        )


def _upsert(
    model: type[models.Model],
    records: Sequence[CpuRecord] | Sequence[MemoryRecord] | Sequence[NetworkRecord],
    keys: Mapping[str, int],
    fields: Sequence[str],
) -> None:
    # A statistic that was not requested must not erase one that is stored.
    given = [f for f in fields if any(getattr(r, f) is not None for r in records)]
    if not given:
        return
    rows = (
        (keys[record.instance_id], record.day, *(getattr(record, f) for f in given))
        for record in records
    )
    upsert(model, (*KEY, *given), rows, KEY)
