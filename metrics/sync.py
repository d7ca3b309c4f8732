"""Read daily utilization and store it, one row per instance and day."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from django.contrib.auth.models import User
from django.db import models

from clouds.models import CloudAccount
from core.db.upsert import upsert
from core.windows import Window, utc_day
from inventory.models import Instance
from inventory.sync import require_regions
from metrics.models import CpuMetric, NetworkMetric
from metrics.monitoring_history import MonitoringHistory
from metrics.recent_cpu_rollup import refresh_recent_cpu
from metrics.sample_counts import stored_samples
from providers.base import MetricSource, Progress
from providers.records import CpuRecord, NetworkRecord, RegionMetrics
from syncs.datasets import Dataset
from syncs.models import SyncRun
from syncs.runs.claims import claim
from syncs.runs.run_context import SyncFailed, run_context, say_nothing
from syncs.runs.watermarks import due_window

CPU_FIELDS = ("average_percent", "maximum_percent", "p99_percent", "samples")
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
    """Read CPU and network of the account's instances in the window, or what is due.

    A region that fails keeps what it has, and the run ends as partial. Raises
    SlotTaken and InvalidWindow before anything is read.
    """
    run = claim(account, Dataset.CPU, now, window=window, trigger=trigger, user=user)
    return read_cpu(run, on_progress)


def read_cpu(run: SyncRun, on_progress: Progress = say_nothing) -> SyncRun:
    """Execute a claimed run."""
    with run_context(run, on_progress) as current:
        source = current.source(MetricSource)
        available = source.metric_window(run.started_at)
        window = run.window or due_window(run.account, Dataset.CPU, available)
        current.begin(window)
        # Before the instances, as more may be stored while these are read.
        inventory_at = last_inventory(run.account, run.started_at)
        regions = source.fetch_regions()
        require_regions(regions, run.account)
        keys = instance_keys(run.account, window, regions)
        ids = {region: list(of_region) for region, of_region in keys.items()}
        monitoring, failed = MonitoringHistory(run.account), set()
        for part in source.fetch_metrics(window, ids, current.progress):
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
        current.finish_parts(
            parts_read=len(ids.keys() - failed), read=_until(window, inventory_at)
        )
    return run


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


def last_inventory(account: CloudAccount, now: datetime) -> datetime | None:
    """Return when all of the account's instances were last read.

    Metrics of what was launched since are missing, so the watermark waits for it.
    """
    runs = SyncRun.objects.filter(
        account=account,
        dataset=Dataset.INSTANCES,
        status=SyncRun.Status.SUCCEEDED,
        started_at__lte=now,  # the clock of a later one was ahead
    )
    return runs.order_by("-pk").values_list("started_at", flat=True).first()


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
    records: Sequence[CpuRecord] | Sequence[NetworkRecord],
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


def _until(window: Window, inventory_at: datetime | None) -> Window | None:
    """Return the part of the window before the last complete inventory."""
    if inventory_at is None or utc_day(inventory_at) <= window.start:
        return None
    return Window(window.start, min(window.end, utc_day(inventory_at)))
