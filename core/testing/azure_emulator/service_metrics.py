"""The metrics of databases, balancers, gateways and accounts, the same each minute."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from core.testing.azure_emulator.metric_load import MINUTE, Gathered, Metric, Series
from core.testing.azure_emulator.resources import EmulatedResource
from core.testing.azure_emulator.sql import SqlServer

FLEXIBLE = {
    "cpu_percent": "Percent",
    "memory_percent": "Percent",
    "active_connections": "Count",
    "storage_used": "Bytes",
}
NAMESPACES = {
    "Microsoft.Sql/servers/databases": {
        "cpu_percent": "Percent",
        "sessions_count": "Count",
        "storage": "Bytes",
    },
    "Microsoft.DBforPostgreSQL/flexibleServers": FLEXIBLE,
    "Microsoft.DBforMySQL/flexibleServers": FLEXIBLE,
    "Microsoft.Compute/disks": {
        "Composite Disk Read Operations/sec": "CountPerSecond",
        "Composite Disk Write Operations/sec": "CountPerSecond",
        "Composite Disk Read Bytes/sec": "BytesPerSecond",
        "Composite Disk Write Bytes/sec": "BytesPerSecond",
    },
    "Microsoft.Network/loadBalancers": {
        "ByteCount": "Bytes",
        "SYNCount": "Count",
        "DipAvailability": "Count",
    },
    "Microsoft.Network/applicationGateways": {
        "TotalRequests": "Count",
        "HealthyHostCount": "Count",
        "BytesReceived": "Bytes",
        "BytesSent": "Bytes",
    },
    "Microsoft.Network/natGateways": {"ByteCount": "Bytes"},
    "Microsoft.Storage/storageAccounts": {"Transactions": "Count"},
}
METRICS = {
    namespace.lower(): {
        name.lower(): Metric(name, unit) for name, unit in units.items()
    }
    for namespace, units in NAMESPACES.items()
}
PEAK = 1.5  # how much more there is at most


def resource_of(
    resources: dict[str, EmulatedResource], wanted: str
) -> EmulatedResource | None:
    """The resource of an id in lower case: a database is its server's."""
    server_id, _, database = wanted.partition("/databases/")
    found = resources.get(server_id)
    if database and isinstance(found, SqlServer):
        return {name.lower(): one for name, one in found.databases.items()}.get(
            database
        )
    return None if database else found


def series_of(resource: EmulatedResource, metric: Metric, now: datetime) -> Series:
    """Its points since it was created."""
    first, last = resource.created_at.timestamp(), now.timestamp()
    value = resource.use.get(metric.name)
    return Series(resource.id, {}, partial(_points, value, first, last))


def _points(
    value: float | None, first: float, last: float, begin: int, end: int
) -> Gathered | None:
    minutes = int(min(end, last) - max(begin, first)) // MINUTE
    if value is None or minutes < 1:
        return None
    return Gathered(value * minutes, minutes, value, value * PEAK)
