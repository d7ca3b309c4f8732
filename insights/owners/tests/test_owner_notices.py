"""A hand-over is e-mailed to the person, once, and to nobody who did it themselves."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail

from alerts.models import Notice
from alerts.outbox import deliver_due
from clouds.testing import account
from core.testing.clock import NOW, TODAY
from insights.owners.assignment import assign
from insights.testing import anomaly, recommendation, request_of, somebody
from inventory.testing import instance

pytestmark = pytest.mark.django_db


def person(name: str, email: str = "") -> Any:
    user = somebody(name=name)
    user.email = email
    user.save()
    return user


def test_the_person_gets_what_until_when_from_whom_and_where() -> None:
    ben = person("ben", "ben@example.com")
    row = anomaly(account())
    request = request_of(person("ada"))
    due = TODAY + timedelta(days=7)
    assign([row], ben, NOW, request=request, due_on=due, message="A backup?")
    assert deliver_due(NOW) == 1
    [sent] = mail.outbox
    assert sent.to == ["ben@example.com"]
    assert "Anomaly: EC2 in production, due on 27 Nov 2026" in sent.subject
    assert f"http://testserver/insights/anomalies/{row.pk}/" in sent.body
    assert "ada handed this over to ben. A backup?" in sent.body


def test_what_is_handed_over_together_is_one_mail() -> None:
    ben, owner = person("ben", "ben@example.com"), account()
    rows = [recommendation(owner, instance(owner, name)) for name in ("a", "b", "c")]
    assign(rows, ben, NOW, request=request_of(), message="Off")
    assert deliver_due(NOW) == 3
    [sent] = mail.outbox
    assert "Stop a" in sent.body and "Stop c" in sent.body


def test_who_has_no_address_or_did_it_themselves_gets_none() -> None:
    row, ada = anomaly(account()), person("ada", "ada@example.com")
    assign([row], person("ben"), NOW, request=request_of(ada))
    assign([row], ada, NOW, request=request_of(ada))
    assign([row], None, NOW, request=request_of(ada))
    assert not Notice.objects.exists()
