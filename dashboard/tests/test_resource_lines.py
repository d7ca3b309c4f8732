"""A resource leads to its lines of the bill, by each id that the bill may give it."""

from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.contrib.auth.models import Permission, User
from django.test import Client
from pytest_django import Settings

from clouds.models import CloudAccount
from clouds.testing import account, see_all
from clouds.versions import bump_version
from core.testing.clock import NOW
from costs.lines.models import LINES_DATASET
from costs.lines.testing import line, store_lines
from inventory.models import Volume
from inventory.testing import instance, resource
from users.testing import ask, person, viewer

pytestmark = pytest.mark.django_db
RESOURCES = "infrastructure/resources/"


@pytest.fixture
def owner(settings: Settings, tmp_path: Path) -> CloudAccount:
    settings.LINE_ITEMS_DIR = tmp_path
    return account()


def store(owner: CloudAccount, *ids: str) -> None:
    month = date(2026, 10, 1)
    store_lines(owner, month, [line(month, "2", ResourceId=one) for one in ids])


def page(row: Any, user: User) -> str:
    client = Client()
    client.force_login(user)
    answer = client.get(row.get_absolute_url())
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_page_and_api_lead_to_the_lines_of_a_resource(owner: CloudAccount) -> None:
    web, user = instance(owner, "web"), person("viewer")
    [row] = ask(RESOURCES)["resources"]
    assert row["lines"] is None and "Line items of the bill" not in page(web, user)
    other = account(2, "other")
    store(other, web.resource_id)
    assert "Line items of the bill" not in page(web, user)
    arn = f"arn:aws:ec2:{web.region}:{owner.account_id}:instance/{web.resource_id}"
    store(owner, web.resource_id, arn, "i-other")
    with time_machine.travel(NOW, tick=False):
        [row] = ask(RESOURCES)["resources"]
        assert "Line items of the bill" in page(web, user)
    asked = urlsplit(row["lines"])
    assert parse_qs(asked.query) == {"resource": [web.resource_id, arn]}
    found = viewer().get(f"{row['lines']}&start=2026-10-01&end=2026-11-01").json()
    assert {one["ResourceId"] for one in found["results"]} == {web.resource_id, arn}


def test_an_answer_without_lines_is_stale_once_they_are_written(
    owner: CloudAccount,
) -> None:
    web, client = instance(owner, "web"), viewer()
    before = client.get(f"/api/v1/{RESOURCES}")
    store(owner, web.resource_id)
    bump_version(owner, LINES_DATASET)
    tag = before.headers["ETag"]
    after = client.get(f"/api/v1/{RESOURCES}", headers={"if-none-match": tag})
    assert after.status_code == 200
    assert after.json()["resources"][0]["lines"]


def test_users_who_may_not_see_costs_are_led_to_no_lines(owner: CloudAccount) -> None:
    store(owner, "vol-1")
    disk = resource(Volume, owner, "vol-1")
    assert "Line items of the bill" in page(disk, person("viewer"))
    user = User.objects.create_user("inventory only")
    see_all(user)
    user.user_permissions.add(Permission.objects.get(codename="view_volume"))
    assert "Line items of the bill" not in page(disk, user)
