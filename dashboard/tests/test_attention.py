"""The bell of every page counts what waits for its user."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import time_machine
from django.contrib.auth.models import Permission, User
from django.test import Client

from clouds.testing import account, see_all, see_only
from core.testing.clock import NOW
from dashboard.attention import needs_attention
from insights.models import Budget
from insights.testing import anomaly, budget
from syncs.models import Incident
from users.testing import person

pytestmark = [pytest.mark.django_db, pytest.mark.on_each_database]
MONTH = date(2026, 11, 1)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def waiting(user: User) -> list[str]:
    return [str(need) for need in needs_attention(user, NOW)]


def in_danger(**values: object) -> Budget:
    made = budget(**values)
    spent = {"period": MONTH, "spent": made.amount * 2}
    Budget.objects.filter(pk=made.pk).update(**spent)
    return made


def test_it_counts_budgets_in_danger_open_anomalies_and_failing_syncs() -> None:
    owner = account()
    in_danger(name="exceeded")
    calm = budget(name="calm")
    Budget.objects.filter(pk=calm.pk).update(period=MONTH, spent=1, forecasted=2)
    ahead = budget(name="ahead")
    beyond = {"spent": 1, "forecasted": ahead.amount * 2}
    Budget.objects.filter(pk=ahead.pk).update(period=MONTH, **beyond)
    anomaly(owner, service="S1")
    anomaly(owner, service="S2", status="dismissed")
    Incident.objects.create(account=owner, dataset="cost", opened_at=NOW)
    Incident.objects.create(
        account=owner, dataset="cpu", opened_at=NOW, closed_at=NOW + timedelta(hours=1)
    )
    told = ["2 budgets over or at risk", "1 open anomaly", "1 failing sync"]
    assert waiting(person("viewer")) == told


def test_a_budget_of_the_month_before_is_no_danger_now() -> None:
    made = in_danger(name="October")
    Budget.objects.filter(pk=made.pk).update(period=date(2026, 10, 1))
    assert waiting(person("viewer")) == []


def test_nobody_is_told_of_accounts_or_pages_hidden_from_them() -> None:
    mine, other = account(1, "mine"), account(2, "other")
    anomaly(mine, service="S1")
    anomaly(other, service="S2")
    Incident.objects.create(account=other, dataset="cost", opened_at=NOW)
    limited = person("viewer")
    see_only(limited, mine)
    assert waiting(limited) == ["1 open anomaly"]
    clerk = User.objects.create_user("clerk")
    see_all(clerk)
    assert waiting(clerk) == []
    clerk.user_permissions.add(Permission.objects.get(codename="view_syncrun"))
    assert waiting(User.objects.get(pk=clerk.pk)) == ["1 failing sync"]


@pytest.mark.only_on("postgresql")
def test_every_page_says_how_many_wait_and_leads_there(client: Client) -> None:
    client.force_login(person("viewer"))
    assert "Nothing needs your attention." in client.get("/syncs/").content.decode()
    owner = account()
    for service in ("S1", "S2"):
        anomaly(owner, service=service)
    text = client.get("/syncs/").content.decode()
    assert 'aria-label="Alerts: 2"' in text
    assert '<a href="/insights/anomalies/?open=true">2 open anomalies</a>' in text
