"""The versions in the API, for whoever has no socket."""

import pytest
from django.contrib.auth.models import Permission, User

from clouds.testing import account
from clouds.versions import bump_version
from users.testing import ask, refused, session_of

pytestmark = pytest.mark.django_db


def test_another_version_says_that_something_changed() -> None:
    owner = account()
    before = ask("live/", topics="costs,runs")["versions"]
    assert before.keys() == {"costs", "runs"}
    assert ask("live/", topics="costs,runs")["versions"] == before
    bump_version(owner, "cost")
    after = ask("live/", topics="costs,runs")["versions"]
    assert after["costs"] != before["costs"]
    assert after["runs"] == before["runs"]


def test_what_is_no_topic_is_named() -> None:
    for wrong in ("", "taxes", "costs,", "costs,taxes", "costs,,runs", "a" * 5000):
        assert "topics" in refused("live/", topics=wrong)
    assert "topic" in refused("live/", topics="costs", topic="costs")
    assert "topics" in refused("live/")


def test_who_may_not_see_it_is_told_so() -> None:
    user = User.objects.create(username="nobody")
    answer = session_of(user).get("/api/v1/live/", {"topics": "costs"})
    assert answer.status_code == 403
    user.user_permissions.add(Permission.objects.get(codename="view_anomaly"))
    answer = session_of(user).get("/api/v1/live/", {"topics": "costs,anomalies"})
    assert answer.status_code == 403
    assert "You may not watch costs." in answer.content.decode()
