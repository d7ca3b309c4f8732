"""The invented company end to end: its incidents are known, and so is all else."""

from collections.abc import Iterator
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.conf import settings
from django.core.management import call_command

from core.testing.clock import NOW
from costs.models import CostTotal
from insights.forecasts.month_end import month_end
from insights.forecasts.track_record import past_forecasts
from insights.models import Anomaly, Forecast, Recommendation
from providers.demo.company import HISTORY_DAYS, PRODUCTION, STAGING
from providers.demo.incidents import CLOUDWATCH_SHIFT, NAT_SPIKE, RUNAWAY_WORKER

# 400 days are replayed once; what is stored of them is proven on both elsewhere.
pytestmark = [pytest.mark.django_db, pytest.mark.only_on("sqlite")]

IN_TIME = timedelta(days=1)  # seen on its second day at the latest


@pytest.fixture(scope="module", autouse=True)
def company(module_db: None) -> Iterator[None]:
    """400 days of it, refreshed once for all of these tests.

    Of its services few are forecast, as sums and those are alike.
    """
    with pytest.MonkeyPatch.context() as patch, time_machine.travel(NOW, tick=False):
        patch.setattr(settings, "FORECAST_SERVICES", 2)
        call_command("demo", stdout=StringIO())
        call_command("refresh_insights", stdout=StringIO())
        yield


def test_the_cost_incidents_are_found_within_two_days_with_their_cause() -> None:
    anchor = NOW.date()
    for incident, account in ((NAT_SPIKE, PRODUCTION), (CLOUDWATCH_SHIFT, STAGING)):
        row = Anomaly.objects.get(service=incident.service)
        assert row.account and row.account.account_id == account
        assert row.region == incident.region
        assert row.first_day - incident.start(anchor) <= IN_TIME
        assert row.seen_on - incident.start(anchor) <= IN_TIME
        assert row.causes[0]["service"] == incident.service
        assert row.impact and row.impact > 0


def test_the_runaway_machine_is_found_within_two_days() -> None:
    row = Anomaly.objects.get(resource__name=RUNAWAY_WORKER.machine)
    assert row.seen_on - RUNAWAY_WORKER.start(NOW.date()) <= IN_TIME
    assert row.impact is None


def test_there_is_at_most_one_false_alarm_a_month() -> None:
    assert Anomaly.objects.count() - 3 <= HISTORY_DAYS / 30


def test_the_month_ends_as_forecast_and_says_how_sure_that_is() -> None:
    ahead = month_end(NOW, "USD")
    assert ahead
    assert ahead.low_95 <= ahead.low_80 <= ahead.mean <= ahead.high_80 <= ahead.high_95
    trust = ahead.forecasts[0].trust
    assert trust and trust.months == trust.replayed_months == 6
    assert trust.largest_error_percent < 10
    assert past_forecasts(ahead.forecasts[0], NOW)


def test_no_interval_is_narrower_than_what_came_outside_of_it() -> None:
    for row in Forecast.objects.newest().filter(scope__in=["total", "account"]):
        trust = row.trust
        assert trust and trust.months
        if trust.days_within_80 < 0.8 * trust.days:
            assert row.widened_to_percent


def test_every_forecast_says_what_it_is_made_of_and_how_well_it_did() -> None:
    rows = Forecast.objects.newest()
    assert len(rows) > 1
    for row in rows:
        assert row.model
        assert row.points.count() == row.horizon
        assert row.mase is not None or row.note


def test_recommendations_are_priced_and_never_promise_more_than_is_paid() -> None:
    rows = Recommendation.objects.live()
    assert {row.rule for row in rows} >= {"idle", "oversized", "stopped"}
    month = CostTotal.objects.filter(day__gte=NOW.date() - timedelta(days=30))
    paid = sum(row.billed for row in month)
    assert 0 < rows.savings_per_currency()["USD"] < paid / 8
    for row in rows:
        assert row.evidence and row.implementation_steps
        assert (row.savings_monthly is None) == (row.price_basis == "none")
