"""Feedback on the pages of anomalies and forecasts."""

from typing import Any

import pytest
from django.test import Client

from clouds.testing import account
from insights.models import Feedback
from insights.testing import anomaly, forecast, recommendation, somebody

pytestmark = pytest.mark.django_db


def page_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("make", [anomaly, recommendation, forecast])
def test_whoever_may_gives_it_on_the_page(make: Any) -> None:
    owner = account()
    row = make(owner)
    client = page_of(somebody("operator", owner))
    path = f"{row.get_absolute_url()}feedback/"
    said = {"comment": "A load test", "is_flagged": "false"}
    shown = client.post(path, said, follow=True).content.decode()
    assert "A load test" in shown and "Feedback saved." in shown
    assert Feedback.objects.get().insight == row
    rated = client.post(path, {"rating": "4"}, follow=True).content.decode()
    assert "4.0 of 5, 1 rating" in rated
    other = page_of(somebody("operator", owner, name="other"))
    refused = other.post(path, {"comment": "", "is_flagged": "false"})
    assert refused.status_code == 409
    assert "Rate it, write a comment, or flag it." in refused.content.decode()
    viewer = page_of(somebody("viewer", owner))
    assert viewer.post(path, {"rating": "1"}).status_code == 403
    assert "Save feedback" not in viewer.get(row.get_absolute_url()).content.decode()


def test_a_flag_alone_is_taken_back_on_the_page() -> None:
    owner = account()
    row = anomaly(owner)
    client = page_of(somebody("operator", owner))
    path = f"{row.get_absolute_url()}feedback/"
    client.post(path, {"comment": "", "is_flagged": ["false", "on"]})
    assert Feedback.objects.get().is_flagged
    client.post(path, {"comment": "", "is_flagged": "false"})
    assert not Feedback.objects.get().is_flagged
