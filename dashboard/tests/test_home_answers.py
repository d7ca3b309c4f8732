"""Home says first whether the month is on course and what needs somebody."""

import re
from collections.abc import Iterator
from decimal import Decimal
from html import unescape

import pytest
import time_machine
from django.test import Client

from clouds.models import CloudAccount
from clouds.testing import account, azure_account, see_only
from core.money import in_short
from core.testing.clock import NOW
from core.windows import Window, last_complete_days
from costs.testing import store_costs
from insights.models import Recommendation, RefreshState, Verification
from insights.testing import anomaly, budget, recommendation
from inventory.testing import instance
from syncs.datasets import Dataset
from syncs.testing import run
from users.testing import person

pytestmark = pytest.mark.django_db
QUARTER = last_complete_days(90, NOW)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def page(client: Client, query: str = "") -> str:
    client.force_login(person("viewer"))
    return unescape(client.get(f"/{query}").content.decode().partition("<main")[2])


def status(client: Client, query: str = "") -> str:
    found = re.search('<p class="status">(.*?)</p>', page(client, query))
    assert found
    return found[1]


def part(text: str, name: str) -> str:
    return text.partition(f'id="{name}"')[2].partition("</section>")[0]


def spending_10_a_day(number: int = 1, name: str = "production") -> CloudAccount:
    """190 so far, and 300 at the end of the month."""
    owner = account(number, name)
    store_costs(owner, QUARTER, {"AWS Lambda": "10"})
    return owner


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        (None, "On course for $300 this month; insights are not computed yet."),
        ("350", "On course for $300 of $350; insights are not computed yet."),
        ("250", "On course for $300, $50 more than the budget of $250; "),
        ("150", "On course for $300, and the budget of $150 is exceeded by $40; "),
    ],
)
def test_the_first_sentence_says_whether_the_month_is_on_course(
    client: Client, amount: str | None, said: str
) -> None:
    spending_10_a_day()
    if amount:
        budget(name="all", amount=Decimal(amount))
    assert status(client).startswith(said)


def test_a_bar_leads_to_the_costs_of_the_same_scope(client: Client) -> None:
    spending_10_a_day()
    client.force_login(person("viewer"))
    (series,) = client.get("/?account=000000000001").context["chart"]["series"]
    assert "sub_account=000000000001" in series["drill"]


def test_the_first_sentence_says_what_needs_somebody(client: Client) -> None:
    owner = spending_10_a_day()
    anomaly(owner, service="S1")
    assert status(client).endswith("; 1 open anomaly needs you.")
    anomaly(owner, service="S2")
    assert status(client).endswith("; 2 open anomalies need you.")


def test_without_a_forecast_it_says_what_is_spent(client: Client) -> None:
    store_costs(account(), last_complete_days(5, NOW), {"AWS Lambda": "10"})
    assert status(client).startswith("$50 spent this month, and no forecast")


def test_without_costs_it_says_so(client: Client) -> None:
    one = account()
    assert status(client).startswith("No costs are stored yet")
    run(one, Dataset.INSTANCES, NOW, status="running", finished_at=None)
    assert status(client) == "No costs are stored yet; a sync is running."


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("52613.27", "$52,600"),
        ("1050", "$1,050"),
        ("812.5", "$812"),
        ("9.994", "$9.99"),
        ("0", "$0.00"),
        ("-1234567", "−$1,230,000"),
    ],
)
def test_a_sentence_has_three_digits_of_an_amount(amount: str, text: str) -> None:
    assert in_short(Decimal(amount), "USD") == text


def test_the_budget_shows_its_marks_and_whether_it_will_be_exceeded(
    client: Client,
) -> None:
    spending_10_a_day()
    budget(name="generous", amount=Decimal(999))
    made = budget(name="all", amount=Decimal(250), actual_percents=[50, 80])
    text = page(client)
    assert f'<a href="{made.get_absolute_url()}">$250.00</a>' in text
    assert "76.0% spent, $300.00 forecast" in text
    assert "forecast to be exceeded" in text
    assert "Alerts at 50%, 80%" in text


def test_a_budget_of_something_else_is_not_that_of_home(client: Client) -> None:
    owner = spending_10_a_day()
    budget(name="one", scope="account", account=owner, amount=Decimal(400))
    assert "No budget is set for all costs." in page(client)
    one = page(client, f"?account={owner.account_id}")
    assert "$400.00" in one
    assert "On course for $300 of $400" in one


def test_several_clouds_are_distinguished(client: Client) -> None:
    spending_10_a_day()
    assert "By cloud" not in page(client)
    store_costs(azure_account(name="shop"), QUARTER, {"Virtual Machines": "20"})
    clouds = page(client).partition("By cloud")[2].partition("</article>")[0]
    assert re.findall(r">(\w+)</a> <span class=\"strong\">(.*?)<", clouds) == [
        *(("Azure", "$380.00"), ("AWS", "$190.00")),
    ]


def test_it_is_limited_to_what_the_scope_names(client: Client) -> None:
    spending_10_a_day(1, "mine")
    other = account(2, "other")
    store_costs(other, QUARTER, {"Amazon RDS": "70"})
    store_costs(azure_account(name="shop"), QUARTER, {"Virtual Machines": "7"})
    instance(other, "db")
    recommendation(other, instance(other, "old"), title="Stop old")
    text = page(client, "?account=000000000001")
    assert "$190.00" in text
    assert "Amazon RDS" not in text
    assert "No instances are stored." in text
    assert "Stop old" not in text
    assert "Stop old" in page(client)
    azure = page(client, "?provider=azure")
    assert "$133.00" in azure
    assert "Amazon RDS" not in azure


def test_what_needs_somebody_is_listed_by_money(client: Client) -> None:
    owner = spending_10_a_day()
    anomaly(owner, service="Small", impact=Decimal(5), currency="USD")
    anomaly(owner, service="Closed", impact=Decimal(500), status="resolved")
    machine = instance(owner, "web")
    recommendation(owner, machine, title="Stop web", savings_monthly=Decimal(70))
    recommendation(
        *(owner, machine), title="Resize web", rule="rightsize", alternative_to="idle"
    )
    rows = part(page(client), "needs-you")
    assert rows.index("Stop web") < rows.index("Small")
    assert "Closed" not in rows
    assert "Resize web" not in rows


def test_without_costs_it_lists_what_is_recommended(client: Client) -> None:
    recommendation(account(), title="Stop web")
    rows = part(page(client), "needs-you")
    assert "Stop web" in rows
    assert "$70.08" in rows


def test_what_has_no_price_is_listed_too(client: Client) -> None:
    facts = {"savings_monthly": None, "counted_monthly": None, "currency": ""}
    recommendation(spending_10_a_day(), title="Stop web", **facts)
    assert "Stop web" in part(page(client), "needs-you")


def test_where_all_is_in_another_currency_it_does_not_say_that_there_is_nothing(
    client: Client,
) -> None:
    owner = spending_10_a_day()
    recommendation(owner, currency="EUR")
    assert "recommendations are not computed yet." in part(page(client), "needs-you")
    RefreshState.objects.create(account=owner, refreshed_at=NOW)
    rows = part(page(client), "needs-you")
    assert "No anomaly is open, and nothing is recommended in USD." in rows


def test_savings_are_potential_accepted_and_realized(client: Client) -> None:
    owner = spending_10_a_day()
    amounts = {"savings_monthly": Decimal(70), "counted_monthly": Decimal(70)}
    recommendation(owner, instance(owner, "web"), **amounts)
    taken = recommendation(owner, instance(owner, "db"), status="accepted", **amounts)
    assert Recommendation.objects.live().count() == 2
    Verification.objects.create(
        recommendation=taken,
        status="realized",
        realized=Decimal(30),
        currency="USD",
        checked_at=NOW,
    )
    told = part(page(client), "savings")
    assert re.findall(
        r"<dt>(\w+)</dt><dd><span class=\"strong\">(.*?)</span>", told
    ) == [
        *(("Potential", "$140.00"), ("Accepted", "$70.00"), ("Realized", "$30.00")),
    ]


def test_each_kind_says_how_many_there_are_and_how_many_have_no_tag(
    client: Client,
) -> None:
    owner = spending_10_a_day()
    instance(owner, "web", tags={"team": "shop"})
    for name in ("db", "cache", "queue"):
        instance(owner, name, tags={})
    instance(owner, "gone", tags={}, gone_since=NOW)
    told = part(page(client), "resources")
    assert '<span class="strong">4</span> instances</a>' in told
    assert "75% untagged" in told


def test_who_sees_one_account_is_told_of_its_budget_and_items(client: Client) -> None:
    mine = spending_10_a_day(1, "mine")
    other = account(2, "other")
    anomaly(other, service="Hidden")
    anomaly(mine, service="Shown")
    budget(name="everything", amount=Decimal(1))
    one_service = {"scope": "service", "account": mine, "key": "EC2"}
    budget(name="of one service", amount=Decimal(2), **one_service)
    budget(name="of mine", scope="account", account=mine, amount=Decimal(400))
    see_only(person("viewer"), mine)
    text = page(client)
    assert "Hidden" not in text
    assert "Shown" in text
    assert "everything" not in text
    assert status(client) == ("On course for $300 of $400; 1 open anomaly needs you.")


def test_the_first_day_of_a_month_has_nothing_to_compare(client: Client) -> None:
    spending_10_a_day()
    with time_machine.travel(NOW.replace(day=1), tick=False):
        assert status(client).startswith("On course for $300 this month")


def test_changes_and_links_are_of_the_scope_too(client: Client) -> None:
    spending_10_a_day(1, "mine")
    other = account(2, "other")
    last_days = last_complete_days(30, NOW)
    store_costs(other, Window(QUARTER.start, last_days.start), {"AWS Lambda": "10"})
    store_costs(other, last_days, {"Amazon RDS": "70"})
    text = page(client, "?account=000000000001")
    assert "Amazon RDS" not in part(text, "top-changes")
    assert "&currency=USD&sub_account=000000000001" in text
    assert "/recommendations/?live=true&account=000000000001" in text
    assert "Amazon RDS" in part(page(client), "top-changes")
