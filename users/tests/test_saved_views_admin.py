"""Whoever works in the admin saves lists with their filters, for himself alone."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from users.models import SavedView

pytestmark = pytest.mark.django_db
ADD = reverse("admin:users_savedview_add")
LIST = reverse("admin:users_savedview_changelist")
FAILED = "/admin/syncs/syncrun/?status__exact=failed&o=1"


@pytest.fixture
def staff(client: Client) -> Client:
    """Somebody who may enter the admin, and has no other right."""
    client.force_login(User.objects.create_user("ada", is_staff=True))
    return client


def test_a_filtered_list_is_saved_and_opened_from_the_first_page(
    admin_client: Client,
) -> None:
    text = admin_client.get(FAILED).content.decode()
    link = text.split(f'href="{ADD}?')[1].split('"')[0].replace("&amp;", "&")
    (address,) = parse_qs(urlsplit(f"?{link}").query)["address"]
    assert address == FAILED
    form = admin_client.get(f"{ADD}?{link}").content.decode()
    assert "status__exact=failed" in form
    admin_client.post(ADD, {"name": "What failed", "address": address})
    assert SavedView.objects.get().user.username == "admin"
    first = admin_client.get("/admin/").content.decode()
    assert f'href="{FAILED.replace("&", "&amp;")}">What failed</a>' in first


def test_nobody_meets_the_links_of_another(staff: Client) -> None:
    other = User.objects.create_user("grace", is_staff=True)
    theirs = SavedView.objects.create(user=other, name="Secret list", address="/x/")
    for page in ("/admin/", LIST, f"{LIST}?q=Secret"):
        assert "Secret list" not in staff.get(page).content.decode()
    for page in ("change", "delete", "history"):
        address = reverse(f"admin:users_savedview_{page}", args=[theirs.pk])
        assert staff.post(address, {"post": "yes", "name": "Mine"}).status_code == 302
    theirs.refresh_from_db()
    assert theirs.name == "Secret list"


@pytest.mark.parametrize(
    "address",
    [
        *("https://example.com/", "//example.com/", "/\\\\example.com/", "admin/"),
        *("javascript:alert(1)", "/a b", ""),
    ],
)
def test_only_pages_of_this_server_are_saved(staff: Client, address: str) -> None:
    staff.post(ADD, {"name": "Elsewhere", "address": address})
    assert not SavedView.objects.exists()


def test_the_list_needs_few_queries(
    staff: Client, django_assert_max_num_queries: object
) -> None:
    user = User.objects.get()
    for number in range(60):
        SavedView.objects.create(user=user, name=f"Link {number}", address="/admin/")
    with django_assert_max_num_queries(6):  # type: ignore[operator]
        assert "Link 1" in staff.get(LIST).content.decode()
