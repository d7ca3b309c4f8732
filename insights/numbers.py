"""The numbers of insights that Prometheus reads."""

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
    """Open anomalies, how forecasts do, savings, and how old all of it is."""
    yield from _anomalies()
    yield from _forecasts()
    yield from _savings()
    yield from _age(now)


def _anomalies() -> Iterator[Metric]:
    found = GaugeMetricFamily(
        "cloudintel_open_anomalies", "Nobody settled them yet.", labels=["severity"]
    )
    counts = Anomaly.objects.open().order_by().values_list("severity")
    known = dict(counts.annotate(count=Count("id")))
    for severity in Anomaly.Severity.values:
        found.add_metric([severity], known.get(severity, 0))
    yield found


def _forecasts() -> Iterator[Metric]:
    error = GaugeMetricFamily(
        "cloudintel_forecast_mase",
        "Mean error of the newest forecasts on their scopes' own past.",
        labels=["scope"],
    )
    held = GaugeMetricFamily(
        "cloudintel_forecast_coverage_80",
        "Share of past days inside the 80 % interval.",
        labels=["scope"],
    )
    rows = Forecast.objects.newest().exclude(mase=None).order_by().values_list("scope")
    for scope, mase, coverage in rows.annotate(a=Avg("mase"), b=Avg("coverage_80")):
        error.add_metric([scope], mase)
        held.add_metric([scope], coverage)
    yield error
    yield held


def _savings() -> Iterator[Metric]:
    told = GaugeMetricFamily(
        "cloudintel_savings_monthly",
        "What recommendations could save a month, and what they really saved.",
        labels=["state", "currency"],
    )
    states = {
        "potential": Recommendation.objects.live().savings_per_currency(),
        "realised": Verification.objects.all().realised_per_currency(),
    }
    for state, sums in states.items():
        for currency, amount in sums.items():
            told.add_metric([state, currency], float(amount))
    yield told


def _age(now: datetime) -> Iterator[Metric]:
    age = GaugeMetricFamily(
        "cloudintel_insights_age_seconds", "Since the oldest were computed well."
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
