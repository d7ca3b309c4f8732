"""The costs page marks the anomalies of its days, and names them below its chart."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.test import Client

from clouds.testing import account
from core.testing.clock import NOW
from core.windows import last_complete_days
from costs.testing import store_costs
from insights.testing import A_WEEK_AGO, anomaly, somebody

pytestmark = pytest.mark.django_db


def costs(query: str = "") -> str:
    client = Client()
    client.force_login(somebody("viewer"))
    with time_machine.travel(NOW, tick=False):
        response = client.get(f"/costs/{query}")
    assert response.status_code == 200
    return response.content.decode()


def test_it_marks_and_names_the_anomalies_of_what_is_shown() -> None:
    owner = account()
    store_costs(owner, last_complete_days(90, NOW), {"EC2": "9", "S3": "2"})
    row = anomaly(owner)
    earlier = {"first_day": A_WEEK_AGO - timedelta(days=60)}
    before = anomaly(owner, impact=Decimal(5), **earlier, last_day=earlier["first_day"])
    html = costs()
    assert f'"url": "{row.get_absolute_url()}"' in html
    assert "EC2 in production</a>, 13 Nov 2026 to 15 Nov 2026, +$120.00" in html
    assert before.get_absolute_url() not in html
    assert row.get_absolute_url() not in costs("?service=S3")


def test_without_an_anomaly_nothing_is_said() -> None:
    store_costs(account(), last_complete_days(90, NOW), {"EC2": "9"})
    assert "Anomalies on these days" not in costs()
