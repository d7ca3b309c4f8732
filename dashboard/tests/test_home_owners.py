"""Home lists whose each open item is, hands it over in place, and marks anomalies."""

import pytest
import time_machine
from django.test import Client

from clouds.testing import account
from core.testing.clock import NOW
from core.windows import last_complete_days
from costs.testing import store_costs
from insights.testing import anomaly, recommendation, somebody

pytestmark = pytest.mark.django_db


def home(client: Client) -> str:
    with time_machine.travel(NOW, tick=False):
        response = client.get("/")
    assert response.status_code == 200
    return response.content.decode()


def test_an_open_item_is_handed_over_in_place(client: Client) -> None:
    owner, ben = account(), somebody(name="ben")
    store_costs(owner, last_complete_days(90, NOW), {"EC2": "9"})
    row = anomaly(owner)
    recommendation(owner)
    client.force_login(somebody("operator", name="ada"))
    html = home(client)
    assert html.count('class="assign"') == 2
    assert 'action="/insights/assign/anomaly/"' in html
    assert f'"url": "{row.get_absolute_url()}"' in html
    answer = client.post(
        "/insights/assign/anomaly/", {"pk": row.pk, "owner": "ben", "next": "/"}
    )
    assert answer["Location"] == "/"
    row.refresh_from_db()
    assert row.owner == ben
    assert "<option selected>ben</option>" in home(client)


def test_who_may_hand_nothing_over_reads_whose_it_is(client: Client) -> None:
    owner = account()
    store_costs(owner, last_complete_days(90, NOW), {"EC2": "9"})
    anomaly(owner, owner=somebody(name="ben"))
    client.force_login(somebody("viewer"))
    html = home(client)
    assert 'class="assign"' not in html
    assert "ben" in html
