"""Each scenario is played, and its pages then show what its presenter says."""

import re
from collections.abc import Iterator
from datetime import datetime
from html import unescape
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from clouds.models import CloudAccount
from core.testing.clock import NOW
from dashboard.demo import company, control, perform
from dashboard.demo.control import play, play_scene
from insights.refresh.refresh_state import Part
from providers.demo.company import ACCOUNTS
from providers.demo.scenario_files import Scenario, scenarios
from users.audit import Actor
from users.roles import Role
from users.testing import person

pytestmark = pytest.mark.django_db
# As little history as anomalies and recommendations need.
SHORT_DAYS = 45
SCRIPTS = re.compile(r"<script.*?</script>", re.DOTALL)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A short history, without pauses and emissions, at a time that stands still."""
    build, refresh = perform.build, perform.refresh_insights

    def build_less(now: datetime, days: int) -> Iterator[CloudAccount]:
        return build(now, min(days, SHORT_DAYS))

    def refresh_less(now: datetime, parts: tuple[Part, ...], *only: Any) -> None:
        refresh(now, tuple(part for part in parts if part is not Part.CARBON), *only)

    monkeypatch.setattr(perform, "build", build_less)
    monkeypatch.setattr(perform, "refresh_insights", refresh_less)
    monkeypatch.setattr(control, "_wait", lambda *_: None)
    with time_machine.travel(NOW, tick=False):
        yield


def only_its_accounts(monkeypatch: pytest.MonkeyPatch, scenario: Scenario) -> None:
    steps = [step for scene in scenario.scenes for step in scene.steps]
    names = {"production", *(step.account for step in steps)}
    if scenario.name == "azure-and-aws":
        return
    there = tuple(one for one in ACCOUNTS if one.name in names)
    monkeypatch.setattr(company, "ACCOUNTS", there)


def text_of(client: Client, page: str) -> str:
    answer: Any = client.get(page)
    assert answer.status_code == 200, page
    main = SCRIPTS.sub(" ", answer.content.decode().partition("<main")[2])
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", main).split()))


@pytest.mark.parametrize("name", scenarios())
def test_its_pages_show_what_the_presenter_says(
    name: str, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = scenarios()[name]
    only_its_accounts(monkeypatch, scenario)
    user = person(Role.ADMINISTRATOR)
    client.force_login(user)
    for number, scene in enumerate(scenario.scenes, 1):
        play_scene(Actor(user, "ada"), timezone.now(), "" if number > 1 else name)
        play()
        assert not control.company().error
        text = text_of(client, scene.page)
        assert [words for words in scene.shows if words not in text] == [], number
