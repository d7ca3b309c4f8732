"""The whole API, asked all that its schema allows and much that it forbids.

Every role asks: nothing breaks, nothing is answered that the schema does not tell of,
and nobody reads or starts what he has no right to.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cache
from itertools import cycle, islice
from typing import Any

import pytest
import schemathesis
import time_machine
from celery import current_app
from django.contrib.auth.models import User
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import CheckFunction, not_a_server_error
from schemathesis.specs.openapi import checks

from cloudintel.wsgi import application
from clouds.models import CloudAccount
from clouds.testing import account
from core.testing.clock import NOW
from core.windows import last_complete_days
from costs.testing import store_costs
from dashboard.api_schema import schema
from insights.testing import anomaly, budget, forecast, recommendation, somebody
from inventory.models import Instance
from inventory.testing import instance
from metrics.testing import store_cpu
from providers.meter import Usage
from syncs.api_usage.recording import record_usage
from syncs.backfills.planning import propose
from syncs.datasets import Dataset
from syncs.models import Backfill, SyncRun
from syncs.testing import OF_AWS, run
from users.roles import Role
from users.testing import person, session_of, text_of
from users.tokens import make_token

pytestmark = [pytest.mark.django_db, pytest.mark.only_on("postgresql")]
CHECKS: list[CheckFunction] = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
# Requests that are drawn beside those that cover each parameter, per address. The first
# is always the simplest that there is.
DRAWN = 2
# Of those that cover each parameter, each role that reads asks one in so many, others
# than the next role does, and than it asks the next address, which has many alike.
SHARES = 80
# In so many tests the addresses are asked, so that a failure hides few others.
PARTS = 4
# And where a right is all that matters.
SAMPLE = 72
# What whoever may look may post: a question, a digest, a view of his own.
OWN = {"/api/v1/assistant/ask/", "/api/v1/digests/", "/api/v1/saved-views/"}
# What is answered to whoever lacks a right, be the rest of his request as it may; a
# request whose format can't be answered is refused before it is looked who asks.
REFUSED = {400, 403, 404, 405, 406}


@cache
def api() -> Any:
    return schemathesis.openapi.from_dict(schema())


def operations() -> list[Any]:
    return [found.ok() for found in api().get_all_operations()]


@pytest.fixture(autouse=True)
def noon(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One moment, no limit to how often is asked, and a queue that takes everything."""
    monkeypatch.setattr(current_app, "send_task", lambda *args, **options: None)
    monkeypatch.setattr(
        "rest_framework.throttling.UserRateThrottle.allow_request",
        lambda *args: True,
    )
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """Requests share the test's transaction, as they do through Django's own client."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture(autouse=True)
def history() -> None:
    """Two accounts with some of everything."""
    for number, name in ((1, "production"), (2, "staging")):
        owner = account(number, name)
        store_costs(owner, last_complete_days(5, NOW), {"EC2": "1", "Tax": "0.25"})
        store_cpu(instance(owner, f"web-{number}"), last_complete_days(3, NOW), 20)
        for dataset in OF_AWS:
            run(owner, dataset, NOW)
        propose(owner, Dataset.CPU, last_complete_days(40, NOW), NOW)
        used = {"ce:GetCostAndUsage": Usage(3, Decimal("0.03"))}
        record_usage(owner, NOW.date(), used)
        forecast(owner, days=3)
        anomaly(owner)
        recommendation(owner, Instance.objects.get(account=owner))
        budget(name=f"Budget of {name}", scope="account", account=owner)


def viewer() -> User:
    return person(Role.VIEWER)


def operator() -> User:
    return person(Role.OPERATOR)


def administrator() -> User:
    return person(Role.ADMINISTRATOR)


def viewer_of_one_account() -> User:
    """Who sees staging, and nothing of production."""
    return somebody("viewer", CloudAccount.objects.get(name="staging"), name="limited")


READERS = [viewer, operator, administrator, viewer_of_one_account]
LIMITED = READERS.index(viewer_of_one_account)
# What whoever sees staging alone is told nothing of.
PRODUCTION = {"000000000001", "i-web-1"}


def asking(user: User) -> Callable[[Case[Any]], Any]:
    """Asks as that user, and holds the answer against the schema."""
    token = make_token(user, days=1)[1]
    headers = {"Authorization": f"Token {token}", "Accept-Encoding": "identity"}

    def ask(case: Case[Any]) -> Any:
        response = case.call(app=application, headers=headers)
        if response.status_code != 405:  # that is another method than the address has
            case.validate_response(response, checks=CHECKS)
        return response

    return ask


def covering(operation: Any) -> Iterator[Case[Any]]:
    """The requests that cover each parameter's edges, right and wrong."""
    told = api().config.generation_for(operation=operation)
    found: Iterator[Case[Any]] = api().iter_coverage_cases(
        operation, generation_modes=list(GenerationMode), generation_config=told
    )
    return found


# By the operation, for the tests of each part and of each right.
samples: dict[str, list[Case[Any]]] = {}


def sample(operation: Any) -> list[Case[Any]]:
    if operation.label not in samples:
        found = islice(covering(operation), 0, None, SAMPLE)
        samples[operation.label] = list(found)
    return samples[operation.label]


def draw(operation: Any, ask: Callable[[Case[Any]], Any]) -> None:
    """Asks some more at random, the same ones each time."""

    @settings(
        max_examples=DRAWN,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.one_of([operation.as_strategy(mode) for mode in GenerationMode]))
    def drawn(case: Case[Any]) -> None:
        ask(case)

    drawn()


@pytest.mark.parametrize("part", range(PARTS))
def test_what_is_answered_is_what_the_schema_tells(part: int) -> None:
    """To each of those who may read."""
    readers = [asking(reader()) for reader in READERS]
    mine = operations()[part::PARTS]
    for number, operation in enumerate(mine):
        shares = islice(cycle(range(SHARES)), number, None)
        cases = list(covering(operation))
        samples[operation.label] = cases[::SAMPLE]
        for case, share in zip(cases, shares, strict=False):
            if share < len(readers):
                answer = readers[share](case)
                if share == LIMITED and answer.status_code == 200:
                    # Of a workbook, what is not packed.
                    text = answer.content.decode(errors="replace")
                    assert not any(word in text for word in PRODUCTION), operation.label
        draw(operation, readers[number % len(readers)])


def where_told(user: User, words: set[str]) -> set[str]:
    """Return the lists and sums that have any of these words."""
    client = session_of(user)
    paths = [one.path for one in operations() if one.method.upper() == "GET"]
    texts = {one: text_of(client.get(one)) for one in paths if "{" not in one}
    return {one for one, text in texts.items() if any(word in text for word in words)}


def test_who_is_limited_to_an_account_is_told_nothing_of_another() -> None:
    """Neither by rows nor by sums: each account cost $6.25, and both of them $12.50."""
    user, other = viewer_of_one_account(), PRODUCTION | {"12.50"}
    assert len(where_told(user, {"000000000002", "i-web-2", "6.25"})) > 20
    assert len(where_told(viewer(), other)) > 20
    assert where_told(user, other) == set()


def test_without_a_role_nothing_is_read_or_started() -> None:
    ask = asking(User.objects.create(username="nobody"))
    for operation in operations():
        # OPTIONS shows what the schema shows.
        cases = [one for one in sample(operation) if one.method != "OPTIONS"]
        codes = {ask(case).status_code for case in cases}
        assert 403 in codes
        assert codes <= REFUSED, operation.label


@pytest.mark.parametrize("who", [viewer, viewer_of_one_account])
def test_who_may_only_look_starts_nothing(who: Callable[[], User]) -> None:
    ask = asking(who())
    before = SyncRun.objects.count(), Backfill.objects.count()
    for operation in operations():
        if operation.method.upper() == "POST" and operation.path not in OWN:
            codes = {ask(case).status_code for case in sample(operation)}
            assert 403 in codes
            assert codes <= REFUSED, operation.label
    assert (SyncRun.objects.count(), Backfill.objects.count()) == before
