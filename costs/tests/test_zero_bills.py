"""A total that says 0 is measured: it is stored, and shown as 0 in its currency."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.test import Client

from clouds.testing import account, aws_account
from core.testing.aws_emulator import EmulatedAws
from core.testing.aws_emulator.builders import charge, june
from core.testing.clock import NOW
from core.windows import last_complete_days
from costs.models import CostTotal, DailyCost, Restatement
from costs.sync import sync_cost
from costs.testing import close, store_costs
from costs.tests.test_rollups import held, summed
from providers.aws.provider import AwsProvider
from syncs.testing import outcome
from users.testing import person

pytestmark = [pytest.mark.django_db, pytest.mark.on_each_database]
HOUR = timedelta(hours=1)


@pytest.fixture
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def test_a_bill_that_was_taken_back_whole_is_corrected_to_zero(
    aws: EmulatedAws, now: datetime
) -> None:
    mine = aws_account()
    aws.world().add_costs([charge(june(14), "0.50")])
    sync_cost(mine, now)
    aws.world().costs.clear()
    for hours in (1, 2):
        run = sync_cost(mine, now + hours * HOUR)
        assert outcome(run) == ("succeeded", "")
    assert not DailyCost.objects.exists()
    assert CostTotal.objects.get(day=june(14)).billed == 0
    assert CostTotal.objects.unreconciled().count() == 0
    change = Restatement.objects.get()
    assert (change.day, change.old_billed, change.new_billed) == (
        june(14),
        Decimal("0.50"),
        0,
    )
    assert held() == summed()


def test_a_bill_that_never_had_a_charge_is_zero(
    aws: EmulatedAws, now: datetime
) -> None:
    run = sync_cost(aws_account(), now)
    assert outcome(run) == ("succeeded", "")
    assert run.window is not None
    assert CostTotal.objects.filter(billed=0).count() == len(run.window)
    assert outcome(sync_cost(run.account, now + HOUR)) == ("succeeded", "")


def test_an_answer_without_any_day_is_no_zero(
    aws: EmulatedAws, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = aws_account()
    aws.world().add_costs([charge(june(14), "0.50")])
    sync_cost(mine, now)
    before = list(CostTotal.objects.order_by("day").values_list("day", "billed"))
    monkeypatch.setattr(AwsProvider, "fetch_costs", lambda *_: iter(()))
    status, error = outcome(sync_cost(mine, now + HOUR))
    assert status == "failed"
    assert "the cloud answered without any day" in error
    after = list(CostTotal.objects.order_by("day").values_list("day", "billed"))
    assert after == before
    assert DailyCost.objects.get(day=june(14)).billed == Decimal("0.50")


@pytest.mark.parametrize("currency", ["USD", "EUR"])
def test_the_api_has_zero_in_the_currency_of_the_bill(
    client: Client, noon: None, currency: str
) -> None:
    close(account(), *last_complete_days(30, NOW).days(), currency=currency)
    client.force_login(person("viewer"))
    summary = client.get("/api/v1/costs/summary/").json()
    assert (summary["total"], summary["currency"]) == ("0.00", currency)
    assert (summary["days"], summary["reconciled"]) == (30, True)
    trend = client.get("/api/v1/costs/trend/").json()
    assert (trend["total"], trend["currency"]) == ("0.00", currency)


def test_bills_of_two_currencies_without_charges_are_zero_of_neither(
    client: Client, noon: None
) -> None:
    days = list(last_complete_days(3, NOW).days())
    close(account(), *days)
    close(account(2, "other"), *days, currency="EUR")
    client.force_login(person("viewer"))
    summary = client.get("/api/v1/costs/summary/").json()
    assert (summary["total"], summary["currency"]) == ("0.00", None)


def test_the_page_says_that_the_bill_is_zero(client: Client, noon: None) -> None:
    close(account(), *last_complete_days(30, NOW).days())
    client.force_login(person("viewer"))
    text = client.get("/costs/").content.decode()
    assert '<p class="big">$0.00</p>' in text
    assert "Nothing was charged on these days" in text
    assert "No charge matches these filters" not in text


def test_filters_that_match_nothing_are_not_taken_for_a_bill_of_zero(
    client: Client, noon: None
) -> None:
    store_costs(account(), last_complete_days(30, NOW), {"EC2": "1"})
    client.force_login(person("viewer"))
    text = client.get("/costs/?service=S3").content.decode()
    assert "No charge matches these filters" in text
