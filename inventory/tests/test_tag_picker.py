"""Tags to choose from with their counts, what lacks them, and the column of one."""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.cache import cache
from django.http import QueryDict
from django.test import Client

from clouds.models import CloudAccount
from clouds.testing import account, see_only
from core.testing.clock import NOW
from inventory.list_options import list_options
from inventory.models import Bucket
from inventory.tag_picker import TagPicker, tag_picker
from inventory.testing import instance, resource
from users.testing import ask, person, refused

pytestmark = [pytest.mark.django_db, pytest.mark.on_each_database]
ODD = 'say "hi"=x:%s'


@pytest.fixture(scope="module", autouse=True)
def filled(module_db: None) -> None:
    """A machine of each team, one without tags, one that is gone, and a bucket."""
    owner = account(501, "shop")
    owner.settings = {"tag_keys": ["team"]}
    owner.save()
    instance(owner, "web", tags={"team": "shop", "env": "live"})
    instance(owner, "job", tags={"team": "data", "a=b": "1"})
    instance(owner, "cron", tags={"team": "shop", ODD: ""})
    instance(owner, "bare", tags={})
    instance(owner, "old", tags={"team": "gone", "old": "1"}, gone_since=NOW)
    resource(Bucket, owner, "files", name="files", tags={"env": "test"})


@pytest.fixture
def owner() -> CloudAccount:
    return CloudAccount.objects.get(account_id="000000000501")


def picker(**asked: str | list[str]) -> TagPicker:
    cache.clear()
    options = list_options(person("viewer"), None)
    query = QueryDict(urlencode(asked, doseq=True))
    return tag_picker(options, query, CloudAccount.objects.all())


def counts(found: TagPicker) -> dict[str, tuple[int, int]]:
    return {one.key: (one.count, one.lacking) for one in found.keys}


def listed(**parameters: Any) -> list[str]:
    found = ask("resources/", **parameters)["results"]
    return sorted(one["name"] for one in found)


def test_keys_are_counted_with_those_that_lack_them() -> None:
    found = picker()
    assert counts(found) == {"team": (3, 2), "env": (2, 3), "a=b": (1, 4), ODD: (1, 4)}
    assert [one.key for one in found.keys][:2] == ["team", "env"]
    assert (found.untagged, found.selected, found.values) == (1, 0, [])


def test_what_has_no_tag_is_counted_however_many_keys_there_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("inventory.tags.MOST_SHOWN", 2)
    found = picker()
    assert (found.untagged, counts(found)) == (1, {"team": (3, 2)})


def test_a_lacked_key_that_is_rare_or_nowhere_stays_chosen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nowhere = picker(lacks_tag="cost center")
    assert counts(nowhere)["cost center"] == (0, 5)
    assert nowhere.selected == 1
    assert picker(lacks_tag="\0").selected == 0
    monkeypatch.setattr("inventory.tags.MOST_SHOWN", 2)
    rare = picker(lacks_tag="env")
    assert (counts(rare)["env"], rare.selected) == ((2, 3), 1)


def test_several_lacked_keys_stay_chosen_and_are_all_lacked(client: Client) -> None:
    found = picker(lacks_tag=["env", "nowhere"])
    assert [one.key for one in found.keys if one.is_lacked] == ["env", "nowhere"]
    assert listed(gone="false", lacks_tag=["env", ODD]) == ["bare", "job"]
    text = text_of(client, "/resources/", lacks_tag=["env", ODD])
    assert "lacks_tag=env&amp;lacks_tag=say" in text


@pytest.mark.parametrize(
    ("tag", "key", "chosen"),
    [
        ("team", "team", "team"),
        ("team=shop", "team", "team=shop"),
        ("team:shop", "team", "team=shop"),
        ("a=b", "a=b", "a=b"),
        ("a=b=1", "a=b", "a=b=1"),
        (f"{ODD}:", ODD, f"{ODD}="),
    ],
)
def test_a_chosen_key_shows_its_values(tag: str, key: str, chosen: str) -> None:
    found = picker(tag=tag)
    assert (found.key, found.chosen, found.is_known) == (key, chosen, True)
    assert (found.selected, found.column) == (1, key)


def test_values_are_counted_the_most_frequent_first() -> None:
    values = picker(tag="team").values
    assert [(one.tag, one.count) for one in values] == [
        ("team=shop", 2),
        ("team=data", 1),
    ]


def test_the_column_is_what_is_chosen_or_what_costs_are_read_by() -> None:
    assert picker().column == "team"
    assert picker(tag="env").column == "env"
    assert picker(lacks_tag="env").column == "env"
    CloudAccount.objects.update(settings={})
    assert picker().column == ""


@pytest.mark.parametrize(
    ("parameters", "names"),
    [
        ({"lacks_tag": "team"}, ["bare", "files"]),
        ({"lacks_tag": "env", "tag": "team=shop"}, ["cron"]),
        ({"lacks_tag": ODD}, ["bare", "files", "job", "web"]),
        ({"untagged": "true"}, ["bare"]),
        ({"untagged": "false", "kind": "bucket"}, ["files"]),
    ],
)
def test_what_lacks_a_tag_or_any_is_found(
    parameters: dict[str, str], names: list[str]
) -> None:
    assert listed(gone="false", **parameters) == names


def test_what_is_neither_true_nor_false_is_refused() -> None:
    assert "untagged" in refused("resources/", untagged="maybe")


def text_of(client: Client, page: str, **parameters: str | list[str]) -> str:
    client.force_login(person("viewer"))
    answer = client.get(page, parameters)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


@pytest.mark.parametrize("page", ["/resources/", "/instances/"])
def test_a_list_shows_the_team_of_each_and_the_picker(
    client: Client, page: str
) -> None:
    text = text_of(client, page)
    assert '<th scope="col">Team</th>' in text
    assert '<td class="name wide-only">shop</td>' in text
    assert '<td class="name wide-only">—</td>' in text
    assert 'name="tag" value="team"' in text
    assert 'name="lacks_tag" value="team"' in text
    chosen = text_of(client, page, tag="team=shop", lacks_tag="env")
    assert 'name="tag" value="team=shop" checked' in chosen
    assert 'aria-label="Lacks env: ' in chosen
    assert '2<span class="unseen"> selected' in chosen


@pytest.mark.parametrize("page", ["/resources/", "/instances/", "/cpu/"])
def test_an_empty_list_says_which_values_there_are(client: Client, page: str) -> None:
    text = text_of(client, page, tag="team=shpo")
    assert 'Nearest: <a href="?tag=team%3Dshop">team=shop</a>.' in text
    assert 'Values of team: <a href="?tag=team%3Dshop">shop</a> (2)' in text
    unknown = text_of(client, page, tag="taem")
    assert 'Nearest: <a href="?tag=team">team</a>.' in unknown
    assert 'Keys: <a href="?tag=team">team</a> (3)' in unknown


def test_tags_of_hidden_accounts_are_not_offered(
    client: Client, owner: CloudAccount
) -> None:
    instance(account(502, "other"), "theirs", tags={"secret-key": "1", "team": "x"})
    user = person("viewer")
    see_only(user)
    assert "secret-key" not in text_of(client, "/resources/")
    see_only(user, owner)
    text = text_of(client, "/resources/", tag="team")
    assert "secret-key" not in text
    assert "team=shop" in text and "team=x" not in text
