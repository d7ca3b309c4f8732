"""Saved views on pages: saved in the header of a list, found again, changed."""

import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from users.models import SavedView
from users.testing import person

pytestmark = pytest.mark.django_db
PAGE = "/costs/views/"
QUESTION = "/costs/?period=last_month&group_by=account"


@pytest.fixture
def viewer(client: Client) -> Client:
    client.force_login(person("viewer"))
    return client


def saved(name: str = "By account", **values: object) -> SavedView:
    given = {"user": person("viewer"), "address": QUESTION, **values}
    return SavedView.objects.create(name=name, **given)


def test_the_open_page_is_saved_as_it_is_and_opened_again(viewer: Client) -> None:
    page = viewer.get(QUESTION).text
    form = page.partition('id="views"')[2].partition("</form>")[0]
    address = re.search('name="address" value="([^"]*)"', form)
    assert address
    given = {"name": "By account", "address": address[1].replace("&amp;", "&")}
    after = viewer.post(PAGE, given, follow=True)
    assert after.redirect_chain == [(QUESTION, 302)]
    assert "Saved as By account" in after.text
    menu = after.text.partition('id="views"')[2].partition("</nav>")[0]
    assert 'aria-current="true">By account</a>' in menu


def test_the_list_says_which_page_days_and_filters_a_view_has(viewer: Client) -> None:
    saved()
    saved("Fixed", address="/resources/?state=running", is_shared=True)
    saved("Autumn", address="/teams/?start=2026-09-01&end=2026-12-01")
    text = " ".join(re.sub(r"<[^>]+>", " ", viewer.get(PAGE).text).split())
    assert "By account Costs › Explore Last month group by: account You" in text
    assert "Fixed shared Resources › All As the page begins state: running You" in text
    assert (
        "Autumn Costs › Allocation 2026-09-01 to 2026-12-01 (exclusive) None You"
        in text
    )


def test_a_view_is_renamed_shared_and_deleted(viewer: Client) -> None:
    view = saved()
    viewer.post(f"{PAGE}{view.pk}/", {"name": "Renamed", "is_shared": "on"})
    view.refresh_from_db()
    assert (view.name, view.is_shared, view.address) == ("Renamed", True, QUESTION)
    assert "was deleted" in viewer.post(f"{PAGE}{view.pk}/delete/", follow=True).text
    assert not SavedView.objects.exists()


def test_what_is_refused_is_said_and_changes_nothing(viewer: Client) -> None:
    view = saved()
    saved("Other")
    for name, reason in (("", "required"), ("Other", "Choose another name")):
        answer = viewer.post(f"{PAGE}{view.pk}/", {"name": name}, follow=True)
        assert reason in answer.text
    given = {"name": "Elsewhere", "address": "//example.com/"}
    answer = viewer.post(PAGE, given, follow=True)
    assert answer.redirect_chain == [(PAGE, 302)]
    assert "Use an address on this server" in answer.text
    assert sorted(SavedView.objects.values_list("name", flat=True)) == [
        "By account",
        "Other",
    ]
    assert "<code>mine</code>" in viewer.get(f"{PAGE}?mine=perhaps").text


def test_what_others_share_is_opened_and_not_changed(client: Client) -> None:
    view = saved(is_shared=True)
    private = saved("Secret")
    client.force_login(person("operator"))
    text = client.get(PAGE).text
    assert "By account" in text
    assert "Secret" not in text
    assert f"{PAGE}{view.pk}/" not in text
    assert client.post(f"{PAGE}{view.pk}/delete/").status_code == 403
    assert client.post(f"{PAGE}{private.pk}/delete/").status_code == 404
    menu = client.get("/costs/").text.partition('id="views"')[2]
    assert "By account" in menu.partition("</nav>")[0]


def test_a_page_without_filters_offers_no_view(viewer: Client) -> None:
    assert 'id="views"' not in viewer.get(PAGE).text
    assert 'id="views"' in viewer.get("/cpu/").text


def test_the_search_finds_views(viewer: Client) -> None:
    saved()
    (hit,) = viewer.get("/api/v1/search/?q=by acc").json()
    assert (hit["kind"], hit["detail"], hit["url"]) == ("view", "Saved view", QUESTION)


def test_the_list_takes_as_many_queries_for_many_as_for_one(
    viewer: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(30):
        saved(f"View {number}", is_shared=True)
    # session, user, permissions (2), frame (2), footer; count, rows.
    with django_assert_max_num_queries(10):
        assert "View 29" in viewer.get(PAGE).text
