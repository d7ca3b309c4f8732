"""Which forecasts are stored for how long."""

from array import array
from datetime import date, timedelta

import pytest

from clouds.testing import account
from core.testing.clock import NOW, TODAY
from insights.bill_records import Bill, Scope
from insights.forecasts.refresh import refresh_forecasts
from insights.models import Forecast
from insights.testing import forecast

pytestmark = [pytest.mark.django_db, pytest.mark.on_each_database]


def days_ago(count: int) -> date:
    return TODAY - timedelta(days=count)


def test_the_newest_stays_however_old_it_is() -> None:
    """Of costs that ended long ago; their bill has not changed since."""
    owner = account()
    charges = {Scope(owner.account_id, "EC2"): array("d", [5.0] * 40)}
    bill = Bill("USD", days_ago(540), charges, frozenset(), charges)
    for _ in range(2):
        refresh_forecasts(owner, [bill], NOW)
        newest = Forecast.objects.newest().filter(scope="account")
        assert newest.get().data_until == days_ago(500)


def test_a_month_of_days_and_a_year_of_weeks_are_kept() -> None:
    owner = account()
    ages = range(1, 431)
    for age in ages:
        forecast(owner, first=days_ago(age), days=1, is_newest=False)
    for _ in range(2):
        refresh_forecasts(owner, [], NOW)
        kept = Forecast.objects.order_by("-data_until").values_list("data_until")
        found = [(TODAY - day).days for (day,) in kept]
        assert found[:30] == list(range(1, 31))
        mondays = [age for age in range(31, 401) if days_ago(age).weekday() == 0]
        # The first of each week, and of the oldest week the first that is left.
        assert [age for age in found[30:] if age != 400] == mondays
        assert 400 in found
