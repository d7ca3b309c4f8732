"""Reads the host of this process, and records it once a minute."""

import logging
import socket
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

import psutil
from django.conf import settings
from django.db import transaction

from core.clocks import is_ahead
from monitoring.metrics.models import HostCounters
from monitoring.metrics.points import Point, labels_text
from monitoring.metrics.record import record_points

logger = logging.getLogger(__name__)


class HostMetric(NamedTuple):
    title: str
    unit: str = ""


# In the order in which the page lists them.
HOST_METRICS = {
    "host_cpu_percent": HostMetric("CPU", "%"),
    "host_load_1m": HostMetric("Load, 1 minute"),
    "host_memory_percent": HostMetric("Memory", "%"),
    "host_memory_used_bytes": HostMetric("Memory used", "bytes"),
    "host_swap_percent": HostMetric("Swap", "%"),
    "host_disk_percent": HostMetric("Disk", "%"),
    "host_disk_free_bytes": HostMetric("Disk free", "bytes"),
    "host_disk_read_bytes_per_second": HostMetric("Disk read", "bytes/s"),
    "host_disk_write_bytes_per_second": HostMetric("Disk written", "bytes/s"),
    "host_network_received_bytes_per_second": HostMetric("Network received", "bytes/s"),
    "host_network_sent_bytes_per_second": HostMetric("Network sent", "bytes/s"),
    "host_processes": HostMetric("Processes"),
}
# Counter -> the metric that is its growth per second.
RATES = {
    "disk_read_bytes": "host_disk_read_bytes_per_second",
    "disk_write_bytes": "host_disk_write_bytes_per_second",
    "network_received_bytes": "host_network_received_bytes_per_second",
    "network_sent_bytes": "host_network_sent_bytes_per_second",
}


@dataclass(frozen=True, slots=True)
class HostReading:
    """What is so at this moment, and what was counted since the host started."""

    boot_at: datetime
    now: Mapping[str, float]
    counters: Mapping[str, float]


def record_host(now: datetime) -> int:
    """Record this host, unless this minute is recorded; return how many metrics.

    Rates are of the time since the last record, so the first one has none. Any number
    of processes of a host may ask.
    """
    host = settings.HOST_NAME or socket.gethostname()
    minute = now.replace(second=0, microsecond=0)
    with transaction.atomic():
        rows = HostCounters.objects.select_for_update()
        last, is_new = rows.get_or_create(
            host=host, defaults={"read_at": now, "boot_at": now}
        )
        if not is_new and minute <= last.read_at and not is_ahead(last.read_at, now):
            return 0
        found = read_host()
        values = {**found.now, **growth(last, found, now)}
        labels = labels_text({"host": host[:100]})
        points = [
            Point(name, labels, minute, float(values[name]), metric.unit)
            for name, metric in HOST_METRICS.items()
            if name in values
        ]
        refused = record_points(points, now)
        last.read_at, last.boot_at = now, found.boot_at
        last.counters = dict(found.counters)
        last.save()
    for at, reason in refused.items():
        logger.error(
            "%s of host %s was not recorded: %s", points[at].name, host, reason
        )
    return len(points) - len(refused)


def growth(last: HostCounters, found: HostReading, now: datetime) -> dict[str, float]:
    """Return rates since the last reading; none of what was reset since, or
    where the clock went back."""
    seconds = (now - last.read_at).total_seconds()
    before, after = last.counters, found.counters
    if seconds <= 0 or abs((last.boot_at - found.boot_at).total_seconds()) > 60:
        return {}
    grown = {
        name: after[name] - before[name]
        for name in before
        if name in after and after[name] >= before[name]
    }
    rates = {RATES[name]: grown[name] / seconds for name in RATES if name in grown}
    if grown.get("cpu_seconds") and "cpu_busy_seconds" in grown:
        share = grown["cpu_busy_seconds"] / grown["cpu_seconds"]
        rates["host_cpu_percent"] = min(100 * share, 100.0)
    return rates


def read_host() -> HostReading:
    """Read it, as far as the operating system says."""
    memory, swap = psutil.virtual_memory(), psutil.swap_memory()
    disk = psutil.disk_usage(str(settings.STATE_DIR))
    now = {
        "host_load_1m": psutil.getloadavg()[0],
        "host_memory_percent": memory.percent,
        "host_memory_used_bytes": memory.used,
        "host_swap_percent": swap.percent,
        "host_disk_percent": disk.percent,
        "host_disk_free_bytes": disk.free,
        "host_processes": len(psutil.pids()),
    }
    boot_at = datetime.fromtimestamp(psutil.boot_time(), UTC)
    return HostReading(boot_at, now, dict(_counters()))


def _counters() -> Iterator[tuple[str, float]]:
    cpu: Any = psutil.cpu_times()
    # What guests take is part of the user's time.
    guests = getattr(cpu, "guest", 0) + getattr(cpu, "guest_nice", 0)
    yield "cpu_seconds", sum(cpu) - guests
    idle = cpu.idle + getattr(cpu, "iowait", 0)
    yield "cpu_busy_seconds", sum(cpu) - guests - idle
    if disk := _known(psutil.disk_io_counters):
        yield "disk_read_bytes", disk.read_bytes
        yield "disk_write_bytes", disk.write_bytes
    if network := _known(psutil.net_io_counters):
        yield "network_received_bytes", network.bytes_recv
        yield "network_sent_bytes", network.bytes_sent


def _known(ask: Callable[[], Any]) -> Any:
    """Return what it answers; None where the kernel tells none, as sandboxes do."""
    try:
        return ask()
    except (OSError, NotImplementedError):
        return None
