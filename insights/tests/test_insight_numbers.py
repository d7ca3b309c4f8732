"""What Prometheus reads of insights, and the settings that draw lines elsewhere."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.checks import run_checks

from clouds.testing import account
from core.commands import CHECKS_OF_SETTINGS
from core.testing.clock import NOW
from insights.models import RefreshState, Verification
from insights.prometheus import insight_metrics
from insights.testing import anomaly, forecast, recommendation
from insights.thresholds import thresholds
from inventory.testing import instance


def told() -> dict[tuple[str, ...], float]:
    return {
        (sample.name.removeprefix("cloudintel_"), *sample.labels.values()): sample.value
        for metric in insight_metrics(NOW)
        for sample in metric.samples
    }


@pytest.mark.django_db
def test_the_numbers_of_insights() -> None:
    owner = account()
    anomaly(owner, severity="high")
    anomaly(owner, service="S3", severity="high", status="planned")
    forecast(owner, mase=0.5)
    forecast(owner, scope="service", key="S3", mase=None)
    machine = instance(owner, "web")
    recommendation(owner, machine)
    Verification.objects.create(
        recommendation=recommendation(owner, machine, status="done"),
        status="realized",
        realized=Decimal(12),
        currency="USD",
        reason="It came.",
        checked_at=NOW,
    )
    RefreshState.objects.create(account=owner, refreshed_at=NOW - timedelta(hours=1))
    RefreshState.objects.create(account=None, error="It failed.")
    found = told()
    assert found["open_anomalies", "high"] == 1
    assert found["open_anomalies", "low"] == 0
    assert found["forecast_mase", "account"] == 0.5
    assert ("forecast_mase", "service") not in found
    assert found["savings_monthly", "potential", "USD"] == 70.08
    assert found["savings_monthly", "realized", "USD"] == 12
    assert found["insights_age_seconds",] == 3600
    assert found["insights_failing",] == 1


def test_lines_are_drawn_elsewhere_by_setting(settings: Any) -> None:
    settings.ADVICE_THRESHOLDS = {"least_days": "20", "least_saving": "5.50"}
    lines = thresholds()
    assert (lines.least_days, lines.least_saving) == (20, Decimal("5.50"))
    assert lines.idle_peak_percent == 5.0


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        ({"idle": "5"}, "does not know 'idle'"),
        ({"least_days": "2.5"}, "least_days must be a whole number, not '2.5'"),
        ({"idle_peak_percent": "low"}, "must be a number, not 'low'"),
        ({"idle_peak_percent": "-1"}, "must be a number"),
    ],
)
def test_a_line_that_makes_no_sense_is_reported_at_the_start(
    settings: Any, wanted: dict[str, str], reason: str
) -> None:
    settings.ADVICE_THRESHOLDS = wanted
    (error,) = run_checks(tags=CHECKS_OF_SETTINGS)
    assert error.id == "insights.E001"
    assert reason in error.msg
