"""A refresh of what was refreshed: repeatable, and of what changed alone."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from clouds.models import CloudAccount
from core.testing.clock import NOW, TODAY
from core.windows import Window
from costs.models import CostTotal, DailyCost
from costs.testing import store_costs
from insights.models import Anomaly, Forecast
from insights.refresh.refresh_state import Part
from insights.refresh.testing import changes, company, refreshed, stored

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def owner(module_db: None) -> CloudAccount:
    """Whose insights are computed, once for all of these tests."""
    found = company()
    assert changes(refreshed()) > 0
    return found


@pytest.mark.on_each_database
def test_a_second_refresh_changes_nothing() -> None:
    before = stored()
    assert changes(refreshed()) == 0
    assert stored() == before


def test_all_of_it_computed_again_is_the_same() -> None:
    anomalies, recommendations = stored()[3:]
    refreshed(force=True)
    assert stored()[3:] == [anomalies, recommendations]
    assert Forecast.objects.newest().count() == len({*_scopes()})


def _scopes() -> list[Any]:
    return list(Forecast.objects.values_list("account", "scope", "key", "currency"))


def test_each_scope_has_one_forecast_that_stands(
    owner: CloudAccount,
) -> None:
    newest = Forecast.objects.newest().values_list("account", "scope", "key")
    assert set(newest) == {
        (None, "total", ""),
        (None, "service", "EC2"),
        (None, "service", "S3"),
        (owner.pk, "account", owner.account_id),
        (owner.pk, "service", "EC2"),
        (owner.pk, "service", "S3"),
    }


def test_only_what_changed_is_forecast_again() -> None:
    day = TODAY - timedelta(days=2)
    DailyCost.objects.filter(service="EC2", day=day).update(billed=Decimal(101))
    CostTotal.objects.filter(day=day).update(billed=Decimal(121))
    outcomes = refreshed(parts=[Part.FORECASTS])
    # Of the account and of all: EC2, and the sum that it is in.
    assert [one.changed[Part.FORECASTS] for one in outcomes] == [2, 2]


@pytest.mark.on_each_database
def test_a_new_day_makes_a_new_forecast_and_keeps_the_old_one(
    owner: CloudAccount,
) -> None:
    tomorrow = NOW + timedelta(days=1)
    store_costs(owner, Window(TODAY, tomorrow.date()), {"EC2": "100", "S3": "20"})
    refreshed(now=tomorrow)
    made = Forecast.objects.filter(scope="total", is_replayed=False)
    days = made.order_by("data_until").values_list("data_until", "is_newest")
    assert list(days) == [(TODAY, False), (tomorrow.date(), True)]


def test_the_spike_is_one_anomaly_however_many_parts_it_moved(
    owner: CloudAccount,
) -> None:
    row = Anomaly.objects.get()
    assert (row.account, row.service) == (owner, "S3")
    assert (row.first_day, row.days) == (TODAY - timedelta(days=20), 3)
    assert row.impact == pytest.approx(Decimal(600), abs=60)
    assert row.causes[0]["service"] == "S3"


def test_no_anomaly_is_certain() -> None:
    assert 0.99 < Anomaly.objects.get().confidence < 1


def test_costs_that_are_gone_are_forecast_no_more() -> None:
    CostTotal.objects.all().delete()
    DailyCost.objects.all().delete()
    assert changes(refreshed(parts=[Part.FORECASTS])) == 0
    assert not Forecast.objects.newest().exists()
