"""Pages of anomalies: which go on, their net impact, and where they lead."""

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from html import unescape

import pytest
import time_machine
from django.test import Client

from clouds.testing import account
from core.testing.clock import NOW, TODAY
from core.windows import Window
from costs.testing import store_costs
from insights.testing import A_WEEK_AGO, anomaly, somebody
from inventory.testing import instance

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def page(path: str) -> str:
    client = Client()
    client.force_login(somebody("viewer"))
    response = client.get(path)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_it_leads_to_the_costs_of_its_days_and_of_its_part_alone() -> None:
    payer = account()
    store_costs(payer, Window(A_WEEK_AGO - timedelta(days=9), TODAY), {"EC2": "7"})
    told = page(anomaly(payer, sub_account_id=payer.account_id).get_absolute_url())
    (link,) = re.findall(r'href="(/costs/[^"]*)">View costs', told)
    for part in ("start=2026-11-13", "end=2026-11-16", "service=EC2", "=Usage"):
        assert part in unescape(link)
    assert "$21.00" in page(unescape(link))


def test_the_list_says_what_goes_on_and_what_all_of_it_cost() -> None:
    owner = account()
    anomaly(owner, is_over=False)
    anomaly(owner, service="S3", impact=Decimal(-20), direction="down")
    anomaly(owner, service="", resource_id=instance(owner, "web").pk, impact=None)
    told = page("/insights/anomalies/")
    assert "3 anomalies" in told
    assert "Net impact <strong>+$100.00</strong>" in told
    assert "(+$120.00 above, −$20.00 below expected)" in told
    assert "13 Nov 2026 to 15 Nov 2026" in told
    assert told.count(">ongoing</span>") == 1
    ended = page("/insights/anomalies/?over=true&account=" + owner.account_id)
    assert "EC2 in" not in ended and "S3 in" in ended
    assert "Net impact <strong>−$20.00</strong>" in ended
