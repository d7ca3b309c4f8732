"""From a line of the costs page one gets to what it is made of, and back out."""

import re
from collections.abc import Iterator
from html import unescape

import pytest
import time_machine
from django.test import Client

from clouds.testing import account
from core.testing.clock import NOW
from core.windows import last_complete_days
from costs.testing import store_costs
from users.testing import person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def viewer(client: Client) -> Client:
    services = {f"Service {n}": str(n) for n in range(1, 8)}
    store_costs(account(), last_complete_days(60, NOW), services)
    client.force_login(person("viewer"))
    return client


def page(client: Client, query: str = "") -> str:
    return client.get(f"/costs/{query}").content.decode()


def link(text: str, words: str) -> str:
    found = re.search(rf'href="(\?[^"]+)"[^>]*>{words}</a>', text)
    assert found, words
    return unescape(found[1])


def total(text: str) -> str:
    found = re.search(r'<p class="big">([^<]+)</p>', text)
    assert found
    return found[1]


def test_a_service_leads_to_its_regions_and_they_to_accounts(viewer: Client) -> None:
    regions = page(viewer, link(page(viewer), "Service 7"))
    assert total(regions) == "$210.00"
    assert "By region" in regions
    accounts = page(viewer, link(regions, "eu-west-1"))
    assert total(accounts) == "$210.00"
    assert "By account" in accounts


def test_other_leads_to_all_that_it_sums(viewer: Client) -> None:
    text = page(viewer, "?limit=2")
    rest = page(viewer, link(text, "Other"))
    assert total(rest) == "$450.00"  # 30 days of 1 + 2 + 3 + 4 + 5
    assert "Service 7" not in rest.split("<tbody>")[1].split("</tbody>")[0]


def test_a_filter_in_use_is_shown_and_can_be_removed(viewer: Client) -> None:
    text = page(viewer, "?service=Service+7&service=Service+6&exclude=Tax")
    active_filters = text.split('class="chips"')[1].split("</ul>")[0]
    links = [unescape(found) for found in re.findall(r'href="([^"]+)"', active_filters)]
    assert len(links) == 3
    assert total(page(viewer, links[0])) == "$180.00"
    assert total(page(viewer, links[1])) == "$210.00"
    assert "Active filters" in page(viewer, links[2])


def test_a_month_leads_to_its_days_and_a_day_to_itself(viewer: Client) -> None:
    months = page(viewer, "?granularity=monthly&start=2026-10-01&end=2026-11-20")
    days = page(viewer, link(months, "November 2026"))
    assert "1 Nov – 19 Nov 2026" in days
    day = page(viewer, link(days, "Tue 3 Nov 2026"))
    assert total(day) == "$28.00"
    assert "2 Nov 2026" in day  # what it is compared with


def test_what_is_picked_and_what_is_left_out_are_checked(viewer: Client) -> None:
    text = page(viewer, "?service=Service+7&exclude_region=us-east-1")
    only = r'name="service" value="Service 7" checked'
    without = r'name="exclude_region" value="us-east-1"[^>]*checked'
    assert re.search(only, text)
    assert re.search(without, text)


def test_days_that_are_not_stored_lead_to_those_that_are(viewer: Client) -> None:
    text = page(viewer, "?start=2020-01-01&end=2020-02-01")
    assert "No costs are stored for these days" in text
    assert "They are stored for 21 Sep – 19 Nov 2026" in text
    query = link(text, "Show the latest")
    assert total(page(viewer, query)) == "$840.00"


def drills(viewer: Client, query: str) -> dict[str, str]:
    """Where each series of the page's chart leads to."""
    series = viewer.get(f"/costs/{query}").context["chart"]["series"]
    return {one["label"]: one["drill"] for one in series}


def test_a_bar_leads_to_what_its_line_does(viewer: Client) -> None:
    found = drills(viewer, "?limit=2&region=eu-west-1")
    assert list(found) == ["Service 7", "Service 6", "Other"]
    assert total(page(viewer, found["Service 7"])) == "$210.00"
    assert total(page(viewer, found["Other"])) == "$450.00"


def test_a_bar_of_no_group_leads_to_services(viewer: Client) -> None:
    (whole,) = drills(viewer, "?group_by=none&region=eu-west-1").values()
    assert "By service" in page(viewer, whole)
    assert "region=eu-west-1" in whole


def test_a_page_shows_a_year_by_month_and_its_links_do_not_say_so(
    viewer: Client,
) -> None:
    year = "?start=2025-11-01&end=2026-11-01"
    shown = viewer.get(f"/costs/{year}").context["question"]
    assert shown.granularity == "monthly"
    assert "granularity" not in shown.parameters()
    days = viewer.get(f"/costs/{year}&granularity=daily").context["question"]
    assert days.granularity == "daily"
    assert "granularity=daily" in days.parameters()
