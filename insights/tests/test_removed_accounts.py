"""What was made of all accounts goes with an account that it was made of."""

import re
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client

from clouds.models import CloudAccount
from clouds.testing import account
from core.testing.clock import NOW
from core.windows import last_complete_days
from costs.testing import store_costs
from insights.models import Anomaly, Forecast
from insights.refresh.refresh_all import refresh
from insights.refresh.refresh_state import due
from insights.testing import anomaly, somebody
from syncs.accounts.changes import remove_accounts

pytestmark = [pytest.mark.django_db, pytest.mark.on_each_database]
DAYS = last_complete_days(120, NOW)
# A month of 10 a day has no thousands.
OF_THE_DEMO = re.compile(r"\$\d+,\d")


def refresh_all() -> None:
    refresh([*CloudAccount.objects.all(), None], NOW)


def demo_company() -> CloudAccount:
    """A company of 500 a day; forecasts and an anomaly of all accounts."""
    company = account(1, "demo")
    store_costs(company, DAYS, {"EC2": "500"})
    refresh_all()
    anomaly(None)
    assert Forecast.objects.filter(account=None).exists()
    return company


def test_the_demos_forecasts_do_not_outlive_the_demo() -> None:
    demo_company()
    remove_accounts(CloudAccount.objects.all())
    real = account(2, "real")
    store_costs(real, DAYS, {"EC2": "10"})
    assert None in due(NOW)
    refresh_all()
    assert not Anomaly.objects.exists()
    highest = max(
        point.mean
        for row in Forecast.objects.filter(account=None)
        for point in row.points.all()
    )
    assert highest < 20
    client = Client()
    client.force_login(somebody("viewer"))
    newest = Forecast.objects.newest().get(account=None, scope="total")
    with time_machine.travel(NOW, tick=False):
        overview, page = (
            client.get(path).content.decode()
            for path in ("/insights/", newest.get_absolute_url())
        )
    assert "$300.00" in overview and not OF_THE_DEMO.search(overview)
    assert "Forecast vs. actual" in page
    assert "$280.00" in page and not OF_THE_DEMO.search(page)


def test_they_go_at_once_whoever_removes_the_account() -> None:
    demo_company()
    remove_accounts(CloudAccount.objects.all())
    assert not Forecast.objects.exists()
    assert not Anomaly.objects.exists()


def test_an_account_without_costs_takes_nothing_with_it() -> None:
    demo_company()
    account(2, "mistyped")
    refresh_all()
    before = set(Forecast.objects.filter(account=None).values_list("pk", flat=True))
    remove_accounts(CloudAccount.objects.filter(name="mistyped"))
    refresh_all()
    after = set(Forecast.objects.filter(account=None).values_list("pk", flat=True))
    assert before == after
    assert Anomaly.objects.filter(account=None).exists()


def test_the_command_that_removes_the_demo_removes_them_at_once() -> None:
    demo_company()
    CloudAccount.objects.update(provider="demo")
    call_command("demo", "--remove", stdout=StringIO())
    assert not Forecast.objects.exists()
    assert not Anomaly.objects.exists()
