"""Prometheus metrics of scans."""

from collections.abc import Iterator
from datetime import date

from prometheus_client.core import GaugeMetricFamily, Metric

from monitoring.scans.models import Finding


def finding_metrics(today: date) -> Iterator[Metric]:
    """Yield how many findings of each severity are open."""
    found = GaugeMetricFamily(
        "cloudintel_open_findings", "Open findings of scans.", labels=["severity"]
    )
    for severity, count in Finding.objects.all().open_by_severity(today).items():
        found.add_metric([severity], count)
    yield found
