"""The host is recorded once a minute; a rate is of the time since the last record."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from unittest.mock import Mock

import psutil
import pytest

from core.testing.clock import NOW
from monitoring.metrics import host
from monitoring.metrics.host import HOST_METRICS, HostReading, record_host
from monitoring.metrics.points import Point
from monitoring.metrics.record import record_points
from monitoring.models import HostCounters, MetricPoint
from monitoring.watch import look_in_turn, watch_host

pytestmark = pytest.mark.django_db
BOOT = NOW - timedelta(days=3)
RATES = [name for name in HOST_METRICS if name.endswith("_per_second")]
CPU = "host_cpu_percent"


def values(at: datetime) -> Mapping[str, float]:
    minute = at.replace(second=0, microsecond=0)
    rows = MetricPoint.objects.filter(recorded_at=minute)
    return dict(rows.values_list("series__name", "value"))


def counted(monkeypatch: pytest.MonkeyPatch, boot_at: datetime, by: float) -> None:
    """Have a host that has counted so much of everything since it started."""
    counters = {"cpu_seconds": 120 * by, "cpu_busy_seconds": 30 * by}
    counters |= dict.fromkeys(host.RATES, 6000 * by)
    reading = HostReading(boot_at, {"host_memory_percent": 50.0}, counters)
    monkeypatch.setattr(host, "read_host", lambda: reading)


def test_this_host_is_read_with_all_its_metrics() -> None:
    first = record_host(NOW)
    assert first == len(HOST_METRICS) - len(RATES) - 1
    assert record_host(NOW + timedelta(seconds=20)) == 0
    record_host(NOW + timedelta(minutes=1))
    assert 0 < values(NOW)["host_memory_percent"] <= 100
    assert set(values(NOW + timedelta(minutes=1))) <= set(HOST_METRICS)


def test_a_kernel_that_tells_no_counters_is_read_without(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail() -> None:
        raise NotImplementedError

    monkeypatch.setattr(psutil, "disk_io_counters", fail)
    counters = host.read_host().counters
    assert {"cpu_seconds", "network_sent_bytes"} <= set(counters)
    assert "disk_read_bytes" not in counters


def test_what_others_recorded_in_another_unit_is_told_in_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    record_points([Point("host_memory_percent", "{}", NOW, 0.5, "share")], NOW)
    counted(monkeypatch, BOOT, 1)
    assert record_host(NOW) == 0
    assert 'unit: host_memory_percent is in "share", not in "%".' in caplog.text


def test_rates_are_of_the_whole_time_between(monkeypatch: pytest.MonkeyPatch) -> None:
    counted(monkeypatch, BOOT, 1)
    record_host(NOW)
    assert values(NOW) == {"host_memory_percent": 50}
    counted(monkeypatch, BOOT, 2)
    later = NOW + timedelta(minutes=2)
    record_host(later)
    expected = {"host_memory_percent": 50, CPU: 25, **dict.fromkeys(RATES, 50)}
    assert values(later) == expected


@pytest.mark.parametrize("boot_at", [BOOT, NOW + timedelta(seconds=30)])
def test_what_was_counted_from_zero_again_is_unknown_rather_than_negative(
    boot_at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted(monkeypatch, BOOT, 5)
    record_host(NOW)
    counted(monkeypatch, boot_at, 1)
    later = NOW + timedelta(minutes=2)
    record_host(later)
    assert values(later) == {"host_memory_percent": 50}


def test_a_clock_that_was_ahead_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    counted(monkeypatch, BOOT, 1)
    record_host(NOW + timedelta(hours=5))
    assert record_host(NOW) == 1
    counted(monkeypatch, BOOT, 2)
    record_host(NOW + timedelta(minutes=1))
    assert values(NOW + timedelta(minutes=1))[CPU] == 25


def test_a_web_process_records_its_host_each_minute(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    watched: list[Any] = []
    monkeypatch.setattr("monitoring.watch.watch", watched.append)
    watch_host()
    assert [*islice(watched[0], 2)] == [(60.0, record_host)] * 2


def test_a_look_that_fails_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitoring.watch.connection", Mock())
    look_in_turn([(0, Mock(side_effect=OSError)), (0, record_host)])
    assert HostCounters.objects.count() == 1
