"""What people did, in words: readable, filtered, and linked to what it was done to."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from clouds.testing import account, see_only
from core.testing.clock import NOW
from users.activity.sentences import facts_of, link_of, note_of, verb_of
from users.admin import details
from users.models import AuditEntry
from users.testing import person

pytestmark = pytest.mark.django_db


def entry(action: str, **fields: Any) -> AuditEntry:
    facts = {"at": NOW, "user_name": "ada", "action": action}
    return AuditEntry.objects.create(**{**facts, **fields})


def page(client: Client, query: str = "") -> str:
    response = client.get(f"/activity/{query}")
    assert response.status_code == 200
    words = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", words)


@pytest.fixture
def boss(client: Client) -> Client:
    client.force_login(person("administrator"))
    return client


@pytest.mark.parametrize(
    ("action", "object_type", "words"),
    [
        ("sign_in.fail", "", "failed to sign in"),
        ("sync.start", "", "started a sync"),
        ("token.make", "auth.user", "created an API token"),
        ("cloudaccount.change", "clouds.cloudaccount", "changed the cloud account"),
        ("anomaly.change_status", "", "changed the status of the anomaly"),
        ("user.invite", "auth.user", "invited"),
        ("channel.remove", "", "removed the channel"),
        ("channel.test", "alerts.notice", "sent a test to"),
        ("demo.step", "clouds.democompany", "queued a step of the"),
        ("thing.was_bent", "gone.thing", "was bent the thing"),
    ],
)
def test_an_action_is_words(action: str, object_type: str, words: str) -> None:
    assert verb_of(AuditEntry(action=action, object_type=object_type)) == words


def test_what_it_was_done_to_ends_the_sentence() -> None:
    of_ada = AuditEntry(action="token.make", object_label="ada")
    assert verb_of(of_ada) == "created an API token for"


def test_details_are_before_and_after_and_a_note_stands_alone() -> None:
    found = AuditEntry(
        action="recommendation.change_status",
        details={
            "status": ["open", "in_progress"],
            "note": "The team moves it in June.",
            "accounts": [[], ["staging", "production"]],
            "is_active": [True, False],
            "role": [None, "viewer"],
            "owner": ["ada", None],
            "runs": ["cost of one", "cost of two"],
            "days": 30,
            "unsaid": "",
        },
    )
    assert note_of(found) == "The team moves it in June."
    assert list(facts_of(found)) == [
        "status: open → in progress",
        "accounts: staging, production",
        "is active: yes → no",
        "role: viewer",
        "owner: ada → nothing",
        "runs: cost of one, cost of two",
        "days: 30",
    ]


def test_names_and_addresses_are_as_they_were_given() -> None:
    changes = {"email": ["a_b@example.com", "a_c@example.com"], "name": "nightly_job"}
    assert list(facts_of(AuditEntry(details=changes))) == [
        "email: a_b@example.com → a_c@example.com",
        "name: nightly_job",
    ]


def test_runs_of_a_command_are_no_change_in_the_admin() -> None:
    shown = str(details(AuditEntry(details={"runs": ["cost of a", "cost of b"]})))
    assert "→" not in shown
    assert "cost of a" in shown and "cost of b" in shown


def test_it_links_to_what_is_still_there() -> None:
    def link(action: str, object_type: str, key: str = "7") -> str:
        found = AuditEntry(action=action, object_type=object_type, object_id=key)
        return link_of(found)

    assert link("user.change", "auth.user") == "/people/7/"
    assert link("user.delete", "auth.user") == ""
    assert link("sign_in", "", "") == ""
    assert link("cloudaccount.change", "clouds.cloudaccount") == ""
    assert link("thing.change", "gone.thing") == ""


def test_the_page_tells_who_did_what_when_from_where_and_why(boss: Client) -> None:
    ada = User.objects.create_user("ada")
    entry(
        "user.change",
        object_type="auth.user",
        object_id=str(ada.pk),
        object_label="ada",
        details={"role": ["viewer", "operator"], "reason": "On call <now>."},
        address="203.0.113.9",
    )
    shown = page(boss)
    assert "Fri 20 Nov 2026" in shown
    assert "12:00 ada changed the user ada “On call &lt;now&gt;.”" in shown
    assert "role: viewer → operator · from 203.0.113.9" in shown
    html = boss.get("/activity/").content.decode()
    assert f'<a href="/people/{ada.pk}/">ada</a>' in html


def test_it_is_filtered_by_who_what_and_when(boss: Client) -> None:
    entry("sign_in", user_name="ada")
    entry("token.make", user_name="bob", at=NOW - timedelta(days=2))
    entry("sync.start", user_name="cron (command)", object_label="cost of shop")
    for query, found in (
        ("?user=ada", ["ada signed in"]),
        ("?kind=sign-in", ["ada signed in"]),
        ("?kind=people", ["bob created"]),
        ("?kind=syncs", ["cron (command) started"]),
        ("?kind=teams", []),
        ("?search=SHOP", ["cron (command) started"]),
        ("?search=bo", ["bob created"]),
        ("?before=2026-11-20", ["bob created"]),
        ("?after=2026-11-20", ["ada signed in", "cron (command) started"]),
    ):
        shown = page(boss, query)
        all_of_it = ("ada signed in", "bob created", "cron (command) started")
        assert [one for one in all_of_it if one in shown] == found, query
    assert "Invalid filters" in page(boss, "?kind=weather")
    assert "Invalid filters" in page(boss, "?after=tomorrow")
    assert "Nothing matches" in page(boss, "?user=nobody")


def test_the_file_has_the_same_filters(boss: Client) -> None:
    entry("sign_in")
    shown = boss.get("/activity/?kind=sign-in&page=1").content.decode()
    address = "/api/v1/audit/?kind=sign-in&amp;format=csv"
    assert f'href="{address}"' in shown
    answer: Any = boss.get(address.replace("&amp;", "&"))
    assert b"sign_in" in b"".join(answer)


def test_it_is_paginated_and_takes_the_same_queries_however_long(
    boss: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    ada = User.objects.create_user("ada")
    for _ in range(60):
        entry("user.change", user=ada, object_type="auth.user", object_id="7")
    # Session, user, permissions twice, accounts, what waits, count, entries,
    # watermarks.
    with django_assert_max_num_queries(9):
        assert "1–50 of 60" in page(boss)
    assert "51–60 of 60" in page(boss, "?page=2")
    assert "51–60 of 60" in page(boss, "?page=99")


def test_a_persons_page_shows_what_they_did_last(boss: Client) -> None:
    ada = User.objects.create_user("ada")
    entry("password.change", user=ada)
    shown = boss.get(f"/people/{ada.pk}/").content.decode()
    assert "chose a new password" in shown


def test_it_is_for_administrators_without_a_limit(client: Client) -> None:
    for role in ("viewer", "operator"):
        client.force_login(person(role))
        assert client.get("/activity/").status_code == 403
    boss = person("administrator")
    client.force_login(boss)
    assert client.get("/activity/").status_code == 200
    see_only(boss, account())
    assert client.get("/activity/").status_code == 403
