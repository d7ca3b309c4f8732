"""Each scenario is played, and its pages then show what its presenter says."""

import re
from collections.abc import Iterator
from datetime import datetime
from html import unescape
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from clouds.models import CloudAccount
from core.testing.clock import NOW
from dashboard.demo import control, perform
from dashboard.demo.control import play, play_scene
from insights.refresh.refresh_state import Part
from providers.demo.scenario_files import Scenario, scenarios
from providers.demo.steps import Step, parse_step
from syncs.accounts.changes import remove_accounts
from users.audit import Actor
from users.roles import Role
from users.testing import person

pytestmark = pytest.mark.django_db
# As little history as anomalies and recommendations need, and days for each scenario.
RESET = parse_step({"do": "reset", "days": 45, "days_ago": 14})
SCRIPTS = re.compile(r"<script.*?</script>", re.DOTALL)
ACTOR = Actor(None, "ada")


@pytest.fixture(scope="module", autouse=True)
def company(module_db: None) -> Iterator[None]:
    """What the first step of each scenario builds, once for all of them.

    Of its services few are forecast: one page shows the forecast of all together.
    """
    with pytest.MonkeyPatch.context() as patch, time_machine.travel(NOW, tick=False):
        patch.setattr(settings, "FORECAST_SERVICES", 1)
        perform.perform(RESET, NOW, "ada")
        yield


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Without pauses, and with the insights alone that scenarios speak of."""
    refresh = perform.refresh_insights

    def refresh_daily(now: datetime, parts: tuple[Part, ...], *only: Any) -> None:
        refresh(now, tuple(one for one in parts if one in perform.DAILY_PARTS), *only)

    def is_reset(step: Step, now: datetime) -> str:
        return "It is as the module's fixture built it."

    monkeypatch.setattr(perform, "refresh_insights", refresh_daily)
    monkeypatch.setattr(perform, "_reset", is_reset)
    monkeypatch.setattr(control, "_wait", lambda *_: None)
    with time_machine.travel(NOW, tick=False):
        yield


def leave_only_its_accounts(scenario: Scenario) -> None:
    steps = [step for scene in scenario.scenes for step in scene.steps]
    names = {"production", *(step.account for step in steps)}
    remove_accounts(CloudAccount.objects.demo().exclude(name__in=names))


def text_of(client: Client, page: str) -> str:
    answer: Any = client.get(page)
    assert answer.status_code == 200, page
    main = SCRIPTS.sub(" ", answer.content.decode().partition("<main")[2])
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", main).split()))


@pytest.mark.parametrize("name", scenarios())
def test_its_pages_show_what_the_presenter_says(name: str, client: Client) -> None:
    scenario = scenarios()[name]
    leave_only_its_accounts(scenario)
    client.force_login(person(Role.ADMINISTRATOR))
    for number, scene in enumerate(scenario.scenes, 1):
        play_scene(ACTOR, NOW, name if number == 1 else "")
        play()
        assert not control.company().error
        text = text_of(client, scene.page)
        assert [words for words in scene.shows if words not in text] == [], number
