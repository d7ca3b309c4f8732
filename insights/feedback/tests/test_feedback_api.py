"""Feedback over the API: each part alone, one per user and insight, by version."""

from typing import Any

import pytest

from clouds.testing import account
from core.api.cache import LOOKUPS
from insights.models import Feedback
from insights.testing import anomaly, forecast, recommendation, somebody, two_accounts
from users.testing import ask, operator, refused, session_of, viewer

pytestmark = pytest.mark.django_db
V1 = "/api/v1/feedback/"


def give(part: str, client: Any = None, **body: Any) -> Any:
    return (client or operator()).post(f"{V1}{part}/", body, format="json")


def test_each_part_alone_keeps_the_others() -> None:
    row = anomaly(account())
    assert give("rate", anomaly=row.pk, rating=4).status_code == 201
    assert give("comment", anomaly=row.pk, comment="A test").status_code == 200
    answer = give("flag", anomaly=row.pk, is_flagged=True)
    told = answer.json()
    assert (told["rating"], told["comment"], told["is_flagged"]) == (4, "A test", True)
    assert (told["anomaly"], told["recommendation"]) == (row.pk, None)
    assert told["version"] == 3
    assert give("comment", anomaly=row.pk, comment="").json()["rating"] == 4
    assert Feedback.objects.count() == 1


def test_a_comment_needs_no_rating_and_counts_as_none() -> None:
    row = forecast(account(), days=3)
    assert give("comment", forecast=row.pk, comment="Too low").json()["rating"] is None
    told = ask("feedback/stats/", forecast=row.pk)
    assert (told["count"], told["comments"], told["average_rating"]) == (0, 1, None)


def test_what_was_changed_since_that_version_is_409_with_the_row() -> None:
    row = recommendation(account())
    give("rate", recommendation=row.pk, rating=2)
    assert give("rate", recommendation=row.pk, rating=3, version=1).status_code == 200
    answer = give("flag", recommendation=row.pk, is_flagged=True, version=1)
    assert answer.status_code == 409
    assert (
        answer.json()["current"]["rating"],
        answer.json()["current"]["version"],
    ) == (
        3,
        2,
    )
    assert not Feedback.objects.get().is_flagged
    larger = give("flag", recommendation=row.pk, is_flagged=True, version=2**31)
    assert larger.status_code == 400


@pytest.mark.parametrize("part", ["rate", "comment", "flag"])
def test_exactly_one_insight_is_named_and_nothing_else(part: str) -> None:
    body: dict[str, Any] = {"rating": 1, "comment": "x", "is_flagged": True}
    own = {"rate": "rating", "comment": "comment", "flag": "is_flagged"}[part]
    value = {own: body[own]}
    for wrong, field in (
        ({}, "insight"),
        ({"anomaly": 1, "forecast": 1}, "insight"),
        ({"anomaly": 10**15}, "anomaly"),
        ({"anomaly": "x"}, "anomaly"),
        ({"anomaly": 1, "mood": 1}, "mood"),
    ):
        answer = give(part, **value, **wrong)
        assert answer.status_code == 400, answer.content
        assert field in answer.json()["errors"]
    assert own in give(part, anomaly=1).json()["errors"]


def test_stats_comments_and_ones_own() -> None:
    owner = account()
    one, other = anomaly(owner), recommendation(owner)
    give("rate", anomaly=one.pk, rating=5)
    give("comment", recommendation=other.pk, comment="Not ours")
    admin = session_of(somebody("administrator", owner))
    give("rate", admin, anomaly=one.pk, rating=2)
    told = ask("feedback/stats/")
    assert (told["count"], told["average_rating"], told["users"]) == (2, 3.5, 2)
    assert told["by_rating"] == {"1": 0, "2": 1, "3": 0, "4": 0, "5": 1}
    assert told["by_insight"] == {"recommendation": 1, "anomaly": 2, "forecast": 0}
    assert ask("feedback/stats/", rating="5")["count"] == 1
    (comment,) = ask("feedback/comments/")["results"]
    assert comment["comment"] == "Not ours"
    own = admin.get(f"{V1}user/").json()["results"]
    assert [found["rating"] for found in own] == [2]
    assert ask("feedback/user/")["count"] == 0
    assert "moood" in refused("feedback/stats/", moood="x")


def test_who_is_limited_sees_only_what_is_said_of_theirs() -> None:
    one, other = two_accounts()
    mine, hidden = anomaly(one), forecast(other, days=3)
    give("rate", anomaly=mine.pk, rating=5)
    give("rate", forecast=hidden.pk, rating=1)
    client = session_of(somebody("operator", one))
    assert client.get(f"{V1}stats/").json()["count"] == 1
    assert client.get(V1).json()["count"] == 1
    assert give("rate", client, forecast=hidden.pk, rating=1).status_code == 400
    assert give("rate", viewer(), anomaly=mine.pk, rating=1).status_code == 403


def test_stats_are_cached_until_somebody_says_something(
    django_assert_num_queries: Any,
) -> None:
    one, other = two_accounts()
    row = anomaly(one)
    limited = session_of(somebody("operator", one))
    for client in (viewer(), limited):
        give("rate", anomaly=row.pk, rating=5)
        before = hits()
        first = client.get(f"{V1}stats/").json()
        answers = [client.get(f"{V1}stats/").json() for _ in range(10)]
        assert answers == [first] * 10
        assert hits() - before == 10
        give("rate", anomaly=row.pk, rating=1)
        assert client.get(f"{V1}stats/").json()["by_rating"]["1"] == 1


def hits() -> float:
    return LOOKUPS.labels("feedback-stats", "hit")._value.get()
