"""Answers that are kept: never stale, never another's, and never an error."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache, caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clouds.models import CloudAccount, SharedVersion
from clouds.registry import CloudKind
from clouds.testing import account, see_only
from clouds.versions import bump_version, data_version
from core.api.patient_redis import PatientClient, PatientRedis
from core.testing.clock import NOW
from core.testing.redis import RedisServer, redis_server
from core.testing.waiting import HANGS_AFTER_SECONDS
from core.windows import last_complete_days
from costs.sync import sync_cost
from costs.testing import store_costs
from syncs.accounts.changes import remove_accounts, save_account
from syncs.datasets import Dataset
from users.roles import Role
from users.testing import ask, person, session_of, viewer

pytestmark = [pytest.mark.django_db, pytest.mark.on_each_database]
KEPT = ["costs/trend/", "costs/summary/"]
DAYS = last_complete_days(3, NOW)


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture(autouse=True)
def owner() -> CloudAccount:
    found = CloudAccount.objects.create(
        account_id="000000000011", name="production", provider=CloudKind.DEMO
    )
    store_costs(found, DAYS, {"EC2": "1"})
    return found


@pytest.fixture
def redis(settings: Any) -> Iterator[RedisServer]:
    """The cache is a Redis of its own."""
    with redis_server() as server:
        settings.CACHES = {"default": redis_at(server.url)}
        forget_failures()
        yield server
        caches["default"].close()
    forget_failures()


def redis_at(url: str) -> dict[str, Any]:
    """As settings.py has it, but with patience for a busy machine."""
    patience = dict.fromkeys(
        ("socket_connect_timeout", "socket_timeout"), HANGS_AFTER_SECONDS
    )
    return {
        "BACKEND": "core.api.patient_redis.PatientRedis",
        "LOCATION": url,
        "OPTIONS": patience,
    }


def forget_failures() -> None:
    PatientClient.away_until, PatientClient.logged_at = 0, float("-inf")


def data_queries(work: Callable[[], object]) -> int:
    """How many queries look at costs."""
    with CaptureQueriesContext(connection) as queries:
        work()
    return sum('FROM "costs_' in query["sql"] for query in queries)


@pytest.mark.parametrize("path", KEPT)
def test_the_same_question_is_answered_without_a_query_of_costs(path: str) -> None:
    first = ask(path)
    assert data_queries(lambda: ask(path)) == 0
    assert ask(path) == first


@pytest.mark.parametrize("path", KEPT)
def test_a_sync_has_it_answered_again(path: str, owner: CloudAccount) -> None:
    before = ask(path)["total"]
    sync_cost(owner, NOW, window=DAYS)
    assert ask(path)["total"] != before


@pytest.mark.parametrize("path", KEPT)
def test_another_question_day_or_format_is_another_answer(path: str, noon: Any) -> None:
    ask(path)
    assert data_queries(lambda: ask(path, metric="effective")) > 0
    csv = viewer().get(f"/api/v1/{path}?format=csv")
    assert csv["Content-Type"] == "text/csv"
    start = ask(path)["start"]
    noon.shift(timedelta(days=1))
    assert ask(path)["start"] > start


def test_whoever_sees_less_is_answered_less(owner: CloudAccount) -> None:
    other = account(8, "other")
    store_costs(other, DAYS, {"EC2": "5"})
    bump_version(other, Dataset.COST)
    assert ask("costs/summary/")["total"] == "18.00"
    limited = person(Role.OPERATOR)
    see_only(limited, owner)
    answer = session_of(limited).get("/api/v1/costs/summary/").json()
    assert answer["total"] == "3.00"
    assert ask("costs/summary/")["total"] == "18.00"


def test_no_kept_answer_passes_a_refusal() -> None:
    ask("costs/summary/")
    assert Client().get("/api/v1/costs/summary/").status_code == 401
    person(Role.VIEWER).groups.clear()
    refused = session_of(person(Role.VIEWER))
    refused.cookies = viewer().cookies
    person(Role.VIEWER).groups.clear()
    assert refused.get("/api/v1/costs/summary/").status_code == 403


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_a_kept_answer_is_sent_as_the_client_takes_it(encoding: str) -> None:
    first = viewer().get("/api/v1/costs/trend/")
    again = viewer().get("/api/v1/costs/trend/", headers={"accept-encoding": encoding})
    assert again.get("Content-Encoding", "identity") == encoding
    assert "Accept-Encoding" in again["Vary"]
    assert again["ETag"] == first["ETag"]
    assert again["Content-Type"] == first["Content-Type"]
    if encoding == "identity":
        assert again.content == first.content


def test_the_shared_version_moves_with_what_it_names(owner: CloudAccount) -> None:
    user = person(Role.VIEWER)
    seen = {data_version(user, Dataset.COST)}

    def moved() -> bool:
        before = len(seen)
        seen.add(data_version(user, Dataset.COST))
        return len(seen) > before

    bump_version(owner, Dataset.CPU)
    assert not moved()
    bump_version(owner, Dataset.COST)
    assert moved()
    other = CloudAccount(account_id="000000000008", name="other")
    save_account(other)
    assert moved()
    other.name = "renamed"
    save_account(other)
    assert moved()
    other.settings = {"regions": ["eu-west-1"]}
    save_account(other)
    assert not moved()
    remove_accounts(CloudAccount.objects.filter(pk=other.pk))
    assert moved()
    named = SharedVersion.objects.values_list("subject", flat=True)
    assert {Dataset.COST, Dataset.CPU, SharedVersion.ACCOUNTS} <= set(named)


def test_a_redis_that_is_killed_is_no_error_and_no_wait(
    redis: RedisServer, owner: CloudAccount, caplog: pytest.LogCaptureFixture
) -> None:
    assert isinstance(caches["default"], PatientRedis)
    ask("costs/summary/")
    assert data_queries(lambda: ask("costs/summary/")) == 0
    redis.kill()
    sync_cost(owner, NOW, window=DAYS)
    answers = [ask("costs/summary/")["total"] for _ in range(3)]
    assert len(set(answers)) == 1
    assert answers[0] != "3.00"
    assert viewer().get("/").status_code == 200
    told = [one for one in caplog.records if one.name == "core.api.patient_redis"]
    assert len(told) == 1
    assert "CACHE_URL" in told[0].getMessage()


def test_an_empty_cache_is_what_every_use_finds_while_redis_is_away(
    settings: Any,
) -> None:
    settings.CACHES = {"default": redis_at("redis://127.0.0.1:1/0")}
    forget_failures()
    away = caches["default"]
    assert away.get("a", 3) == 3
    away.set("a", 1)
    assert away.add("a", 1) is False
    assert away.get_many(["a"]) == {}
    assert away.has_key("a") is False
    assert away.delete("a") is False
    assert PatientClient.away_until > 0
    forget_failures()


def test_hits_and_misses_are_counted() -> None:
    def counted() -> dict[str, float]:
        text = viewer().get("/metrics").content.decode()
        lines = [line for line in text.splitlines() if "lookups_total{" in line]
        return {line.split()[0]: float(line.split()[1]) for line in lines}

    name = 'cloudintel_cache_lookups_total{{kind="dailycost-trend",outcome="{}"}}'
    hit, miss = name.format("hit"), name.format("miss")
    ask("costs/trend/")
    ask("costs/trend/")
    before = counted()
    cache.clear()
    ask("costs/trend/")
    ask("costs/trend/")
    after = counted()
    assert (after[hit] - before[hit], after[miss] - before[miss]) == (1, 1)
