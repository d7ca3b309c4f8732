"""Resources without tags: by money, with owner, team and the share that is tagged."""

import csv
import io
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
import time_machine
from django.test import Client

from clouds.models import CloudAccount
from clouds.testing import account, see_only
from core.testing.clock import NOW
from costs.allocation.testing import team_rule
from dashboard import untagged
from insights.testing import somebody
from inventory.models import Volume
from inventory.testing import resource
from pricing.testing import price
from providers.records import PriceUnit
from users.testing import person

pytestmark = pytest.mark.django_db
PAGE = "/resources/untagged/"


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def viewer(client: Client) -> Client:
    client.force_login(person("viewer"))
    return client


@pytest.fixture
def owner() -> CloudAccount:
    """An account with disks at $0.10 a GiB and month."""
    price("volume", "gp3", PriceUnit.GIB_MONTH, "0.10")
    return account()


def disk(owner: CloudAccount, name: str, gib: int, /, **values: Any) -> Volume:
    facts = {"volume_type": "gp3", "size_gib": gib, "tags": {}}
    return resource(Volume, owner, name, **{**facts, **values})


def listed(client: Client, query: str = "") -> list[str]:
    rows = client.get(PAGE + query).context["object_list"]
    return [row.resource.name for row in rows]


def text(client: Client, query: str = "") -> str:
    plain = re.sub(r"<[^>]+>", " ", client.get(PAGE + query).text)
    return " ".join(unescape(plain).split())


def test_what_costs_most_comes_first_and_what_has_no_price_last(
    viewer: Client, owner: CloudAccount
) -> None:
    disk(owner, "small", 10)
    disk(owner, "unknown", 10, volume_type="exotic")
    disk(owner, "large", 500)
    disk(owner, "tagged", 40, tags={"team": "shop"})
    disk(owner, "gone", 900, gone_since=NOW)
    assert listed(viewer) == ["large", "small", "unknown"]
    shown = text(viewer)
    assert "Without a tag 3 of 4 present resources" in shown
    assert "Untagged a month $51.00 of $55.00 that the resources cost" in shown
    assert "Tagged share 7.3%" in shown
    assert "Of 1 the price is unknown" in shown


def test_those_that_lack_a_chosen_key_are_listed_with_their_other_tags(
    viewer: Client, owner: CloudAccount
) -> None:
    disk(owner, "bare", 10)
    disk(owner, "other", 20, tags={"env": "test"})
    disk(owner, "has it", 30, tags={"team": "shop"})
    assert listed(viewer, "?key=team") == ["other", "bare"]
    shown = text(viewer, "?key=team")
    assert "Lack team 2 of 3" in shown
    assert "env=test" in shown
    assert listed(viewer, "?key=nobody-has-it") == ["has it", "other", "bare"]


def test_each_has_its_owner_and_the_team_that_pays(
    viewer: Client, owner: CloudAccount
) -> None:
    disk(owner, "data", 10, owner=somebody(name="ben"))
    team_rule(to={"platform": "100"}, accounts=[owner.account_id])
    (row,) = viewer.get(PAGE).context["object_list"]
    assert row.team == "platform"
    assert "ben platform eu-west-1" in text(viewer)


def test_filters_narrow_the_list_and_its_share(
    viewer: Client, owner: CloudAccount
) -> None:
    disk(owner, "one", 10)
    disk(account(2, "staging"), "other", 10, region="us-east-1")
    assert listed(viewer, "?account=000000000002") == ["other"]
    assert listed(viewer, "?region=eu-west-1&kind=volume") == ["one"]
    assert "Without a tag 1 of 1" in text(viewer, "?region=eu-west-1")
    assert listed(viewer, "?search=nothing") == []


@pytest.mark.parametrize(
    ("query", "name"), [("kind=castle", "kind"), ("key=%00", "key"), ("page=99", "")]
)
def test_bad_input_is_refused_by_name(
    viewer: Client, owner: CloudAccount, query: str, name: str
) -> None:
    disk(owner, "one", 10)
    page = viewer.get(f"{PAGE}?{query}")
    assert page.status_code == 200
    assert not name or f"<code>{name}</code>" in page.text


def test_the_file_holds_all_of_them_in_the_same_order(
    viewer: Client, owner: CloudAccount
) -> None:
    disk(owner, "small", 10)
    disk(owner, "large", 500)
    answer: Any = viewer.get(f"{PAGE}?format=csv")
    content = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content)))
    assert [row["name"] for row in rows] == ["large", "small"]
    assert rows[0]["monthly_cost"] == "50.00"
    assert rows[0]["cost_basis"] == "list price"
    assert viewer.get(f"{PAGE}?format=xlsx").status_code == 200


def test_of_too_many_the_first_are_priced_and_the_page_says_so(
    viewer: Client, owner: CloudAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "two", "three"):
        disk(owner, name, 10)
    monkeypatch.setattr(untagged, "MOST_PRICED", 2)
    assert len(listed(viewer)) == 2
    shown = text(viewer)
    assert "2 of 3 are priced and listed" in shown
    assert "Tagged share" not in shown


def test_a_limited_user_meets_only_their_accounts(
    viewer: Client, owner: CloudAccount
) -> None:
    disk(owner, "hidden", 10, tags={"secret-key": "x"})
    own = account(2, "own")
    disk(own, "own disk", 10)
    see_only(person("viewer"), own)
    assert listed(viewer, "?key=team") == ["own disk"]
    assert "secret-key" not in viewer.get(PAGE).text


def test_nothing_untagged_is_good_news(viewer: Client, owner: CloudAccount) -> None:
    disk(owner, "tagged", 10, tags={"team": "shop"})
    assert "Every resource has a tag" in text(viewer)
    assert "Every resource has the tag team" in text(viewer, "?key=team")
