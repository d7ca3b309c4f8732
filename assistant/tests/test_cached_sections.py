"""A report asks again only what may have changed since."""

from datetime import timedelta
from typing import Any

import time_machine
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


def test_this_month_is_another_one_once_it_has_ended(ada: User) -> None:
    found = []
    for now in (NOW, NOW + timedelta(days=31)):
        with time_machine.travel(now, tick=False):
            sections = report(AGENTS["cost-analyst"], ada, now)["sections"]
        found.append({one["title"]: one["text"] for one in sections})
    assert "Nov 2026" in found[0]["This month"]
    assert found[1]["This month"].startswith("No costs are stored for 1 Dec 2026")
    # Of each service the period before is stored.
    assert found[1]["By service"].startswith("No costs are stored")


def test_nobody_gets_the_answer_of_somebody_who_sees_more(
    ada: User, limited: User
) -> None:
    assert savings(ada).startswith("2 open recommendations")
    assert savings(limited).startswith("1 open recommendation")
