"""Demo control: who may present, one presenter at a time, and only the demo."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from rest_framework.test import APIClient

from clouds.models import DemoCompany
from clouds.testing import aws_account
from core.testing.clock import NOW
from dashboard.demo.company import KINDS
from dashboard.demo.control import OtherPresenter, change_play, queue
from providers.demo.company import ACCOUNTS
from providers.demo.scenario_files import scenarios
from users.audit import Actor
from users.models import AuditEntry
from users.roles import Role
from users.testing import person

pytestmark = pytest.mark.django_db
STOP = {"do": "stop", "account": "staging", "what": "stage-db"}
ADA, BOB = Actor(None, "ada"), Actor(None, "bob")


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOW, tick=False) as travelled:
        yield travelled


@pytest.fixture(autouse=True)
def company() -> None:
    """Its accounts, of which nothing needs to be read."""
    for one in ACCOUNTS:
        aws_account(one.account_id, name=one.name, provider=KINDS[one.cloud])


def api(role: str) -> APIClient:
    client = APIClient()
    client.force_authenticate(person(role))
    return client


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
def test_only_administrators_see_and_control_it(role: Role, client: Client) -> None:
    client.force_login(person(role))
    assert client.get("/demo/").status_code == 403
    assert client.post("/demo/", STOP).status_code == 403
    assert client.post("/demo/pause/").status_code == 403
    found = api(role)
    assert found.get("/api/v1/demo/").status_code == 403
    for name in ("steps", "scenario", "next", "pause", "resume", "release"):
        assert found.post(f"/api/v1/demo/{name}/").status_code == 403
    assert not DemoCompany.objects.exists()


def test_the_second_presenter_is_told_who_presents_until_the_first_has_left() -> None:
    queue([STOP], ADA, NOW)
    with pytest.raises(
        OtherPresenter, match="ada is presenting the demo.*after 12:10 UTC"
    ):
        queue([STOP], BOB, NOW + timedelta(minutes=9))
    queue([STOP], BOB, NOW + timedelta(minutes=11))
    with pytest.raises(OtherPresenter, match="bob is presenting"):
        change_play("pause", ADA, NOW + timedelta(minutes=12))
    change_play("release", BOB, NOW + timedelta(minutes=12))
    queue([STOP], ADA, NOW + timedelta(minutes=12))


def test_the_page_queues_a_step_and_says_why_not(client: Client) -> None:
    aws_account(name="real")
    client.force_login(person(Role.ADMINISTRATOR))
    assert client.post("/demo/", {**STOP, "factor": ""}).status_code == 302
    refused = client.post("/demo/", {**STOP, "account": "real"})
    assert refused.status_code == 409
    assert b"real is no account of the demo company" in refused.content
    refused = client.post("/demo/", {"do": "advance", "days": "many"})
    assert b"days must be a whole number, not many." in refused.content
    row = DemoCompany.objects.get()
    assert (row.presenter, row.steps) == ("administrator", [STOP])
    assert AuditEntry.objects.filter(
        action="demo.step", user_name="administrator"
    ).exists()
    assert client.post("/demo/fly/").status_code == 404
    text = client.get("/demo/").content.decode()
    assert "administrator is presenting the demo." in text
    assert all(one.title in text for one in scenarios().values())


def test_a_scenario_is_played_scene_by_scene(client: Client) -> None:
    client.force_login(person(Role.ADMINISTRATOR))
    client.post("/demo/scenario/", {"name": "restated-bill"})
    for number in (1, 2, 3):
        text = client.get("/demo/").content.decode()
        assert f"Restated bill: scene {number} of 3" in text
        assert ("Next scene" in text) == (number < 3)
        client.post("/demo/next/")
    text = client.get("/demo/").content.decode()
    assert "That was the last scene." in text
    below = client.get("/demo/", SCRIPT_NAME="/cloudintel").content.decode()
    page = scenarios()["restated-bill"].scenes[-1].page
    assert f'href="/cloudintel{page}"' in below


def test_the_api_does_the_same_and_refuses_what_it_does_not_know() -> None:
    client = api(Role.ADMINISTRATOR)
    answer = client.post("/api/v1/demo/steps/", {"steps": [STOP]}, format="json")
    assert answer.status_code == 202
    assert answer.json()["steps"] == [STOP]
    client.post("/api/v1/demo/pause/")
    found = client.get("/api/v1/demo/").json()
    assert (found["presenter"], found["is_paused"]) == ("administrator", True)
    assert len(found["scenarios"]) == 8
    wrong: list[dict[str, Any]] = [{}, {"steps": []}, {"steps": [{"do": "fly"}]}]
    for data in [*wrong, {"step": [STOP]}]:
        refused = client.post("/api/v1/demo/steps/", data, format="json")
        assert refused.status_code == 400
    other = APIClient()
    other.force_authenticate(User.objects.create_superuser("dora"))
    refused = other.post("/api/v1/demo/release/")
    assert refused.status_code == 409
    assert "administrator is presenting the demo" in refused.json()["detail"]
    unknown = client.post("/api/v1/demo/scenario/", {"name": "none"}, format="json")
    assert unknown.status_code == 400
    assert client.get("/api/v1/demo/?a=1").status_code == 400


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (["simulate", "--days", "0"], 2, "days must be a whole number from 1"),
        (["simulate"], 1, "at the present, so no days are left"),
        (["simulate", "--live", "--speed", "2"], 2, "leave --speed out"),
        (["control_demo", "nothing"], 2, "'nothing' is none. Use one of azure-and-aws"),
        (["control_demo", "--step", "do=stop factor=x"], 2, "could not convert"),
        (
            ["control_demo", "--step", "do=stop account=real what=x"],
            2,
            "is no account of",
        ),
    ],
)
def test_commands_say_what_is_wrong(
    words: list[str], status: int, message: str
) -> None:
    with pytest.raises(CommandError, match=message) as caught:
        call_command(*words)
    assert caught.value.returncode == status


def test_a_command_waits_its_turn() -> None:
    queue([STOP], ADA, NOW)
    with pytest.raises(CommandError, match="ada is presenting the demo") as caught:
        call_command("simulate")
    assert caught.value.returncode == 3
