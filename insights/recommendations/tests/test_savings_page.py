"""The page and endpoint of savings: potential, accepted, realized, difference."""

import csv
import io
import re
from datetime import timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.test import Client

from clouds.models import CloudAccount
from clouds.testing import account
from core.testing.clock import NOW
from insights.models import Recommendation, Verification
from insights.testing import recommendation, somebody
from inventory.testing import instance
from users.testing import ask, person, refused

pytestmark = pytest.mark.django_db
PAGE = "/insights/savings/"
LAST_MONTH = NOW - timedelta(days=30)


@pytest.fixture
def owner() -> CloudAccount:
    return account()


@pytest.fixture
def viewer(client: Client) -> Client:
    client.force_login(person("viewer"))
    return client


def advised(owner: CloudAccount, name: str, **values: Any) -> Recommendation:
    return recommendation(owner, instance(owner, name), **values)


def done(
    owner: CloudAccount, name: str, status: str, realized: str | None, **values: Any
) -> Recommendation:
    """A recommendation of $70.08 a month that was done last month."""
    facts = {"status": "done", "done_at": LAST_MONTH, "found_at": LAST_MONTH}
    row = advised(owner, name, **{**facts, **values})
    Verification.objects.create(
        recommendation=row,
        status=status,
        expected=row.savings_monthly,
        realized=None if realized is None else Decimal(realized),
        currency="USD",
        reason="By the bill.",
        checked_at=NOW,
    )
    return row


@pytest.fixture
def history(owner: CloudAccount) -> None:
    advised(owner, "idle")
    advised(owner, "taken", status="accepted", counted_monthly=Decimal(30))
    advised(owner, "refused", status="dismissed")
    done(owner, "came", "realized", "60.08")
    done(owner, "did not", "not_realized", None, category="storage")
    done(owner, "waits", "pending", None, done_at=NOW)


def text(client: Client, query: str = "") -> str:
    page = client.get(PAGE + query)
    assert page.status_code == 200
    plain = re.sub(r"<[^>]+>", " ", page.text.partition("<main")[2])
    return " ".join(unescape(plain).split())


@pytest.mark.usefixtures("history")
def test_it_tells_potential_accepted_realized_and_what_awaits_a_bill(
    viewer: Client,
) -> None:
    shown = text(viewer)
    assert "Potential $100.08 a month" in shown
    assert "Accepted $30.00 of the potential" in shown
    assert "Realized $60.08" in shown
    assert "−$80.08 beside the $140.16 that were expected" in shown
    assert "Awaiting bills $70.08 done" in shown


@pytest.mark.usefixtures("history")
def test_sums_are_by_month_and_by_category(viewer: Client) -> None:
    shown = text(viewer)
    months = shown.partition("By month")[2].partition("By category")[0]
    assert "November 2026 $100.08 $30.00 $70.08 — — —" in months
    assert "October 2026 $0.00 $0.00 $0.00 $140.16 $60.08 −$80.08" in months
    categories = shown.partition("By category")[2]
    assert "Compute $100.08 $30.00 $70.08 $70.08 $60.08 −$10.00" in categories
    assert "Storage $0.00 $0.00 $0.00 $70.08 $0.00 −$70.08" in categories


@pytest.mark.usefixtures("history")
def test_each_that_is_done_leads_to_its_recommendation(viewer: Client) -> None:
    listed = viewer.get(PAGE).context["object_list"]
    assert [row.title for row in listed] == ["Stop waits", "Stop did not", "Stop came"]
    assert f'href="{listed[0].get_absolute_url()}"' in viewer.get(PAGE).text
    assert "Realized $70.08 $60.08 −$10.00" in text(viewer)
    assert "Not realized $70.08 — −$70.08" in text(viewer)


def test_an_unknown_amount_is_not_taken_for_nothing(
    owner: CloudAccount, viewer: Client
) -> None:
    done(owner, "came", "realized", "60.08")
    done(owner, "unpriced", "realized", None)
    row = done(owner, "never priced", "pending", None)
    Verification.objects.filter(recommendation=row).update(expected=None, currency="")
    assert "−$10.00 beside the $70.08 that were expected" in text(viewer)
    (total,) = viewer.get(PAGE).context["report"].totals
    assert (total.currency, total.done) == ("USD", 2)


@pytest.mark.usefixtures("history")
def test_filters_narrow_the_list_and_the_sums(viewer: Client) -> None:
    shown = text(viewer, "?category=storage")
    assert "Potential $0.00" in shown
    assert "1 done" in shown
    list_ = "/insights/recommendations/?category=storage&amp;live=true"
    assert f'href="{list_}"' in viewer.get(f"{PAGE}?category=storage&page=1").text
    assert "2 done" not in text(viewer, "?verdict=realized")
    assert "<code>verdict</code>" in viewer.get(f"{PAGE}?verdict=perhaps").text


@pytest.mark.usefixtures("history")
def test_the_file_holds_what_is_done(viewer: Client) -> None:
    answer: Any = viewer.get(f"{PAGE}?format=csv")
    content = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content)))
    assert [row["verdict"] for row in rows] == ["pending", "not_realized", "realized"]
    assert (rows[2]["expected_monthly"], rows[2]["difference"]) == ("70.08", "-10.00")
    assert viewer.get(f"{PAGE}?format=xlsx").status_code == 200


@pytest.mark.usefixtures("history")
def test_the_endpoint_answers_the_same_sums() -> None:
    found = ask("recommendations/savings/")
    (total,) = found["totals"]
    assert (total["potential"], total["realized"]) == ("100.08", "60.08")
    assert (total["difference"], total["done"]) == ("-80.08", 3)
    months = [(one["month"], one["done"]) for one in found["by_month"]]
    assert months == [("2026-11-01", 1), ("2026-10-01", 2)]
    assert [one["category"] for one in found["by_category"]] == ["compute", "storage"]
    stored = ask("recommendations/savings/", category="storage")
    assert [one["potential"] for one in stored["totals"]] == ["0.00"]
    assert "color" in refused("recommendations/savings/", color="red")


@pytest.mark.usefixtures("history")
def test_a_limited_user_sees_the_savings_of_their_accounts(client: Client) -> None:
    client.force_login(somebody("viewer", account(2, "own")))
    shown = text(client)
    assert "No recommendation is done yet" in shown
    assert "$" not in shown.partition("Printed")[2]


def test_without_any_the_page_says_what_to_do(viewer: Client) -> None:
    account()
    assert "Mark a recommendation as done" in text(viewer)
