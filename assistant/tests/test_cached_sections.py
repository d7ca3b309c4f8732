"""A report asks again only what may have changed since."""

from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assistant.agents import AGENTS, report
from clouds.models import CloudAccount
from clouds.versions import bump_version
from core.testing.clock import NOW
from insights.testing import recommendation
from inventory.testing import instance

SPECIALIST = AGENTS["remediation-specialist"]


def savings(user: User) -> Any:
    sections = report(SPECIALIST, user, NOW)["sections"]
    return {one["title"]: one["text"] for one in sections}["All recommendations"]


def test_it_is_answered_from_the_cache_until_data_changed(
    ada: User, accounts: tuple[CloudAccount, CloudAccount]
) -> None:
    first = report(SPECIALIST, ada, NOW)
    with CaptureQueriesContext(connection) as queries:
        assert report(SPECIALIST, ada, NOW) == first
    assert not [one for one in queries if "insights_recommendation" in one["sql"]]
    assert savings(ada).startswith("2 open recommendations")
    recommendation(accounts[0], instance(accounts[0], "db"))
    bump_version(accounts[0], "recommendations")
    assert savings(ada).startswith("3 open recommendations")


def test_nobody_gets_the_answer_of_somebody_who_sees_more(
    ada: User, limited: User
) -> None:
    assert savings(ada).startswith("2 open recommendations")
    assert savings(limited).startswith("1 open recommendation")
