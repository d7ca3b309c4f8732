"""The database in numbers, for /metrics and for whom they are published to."""

from collections.abc import Iterator
from datetime import datetime

from django.db import connection
from prometheus_client.core import GaugeMetricFamily, Metric

from monitoring.database.state import connections, is_postgres


def database_gauges(now: datetime) -> Iterator[Metric]:
    """Yield its size, its connections by what they do, and the oldest transaction."""
    size = GaugeMetricFamily("cloudintel_database_bytes", "Size of the database.")
    size.add_metric([], database_bytes())
    yield size
    if not is_postgres():
        return
    counts = connections()
    limit = GaugeMetricFamily(
        "cloudintel_database_connections_limit", "Connections that the server takes."
    )
    limit.add_metric([], counts.pop("limit"))
    yield limit
    states = GaugeMetricFamily(
        "cloudintel_database_connections",
        "Connections to the database, by what they do.",
        labels=["state"],
    )
    for state, count in counts.items():
        states.add_metric([state], count)
    yield states


def database_bytes() -> int:
    size = "pg_database_size(current_database())"
    if connection.vendor == "sqlite":
        size = "page_count * page_size FROM pragma_page_count, pragma_page_size"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {size}")  # noqa: S608 - one of two texts above
        return int(cursor.fetchone()[0])
