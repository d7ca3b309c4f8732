"""Prometheus metrics of insights."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Avg, Count, Min
from prometheus_client.core import GaugeMetricFamily, Metric

from insights.models import (
    Anomaly,
    Forecast,
    Recommendation,
    RefreshState,
    Verification,
)


def insight_metrics(now: datetime) -> Iterator[Metric]:
    """Yield open anomalies, forecast accuracy, savings and age."""
    yield from _anomalies()
    yield from _forecasts()
    yield from _savings()
    yield from _age(now)


def _anomalies() -> Iterator[Metric]:
    found = GaugeMetricFamily(
        "cloudintel_open_anomalies", "Open anomalies.", labels=["severity"]
    )
    counts = Anomaly.objects.open().order_by().values_list("severity")
    by_severity = dict(counts.annotate(count=Count("id")))
    for severity in Anomaly.Severity.values:
        found.add_metric([severity], by_severity.get(severity, 0))
    yield found


def _forecasts() -> Iterator[Metric]:
    error = GaugeMetricFamily(
        "cloudintel_forecast_mase",
        "Mean MASE of the current forecasts in their backtests.",
        labels=["scope"],
    )
    coverage = GaugeMetricFamily(
        "cloudintel_forecast_coverage_80",
        "Share of days inside the 80% interval in the backtests.",
        labels=["scope"],
    )
    rows = Forecast.objects.newest().exclude(mase=None).order_by().values_list("scope")
    for scope, mase, share in rows.annotate(a=Avg("mase"), b=Avg("coverage_80")):
        error.add_metric([scope], mase)
        coverage.add_metric([scope], share)
    yield error
    yield coverage


def _savings() -> Iterator[Metric]:
    savings = GaugeMetricFamily(
        "cloudintel_savings_monthly",
        "Potential and realized savings a month.",
        labels=["state", "currency"],
    )
    states = {
        "potential": Recommendation.objects.live().savings_per_currency(),
        "realized": Verification.objects.all().realized_per_currency(),
    }
    for state, sums in states.items():
        for currency, amount in sums.items():
            savings.add_metric([state, currency], float(amount))
    yield savings


def _age(now: datetime) -> Iterator[Metric]:
    age = GaugeMetricFamily(
        "cloudintel_insights_age_seconds", "Age of the oldest insights."
    )
    failing = GaugeMetricFamily(
        "cloudintel_insights_failing", "Accounts whose insights could not be computed."
    )
    oldest = RefreshState.objects.aggregate(at=Min("refreshed_at"))["at"]
    if oldest:
        age.add_metric([], (now - oldest).total_seconds())
    failing.add_metric([], RefreshState.objects.exclude(error="").count())
    yield age
    yield failing
