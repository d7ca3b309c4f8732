"""The endpoint of remediations: propose, decide, filter, and read the log."""

from typing import Any

import pytest
from django.test import Client

from clouds.testing import account
from core.testing.clock import NOW
from insights.models import Remediation
from insights.remediation.testing import FakeActing, proposed, running, worked_on
from insights.testing import recommendation, somebody
from inventory.models import Resource
from syncs.models import SyncRun

pytestmark = pytest.mark.django_db

URL = "/api/v1/remediations/"


@pytest.fixture
def machine(acting: FakeActing) -> Resource:
    return running(account(), acting)


@pytest.fixture
def operator(client: Client) -> Client:
    client.force_login(somebody("operator", name="olga"))
    return client


def administrator() -> Client:
    client = Client()
    client.force_login(somebody("administrator", name="anna"))
    return client


def post(client: Client, address: str, code: int, **values: Any) -> Any:
    response = client.post(address, values, content_type="application/json")
    assert response.status_code == code, response.content
    return response.json()


def test_from_proposal_to_undo(operator: Client, machine: Resource) -> None:
    advised = recommendation(machine.account, machine)
    given = post(operator, URL, 201, recommendation=advised.pk, reason="It idles.")
    assert given["title"] == "Stop instance web"
    assert (given["status"], given["proposed_by"]) == ("proposed", "olga")
    row = worked_on(Remediation.objects.get())
    at = f"{URL}{row.pk}/"
    assert "DryRun" in operator.get(at).json()["dry_run"]

    answer = post(operator, f"{at}approve/", 403, version=row.version)
    assert "insights.approve_remediation" in answer["detail"]
    answer = post(administrator(), f"{at}approve/", 200, version=row.version)
    assert (answer["status"], answer["approved_by"]) == ("approved", "anna")
    worked_on(row)
    found = operator.get(at).json()
    assert (found["status"], found["answer"]) == ("succeeded", "It is stopped.")
    assert found["expected"]["state"] == "running"
    assert [one["user"] for one in found["log"]][:1] == ["olga"]

    back = post(operator, f"{at}roll_back/", 200, version=found["version"])
    assert (back["kind"], back["undoes"]) == ("start_instance", row.pk)


def test_who_views_only_proposes_nothing(client: Client, machine: Resource) -> None:
    client.force_login(somebody("viewer"))
    values = {"resource": machine.pk, "kind": "stop_instance"}
    assert "insights.add_remediation" in post(client, URL, 403, **values)["detail"]
    assert client.get(URL).json()["results"] == []


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({}, "request: Name one of recommendation, resource and run"),
        ({"kind": "stop_instance", "resource": 7}, "resource: There is no such"),
        ({"kind": "explode"}, 'kind: "explode" is not valid'),
        ({"resource": "own"}, "kind: Say what to do."),
        ({"resource": "own", "kind": "release_address"}, "kind: Release address is"),
        ({"resource": "own", "kind": "resize_instance"}, "kind: Resize instance needs"),
        ({"what": 1}, "what"),
        ({"run": 2**70, "kind": "free_slot"}, "run"),
    ],
)
def test_what_cannot_be_proposed_is_reported_by_field(
    operator: Client, machine: Resource, values: dict[str, Any], told: str
) -> None:
    values = {k: machine.pk if v == "own" else v for k, v in values.items()}
    assert told in post(operator, URL, 400, **values)["detail"]
    assert not Remediation.objects.exists()


def test_a_recommendation_that_needs_a_user_is_no_action(
    operator: Client, machine: Resource
) -> None:
    advised = recommendation(machine.account, machine, rule="cost_per_use")
    answer = post(operator, URL, 400, recommendation=advised.pk)
    assert "Follow its steps" in answer["detail"]


def test_another_account_is_not_found(client: Client, machine: Resource) -> None:
    row = proposed(machine)
    client.force_login(somebody("operator", account(2, "staging")))
    values = {"resource": machine.pk, "kind": "stop_instance"}
    assert "There is no such resource" in post(client, URL, 400, **values)["detail"]
    assert client.get(f"{URL}{row.pk}/").status_code == 404
    assert client.get(URL).json()["results"] == []


def test_an_older_version_is_refused_with_what_it_is_now(
    operator: Client, machine: Resource
) -> None:
    row = proposed(machine)
    answer = post(operator, f"{URL}{row.pk}/cancel/", 409, version=row.version + 1)
    assert answer["current"]["status"] == "proposed"
    assert post(operator, f"{URL}{row.pk}/cancel/", 200, version=row.version)
    answer = post(operator, f"{URL}{row.pk}/cancel/", 400, version=row.version + 1)
    assert "It is cancelled, so it can't be cancelled" in answer["detail"]


def test_it_is_filtered_ordered_and_downloaded(
    operator: Client, machine: Resource
) -> None:
    row = proposed(machine, anomaly=None)
    for query, count in (
        ("open=true", 1),
        ("open=false", 0),
        ("status=proposed,approved", 1),
        ("kind=start_instance", 0),
        (f"resource={machine.resource_id}", 1),
        ("search=we", 1),
        (f"account={machine.account.account_id}&ordering=-proposed_at", 1),
        (f"after={NOW:%Y-%m-%dT%H:%MZ}&before=2026-12-01", 1),
    ):
        found = operator.get(f"{URL}?{query}").json()
        assert len(found["results"]) == count, query
    assert operator.get(f"{URL}?what=1").status_code == 400
    response: Any = operator.get(f"{URL}?format=csv")
    text = b"".join(response.streaming_content).decode()
    assert str(row) in text.splitlines()[1]


def test_a_list_takes_as_many_queries_for_many(
    operator: Client,
    machine: Resource,
    acting: FakeActing,
    django_assert_num_queries: Any,
) -> None:
    for number in range(3):
        proposed(running(machine.account, acting, f"db-{number}"))
    operator.get(URL)
    # Session, user with rights, count, rows.
    with django_assert_num_queries(4):
        assert len(operator.get(URL).json()["results"]) == 3


def failed_run() -> SyncRun:
    return SyncRun.objects.create(
        account=account(),
        dataset="cost",
        status="failed",
        started_at=NOW,
        heartbeat_at=NOW,
    )


def test_who_may_start_no_sync_restarts_none(client: Client, db: None) -> None:
    user = somebody("operator")
    run = failed_run()
    group = user.groups.get()
    group.permissions.remove(*group.permissions.filter(codename="start_sync"))
    client.force_login(user)
    answer = post(client, URL, 403, run=run.pk, kind="restart_sync")
    assert "syncs.start_sync" in answer["detail"]
    assert not Remediation.objects.exists()


def test_a_failed_sync_is_restarted(operator: Client) -> None:
    run = failed_run()
    answer = post(operator, URL, 201, run=run.pk, kind="restart_sync")
    assert (answer["status"], answer["title"]) == (
        *("approved",),
        "Restart sync cost of production",
    )
