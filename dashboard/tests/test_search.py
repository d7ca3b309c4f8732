"""What has a name is found by it: for who may see it, on a page and in the API."""

from collections.abc import Iterator

import pytest
import time_machine
from django.contrib.auth.models import Permission, User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from clouds.testing import account, see_all, see_only
from core.testing.clock import NOW
from core.windows import last_complete_days
from costs.testing import store_costs
from dashboard.search import LISTED, search
from insights.testing import budget
from inventory.testing import instance, one_of_each
from users.testing import ask, person, refused, session_of

pytestmark = pytest.mark.django_db
DAYS = last_complete_days(30, NOW)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def found(text: str, user: User | None = None) -> list[tuple[str, str, str]]:
    hits = search(text, user or person("viewer"), NOW)
    return [(hit.kind, hit.name, hit.url) for hit in hits]


@pytest.mark.parametrize(
    ("text", "hit"),
    [
        ("budg", ("page", "Budgets", "/insights/budgets/")),
        ("idle virtual", ("page", "Compute", "/instances/")),
        ("costs allocation", ("page", "Allocation", "/teams/")),
        ("Produc", ("account", "production", "/?account=000000000001")),
        ("00000001", ("account", "production", "/?account=000000000001")),
        ("lambda", ("service", "AWS Lambda", "/costs/?service=AWS+Lambda")),
        ("Shop 2026", ("budget", "Shop 2026", "/insights/budgets/{budget}/")),
        ("web-7", ("resource", "web-7", "/instances/{instance}/")),
        ("10.0.0.1", None),
        ("nothing of the kind", None),
        (" ", None),
    ],
)
def test_it_finds_what_has_the_text_in_its_name(
    text: str, hit: tuple[str, str, str] | None
) -> None:
    owner = account()
    store_costs(owner, DAYS, {"AWS Lambda": "1", "Amazon RDS": "2"})
    keys = {
        "budget": budget(name="Shop 2026").pk,
        "instance": instance(owner, "web-7").pk,
    }
    expected = [(*hit[:2], hit[2].format(**keys))] if hit else []
    assert found(text) == expected


def test_what_is_there_comes_before_what_is_gone_and_few_of_each_are_listed() -> None:
    owner = account()
    instance(owner, "web-00", gone_since=NOW)
    for number in range(1, LISTED):
        instance(owner, f"web-{number:02}")
    assert [label for _, label, _ in found("web-")] == [
        *(f"web-{number:02}" for number in range(1, LISTED)),
        "web-00",
    ]
    instance(owner, "web-99")
    *listed, (kind, _, url) = found("web-")
    assert "web-00" not in {label for _, label, _ in listed}
    assert (kind, url) == ("page", "/resources/?search=web-")
    assert len(listed) == LISTED - 1


def test_what_has_just_this_name_comes_first() -> None:
    owner = account()
    for name in ("a-shop", "b-shop", "Shop"):
        instance(owner, name)
    assert [label for _, label, _ in found("shop")] == ["Shop", "a-shop", "b-shop"]


def test_nobody_finds_what_is_hidden_from_them() -> None:
    mine, other = account(1, "shop-mine"), account(2, "shop-other")
    for owner in (mine, other):
        store_costs(owner, DAYS, {f"Service of {owner.name}": "1"})
        instance(owner, f"web-{owner.name}")
    limited = person("viewer")
    see_only(limited, mine)
    assert {label for _, label, _ in found("shop-", limited)} == {
        *("shop-mine", "Service of shop-mine", "web-shop-mine"),
    }


def test_each_kind_takes_its_own_permission() -> None:
    owner = account(1, "account of volume")
    store_costs(owner, DAYS, {"volume service": "1"})
    budget(name="volume budget")
    one_of_each(owner)
    clerk = User.objects.create_user("clerk")
    see_all(clerk)
    assert found("volume", clerk) == []
    refused_to = session_of(clerk).get("/api/v1/search/", {"q": "volume"})
    assert refused_to.status_code == 403
    clerk.user_permissions.add(Permission.objects.get(codename="view_bucket"))
    clerk = User.objects.get(pk=clerk.pk)
    assert {kind for kind, *_ in found("northpeak", clerk)} == {"resource"}
    assert "resource" not in {kind for kind, *_ in found("vol-", clerk)}


def test_it_takes_few_queries(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(1, 9):
        owner = account(number, f"web-{number}")
        store_costs(owner, DAYS, {f"web-service {number}": "1"})
        instance(owner, f"web-{number}")
        budget(name=f"web-{number}")
    user = person("viewer")
    user.has_perm("costs.view_dailycost")
    with django_assert_max_num_queries(5):  # four, and the limit to accounts
        assert len(search("web-", user, NOW)) == 4 * LISTED


def test_the_api_answers_the_same_and_refuses_what_it_does_not_know() -> None:
    instance(account(), "web-7")
    [hit] = ask("search/", q="web-7")
    assert hit["kind"] == "resource"
    assert hit["detail"] == "Instance in production"
    assert refused("search/") == {"q": ["This field is required."]}
    assert "Unknown parameter" in refused("search/", q="web", kind="page")["kind"][0]
    assert refused("search/", q="a\0b").keys() == {"q"}


def test_the_page_shows_the_same_and_says_where_nothing_is_found(
    client: Client,
) -> None:
    machine = instance(account(), "web-7")
    client.force_login(person("viewer"))
    text = client.get("/search/", {"q": "web-7"}).content.decode()
    assert f'<a href="{machine.get_absolute_url()}">' in text
    assert "Nothing is called" in client.get("/search/?q=odd").content.decode()
    assert "Nothing is called" not in client.get("/search/").content.decode()
    wrong = client.get("/search/", {"q": "a\0b"})
    assert wrong.status_code == 200
    assert "Null characters are not allowed." in wrong.content.decode()
