"""Digests: what they say, to whom, once a day or week."""

from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from alerts.models import Channel, Notice
from alerts.outbox import deliver_due
from clouds.testing import account
from core.testing.clock import NOW, TODAY
from costs.testing import charge, close
from dashboard.digests import sending
from dashboard.digests.changes import same_digests
from dashboard.digests.contents import digest_text
from dashboard.digests.sending import send_digests
from dashboard.models import Digest
from dashboard.tasks import send_due_digests
from insights.models import Recommendation, Verification
from insights.recommendations.engine.advice import Verdict, VerdictStatus
from insights.recommendations.store import store_verdict
from insights.testing import (
    anomaly,
    budget,
    recommendation,
    somebody,
    two_accounts,
)
from users.testing import last_message, session_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
MORNING = NOW.replace(hour=7)


@pytest.fixture(autouse=True)
def mail_only(settings: Settings) -> None:
    settings.ALERT_EMAILS, settings.ALERT_WEBHOOK_URL = [], ""


def reader(*accounts: Any) -> User:
    user = somebody("viewer", *accounts)
    user.email = f"{user.username}@example.com"
    user.save()
    return user


def digest(user: User, **values: Any) -> Digest:
    facts = {"frequency": "daily", "created_at": NOW, "sent_on": TODAY - DAY}
    return Digest.objects.create(user=user, **{**facts, **values})


def spent(owner: Any, amounts: dict[int, str]) -> None:
    for back, amount in amounts.items():
        charge(owner, TODAY - DAY * back, amount)
    close(owner, *(TODAY - DAY * back for back in amounts))


def test_it_says_what_was_spent_found_and_saved() -> None:
    owner = account()
    spent(owner, dict.fromkeys(range(2, 15), "10") | {1: "14"})
    anomaly(owner, detected_at=NOW)
    anomaly(owner, service="S3", detected_at=NOW - 9 * DAY)
    recommendation(owner)
    text = digest_text(reader(), 1, NOW)
    assert text.startswith("Costs of the newest day: $14.00 (data through ")
    assert ": $14.00, $4.00 more than the day before" in text
    assert "Month to date: " in text
    assert "New anomalies: 1\n- EC2 in" in text
    assert "New potential monthly savings: $70.08" in text
    assert "Not fresh: " in text
    weekly = digest_text(reader(), 7, NOW)
    days = f"{TODAY - 7 * DAY:%-d %b} to {TODAY - DAY:%-d %b}"
    assert f"{days}: $74.00, $4.00 more than the 7 days before" in weekly


def test_a_saving_is_in_it_once_though_its_figures_change_each_day() -> None:
    row = recommendation(account(), status="done", done_at=NOW - 20 * DAY)
    Verification.objects.create(
        recommendation=row, status="pending", currency="USD", checked_at=NOW - 20 * DAY
    )
    reader_of_all = reader()
    came = partial(Verdict, VerdictStatus.REALIZED, "It came.", Decimal("73"), "USD")
    for days, share in ((2, 0.5), (0, 0.6)):
        now, verdict = NOW - days * DAY, came(share)
        row = Recommendation.objects.get()
        assert store_verdict(row, verdict, now)
        found = digest_text(reader_of_all, 1, now)
        expected = "$73.00" if days else "none"
        assert f"Realized monthly savings: {expected}" in found


def test_an_account_that_fell_behind_is_no_fall_in_costs() -> None:
    one, other = two_accounts()
    spent(one, dict.fromkeys(range(1, 15), "10"))
    spent(other, dict.fromkeys(range(2, 15), "90"))
    text = digest_text(reader(), 1, NOW)
    assert ": $10.00 (days of an account are missing" in text
    assert "less than" not in text


def test_who_is_limited_reads_of_his_own_only(mailoutbox: Any) -> None:
    one, other = two_accounts()
    anomaly(one, service="Athena", detected_at=NOW)
    anomaly(other, service="Redshift", detected_at=NOW)
    digest(reader(one))
    assert send_digests(MORNING) == 1
    assert deliver_due(MORNING) == 1
    (letter,) = mailoutbox
    assert "Athena" in letter.body and "Redshift" not in letter.body
    assert Notice.objects.get().topic == "digest"


def test_who_sees_one_account_reads_of_its_budget() -> None:
    one, other = two_accounts()
    spent(one, dict.fromkeys(range(1, 15), "10"))
    budget(name="all", amount=Decimal(999))
    for account_of, name in ((one, "mine"), (other, "theirs")):
        budget(name=name, amount=Decimal(500), scope="account", account=account_of)
    assert "Budget mine: $500.00, " in digest_text(reader(one), 1, NOW)
    assert "Budget all: $999.00, " in digest_text(reader(), 1, NOW)
    assert "Budget" not in digest_text(reader(one, other), 1, NOW)


def test_without_anything_it_says_so() -> None:
    assert digest_text(reader(), 1, NOW).startswith("No costs are stored")


def test_a_user_has_one_for_each_frequency_and_channel() -> None:
    daily = digest(reader())
    of_user = {"user": daily.user, "frequency": "daily"}
    assert same_digests(Digest(**of_user)).get() == daily
    for other in ({"channel": "Finance"}, {"frequency": "weekly"}, {"user": reader()}):
        assert not same_digests(Digest(**{**of_user, **other})).exists()


def test_each_comes_once_from_its_hour_on(mailoutbox: Any) -> None:
    digest(reader(), hour=7)
    assert send_digests(MORNING - timedelta(hours=1)) == 0
    assert [send_digests(MORNING) for _ in range(2)] == [1, 0]
    deliver_due(MORNING)
    assert len(mailoutbox) == 1
    assert send_digests(MORNING + DAY) == 1


def test_one_that_fails_is_due_again_and_keeps_no_other_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broken = digest(reader())
    digest(reader())

    def text(user: User, days: int, now: datetime) -> str:
        if user == broken.user:
            raise RuntimeError
        return digest_text(user, days, now)

    with monkeypatch.context() as patch:
        patch.setattr(sending, "digest_text", text)
        with pytest.raises(RuntimeError):
            send_digests(MORNING)
    assert Notice.objects.count() == 1
    assert send_digests(MORNING) == 1


def test_a_weekly_one_comes_on_monday_or_when_it_was_missed() -> None:
    monday = MORNING - DAY * MORNING.weekday() + 7 * DAY
    one = digest(reader(), frequency="weekly", sent_on=monday.date() - 7 * DAY)
    days = [monday + DAY * at for at in range(-1, 8)]
    assert [send_digests(day) for day in days] == [0, 1, 0, 0, 0, 0, 0, 0, 1]
    Digest.objects.update(sent_on=one.sent_on)
    assert send_digests(monday + 2 * DAY) == 1


def test_it_goes_to_a_channel_but_never_what_a_limited_user_sees(
    mailoutbox: Any,
) -> None:
    Channel.objects.create(
        name="Finance", kind="email", target="fin@example.com", created_at=NOW
    )
    digest(reader(), channel="Finance")
    digest(reader(account()), channel="Finance")
    send_digests(MORNING)
    assert deliver_due(MORNING) == 1
    assert [letter.to for letter in mailoutbox] == [["fin@example.com"]]


def test_the_task_sends_none_of_who_left() -> None:
    user = reader()
    digest(user)
    user.is_active = False
    user.save()
    with time_machine.travel(MORNING, tick=False):
        assert send_due_digests() == 0


def page(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_one_subscribes_and_unsubscribes_on_the_page() -> None:
    user = reader()
    client = page(user)
    wanted = {"frequency": "weekly", "hour": "6", "channel": ""}
    shown = client.post("/digests/", wanted, follow=True).content.decode()
    assert f"Weekly digest to {user.username}" in shown
    assert "added. The next one comes by itself." in shown
    again = client.post("/digests/", wanted)
    assert again.status_code == 409
    assert "There is such a digest already." in again.content.decode()
    assert Digest.objects.get().sent_on == datetime.now(tz=NOW.tzinfo).date()
    stranger = page(reader(account()))
    path = f"/digests/{Digest.objects.get().pk}/remove/"
    assert stranger.post(path).status_code == 404
    removed = client.post(path)
    assert last_message(removed) == f"Weekly digest to {user.username} removed."
    assert not Digest.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"hour": "24"}, "less than or equal to 23"),
        ({"channel": "Finance"}, "There is no channel Finance."),
        ({"frequency": "hourly"}, "Select a valid choice."),
    ],
)
def test_what_makes_no_sense_is_refused(wrong: dict[str, str], says: str) -> None:
    wanted = {"frequency": "daily", "hour": "7", "channel": "", **wrong}
    answer = page(reader()).post("/digests/", wanted)
    assert answer.status_code == 409
    assert says in answer.content.decode()


def test_who_sees_some_accounts_sends_to_no_channel_and_needs_an_address() -> None:
    limited = reader(account())
    wanted = {"frequency": "daily", "hour": "7", "channel": "Finance"}
    told = page(limited).post("/digests/", wanted).content.decode()
    assert "your digest goes to you alone" in told
    limited.email = ""
    limited.save()
    told = page(limited).post("/digests/", {**wanted, "channel": ""}).content.decode()
    assert "You have no e-mail address" in told


def test_one_subscribes_and_unsubscribes_over_the_api() -> None:
    user = reader()
    client = session_of(user)
    made = client.post("/api/v1/digests/", {"frequency": "weekly", "hour": 6})
    assert made.status_code == 201, made.content
    told = made.json()
    assert (told["user"], told["hour"], told["channel"]) == (user.username, 6, "")
    again = client.post("/api/v1/digests/", {"frequency": "weekly"})
    assert again.json()["errors"] == {"channel": ["There is such a digest already."]}
    wrong = client.post("/api/v1/digests/", {"frequency": "daily", "day": 1})
    assert wrong.json()["errors"] == {"day": ["Unknown field."]}
    assert client.get("/api/v1/digests/?frequency=daily").json()["count"] == 0
    path = f"/api/v1/digests/{told['id']}/"
    assert session_of(reader(account())).delete(path).status_code == 404
    assert session_of(reader()).delete(path).status_code == 403
    assert client.delete(path).status_code == 204
    assert not Digest.objects.exists()


def test_the_api_says_what_a_digest_would_say() -> None:
    owner = account()
    spent(owner, {1: "14"})
    with time_machine.travel(NOW, tick=False):
        client = session_of(reader())
        told = client.get("/api/v1/digests/preview/").json()
        wrong = client.get("/api/v1/digests/preview/", {"frequency": "hourly"})
    assert told["frequency"] == "daily"
    assert "$14.00" in told["text"]
    assert "frequency" in wrong.json()["errors"]


def test_more_anomalies_are_no_more_queries(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    owner = account()
    user = User.objects.get(pk=reader().pk)
    for number in range(9):
        anomaly(owner, service=f"S{number}", detected_at=NOW)
    # Of them: permissions, access, newest days, accounts, anomalies, savings, runs.
    with django_assert_max_num_queries(14):
        assert "- and 4 more" in digest_text(user, 1, NOW)
