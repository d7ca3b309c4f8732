"""Routes: what a channel gets by topic, severity, money, account, team and tag."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from alerts.models import Channel, Facts, Notice, Route, Severity, Topic
from alerts.outbox import deliver_due, lets_through, queue_notice, routed
from clouds.testing import account, see_only
from core.testing.clock import NOW
from users.models import AuditEntry
from users.testing import ask, last_message, person, session_of

pytestmark = pytest.mark.django_db
SPIKE = Facts(
    Topic.ANOMALY,
    Severity.WARNING,
    amount=Decimal(120),
    currency="USD",
    teams=("Shop",),
    tags={"env": "live"},
)


@pytest.fixture(autouse=True)
def two_channels(settings: Settings) -> None:
    settings.ALERT_EMAILS = ["ops@example.com"]
    settings.ALERT_WEBHOOK_URL = ""
    Channel.objects.create(
        name="Finance", kind="email", target="fin@example.com", created_at=NOW
    )


def route(channel: str = "Finance", **values: Any) -> Route:
    one = Route(channel=channel, created_at=NOW, **values)
    one.full_clean()
    one.save()
    return one


@pytest.mark.parametrize(
    ("conditions", "passes"),
    [
        ({}, True),
        ({"topic": "anomaly"}, True),
        ({"topic": "budget"}, False),
        ({"least_severity": "warning"}, True),
        ({"least_severity": "critical"}, False),
        ({"least_amount": Decimal(120), "currency": "USD"}, True),
        ({"least_amount": Decimal(121), "currency": "USD"}, False),
        ({"least_amount": Decimal(9999), "currency": "EUR"}, True),
        ({"team": "Shop"}, True),
        ({"team": "Data"}, False),
        ({"tag_key": "env"}, True),
        ({"tag_key": "env", "tag_value": "live"}, True),
        ({"tag_key": "env", "tag_value": "test"}, False),
        ({"tag_key": "cost-center"}, False),
        ({"topic": "anomaly", "team": "Data"}, False),
    ],
)
def test_a_route_lets_through_what_meets_each_condition(
    conditions: dict[str, Any], passes: bool
) -> None:
    assert lets_through(route(**conditions), SPIKE) is passes


def test_what_has_no_amount_is_not_held_to_one() -> None:
    unknown = replace(SPIKE, amount=None, currency="")
    assert lets_through(route(least_amount=Decimal(500), currency="USD"), unknown)


def test_a_route_of_an_account_lets_nothing_of_others_through() -> None:
    one, other = account(1), account(2)
    mine = route(account=one)
    assert lets_through(mine, replace(SPIKE, account=one))
    assert not lets_through(mine, replace(SPIKE, account=other))
    assert not lets_through(mine, SPIKE)


def test_a_channel_without_routes_gets_everything_and_any_route_is_enough(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    route(topic="budget")
    with django_assert_num_queries(1):
        assert routed(["email", "Finance"], SPIKE) == ["email"]
    route(topic="anomaly")
    assert routed(["email", "Finance"], SPIKE) == ["email", "Finance"]


def test_recipients_are_told_though_no_route_lets_it_through(mailoutbox: Any) -> None:
    for name in ("email", "Finance"):
        route(name, topic="budget")
    ada = User.objects.create_user("ada")
    queue_notice(ada, "x", "It broke.", NOW, SPIKE, recipients=["bo@example.com"])
    assert deliver_due(NOW) == 1
    assert [letter.to for letter in mailoutbox] == [["bo@example.com"]]
    assert Notice.objects.get().amount == 120


def test_routes_are_added_and_removed_on_the_page(client: Client) -> None:
    client.force_login(person("administrator"))
    owner = account(1, "production")
    wanted = {
        "channel": "Finance",
        "topic": "anomaly",
        "least_severity": "critical",
        "least_amount": "1000",
        "currency": "usd",
        "account": owner.account_id,
    }
    page = client.post("/alerts/routes/", wanted, follow=True).content.decode()
    says = f"Anomalies, critical or worse, from 1,000.00 USD, of {owner}"
    assert "Route added. " in page and says in page
    (shown,) = ask("alert-routes/")["results"]
    assert (shown["least_amount"], shown["account"]) == ("1000.00", owner.account_id)
    one = Route.objects.get()
    removed = client.post(f"/alerts/routes/{one.pk}/remove/")
    assert last_message(removed).startswith("Route removed. ")
    assert not Route.objects.exists()
    actions = AuditEntry.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["route.add", "route.remove"]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"channel": "Nobody"}, "There is no channel Nobody."),
        ({"least_amount": "10"}, "Give the currency of the amount."),
        ({"least_amount": "much"}, "Enter a number."),
        ({"tag_value": "live"}, "Give the key of the tag."),
        ({"least_severity": "terrible"}, "Select a valid choice."),
    ],
)
def test_a_route_that_says_nothing_is_refused_with_the_reason(
    client: Client, wrong: dict[str, str], says: str
) -> None:
    client.force_login(person("administrator"))
    wanted = {"channel": "Finance", "least_severity": "info", **wrong}
    answer = client.post("/alerts/routes/", wanted)
    assert answer.status_code == 409
    assert says in answer.content.decode()
    assert not Route.objects.exists()


def test_who_is_limited_or_an_operator_adds_no_route(client: Client) -> None:
    wanted = {"channel": "Finance", "least_severity": "info"}
    client.force_login(person("operator"))
    assert client.post("/alerts/routes/", wanted).status_code == 403
    admin = person("administrator")
    see_only(admin, account(1))
    client.force_login(admin)
    assert client.post("/alerts/routes/", wanted).status_code == 403


def test_who_is_limited_is_not_told_that_a_channel_gets_everything(
    client: Client,
) -> None:
    route(topic="budget")
    user = person("viewer")
    client.force_login(user)
    assert "for users of all accounts" not in client.get("/alerts/").content.decode()
    see_only(user, account(1))
    page = client.get("/alerts/").content.decode()
    assert "Everything" not in page and "for users of all accounts" in page


def test_the_routes_of_a_removed_channel_go_with_it(client: Client) -> None:
    client.force_login(person("administrator"))
    route(topic="budget")
    channel = Channel.objects.get()
    client.post(f"/alerts/channels/{channel.pk}/remove/")
    assert not Route.objects.exists()


def test_the_routes_of_a_channel_are_beside_each_other() -> None:
    Channel.objects.create(name="Data", kind="email", target="d@b.test", created_at=NOW)
    for channel in ("Finance", "Data", "Finance"):
        route(channel)
    found = [one["channel"] for one in ask("alert-routes/")["results"]]
    assert found == ["Data", "Finance", "Finance"]


def test_routes_are_added_and_removed_over_the_api() -> None:
    client = session_of(person("administrator"))
    owner = account(1, "production")
    wanted = {
        "channel": "Finance",
        "topic": "anomaly",
        "least_amount": "1000.50",
        "currency": "usd",
        "account": owner.account_id,
    }
    made = client.post("/api/v1/alert-routes/", wanted, format="json")
    assert made.status_code == 201, made.content
    shown = made.json()
    assert (shown["least_amount"], shown["currency"]) == ("1000.50", "USD")
    assert shown["account"] == owner.account_id
    assert ask("alert-routes/", channel="Finance", topic="anomaly")["results"] == [
        shown
    ]
    assert ask("alert-routes/", topic="budget")["count"] == 0
    assert client.delete(f"/api/v1/alert-routes/{shown['id']}/").status_code == 204
    actions = AuditEntry.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["route.add", "route.remove"]


@pytest.mark.parametrize(
    ("wrong", "name", "says"),
    [
        ({"channel": "Nobody"}, "channel", "Choose one of: email, Finance."),
        ({"least_amount": "10"}, "currency", "Give the currency of the amount."),
        ({"least_amount": "-1", "currency": "USD"}, "least_amount", "greater than"),
        ({"account": "none"}, "account", "There is no account none"),
        ({"colour": "red"}, "colour", "Unknown field."),
    ],
)
def test_what_is_wrong_in_a_route_is_named_over_the_api(
    wrong: dict[str, str], name: str, says: str
) -> None:
    client = session_of(person("administrator"))
    wanted = {"channel": "Finance", **wrong}
    answer = client.post("/api/v1/alert-routes/", wanted, format="json")
    assert answer.status_code == 400
    assert says in answer.json()["errors"][name][0]
    assert not Route.objects.exists()


def test_who_is_limited_or_an_operator_changes_no_route_over_the_api() -> None:
    one = route(topic="budget")
    admin = person("administrator")
    see_only(admin, account(1))
    for user in (person("operator"), admin):
        client = session_of(user)
        added = client.post("/api/v1/alert-routes/", {"channel": "Finance"})
        assert added.status_code == 403, user
        assert client.delete(f"/api/v1/alert-routes/{one.pk}/").status_code == 403
    assert Route.objects.get() == one
