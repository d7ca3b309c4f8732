"""Why costs changed: on the costs page, in the API and as a file."""

import csv
import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission, User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from clouds.models import CloudAccount
from clouds.testing import account, see_all
from core.testing.clock import NOW
from core.windows import Window, last_complete_days
from costs.explain import explanation as reader
from costs.testing import charge, close, store_costs, tagged
from insights.testing import anomaly, somebody
from users.testing import person, session_of, text_of

pytestmark = pytest.mark.django_db
LAST_DAYS = last_complete_days(30, NOW)
BEFORE = LAST_DAYS.previous()
PATH = "/api/v1/costs/explanation/"


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def owner() -> CloudAccount:
    """EC2 costs 10 and then 15 a day; S3 is new; an anomaly added 120 to EC2."""
    found = account(1, "production")
    store_costs(found, BEFORE, {"EC2": "10"})
    store_costs(found, LAST_DAYS, {"EC2": "15", "S3": "2"})
    for at in range(3):
        day = NOW.date() - timedelta(days=7 - at)
        charge(found, day, "40", region="us-east-1")
    anomaly(found)
    return found


def asked(query: str = "", client: Client | None = None) -> Any:
    viewer = client or session_of(person("viewer"))
    response = viewer.get(f"{PATH}{query}")
    assert response.status_code == 200, response.content
    return response.json()


def changes(answer: Any) -> dict[str, str]:
    return {step["kind"]: step["change"] for step in answer["steps"]}


def page(client: Client, query: str = "") -> str:
    client.force_login(person("viewer"))
    return unescape(client.get(f"/costs/{query}").content.decode())


def explained(text: str) -> str:
    """The panel's text, without its markup."""
    panel = re.search(r'<section class="panel explanation".*?</section>', text, re.S)
    assert panel, "no explanation"
    return " ".join(re.sub(r"<[^>]+>", " ", panel[0]).split())


def test_its_steps_sum_to_the_difference(owner: CloudAccount) -> None:
    answer = asked()

    assert answer["total"] == "630.00"
    assert answer["previous_total"] == "300.00"
    assert changes(answer) == {
        "used_more": "150.00",
        "anomaly": "120.00",
        "new": "60.00",
    }
    assert answer["change"] == "330.00"
    assert answer["change_without_anomalies"] == "210.00"
    assert answer["change_percent"] == 110.0
    assert answer["is_significant"] is True
    assert answer["incomplete"] == []


def test_each_cause_leads_to_its_costs(owner: CloudAccount) -> None:
    viewer = session_of(person("viewer"))
    for step in asked(client=viewer)["steps"]:
        assert viewer.get(step["costs"]).status_code == 200
        for cause in step["causes"]:
            found = viewer.get(cause["costs"])
            assert found.status_code == 200
            assert found.context["question"].filters["service"] == (cause["service"],)
            if cause["anomaly"]:
                assert viewer.get(cause["anomaly"]).status_code == 200


def test_any_two_periods_are_compared(owner: CloudAccount) -> None:
    days = "start=2026-11-17&end=2026-11-19"
    answer = asked(f"?{days}&previous_start=2026-10-01&previous_end=2026-10-02")

    assert (answer["total"], answer["previous_total"]) == ("34.00", "10.00")
    assert changes(answer) == {"days": "10.00", "used_more": "10.00", "new": "4.00"}
    a_day = asked(
        f"?{days}&previous_start=2026-10-01&previous_end=2026-10-02&basis=daily"
    )
    assert changes(a_day) == {"used_more": "5.00", "new": "2.00"}


def test_anomalies_and_one_time_charges_are_left_out_if_asked(
    owner: CloudAccount,
) -> None:
    charge(owner, LAST_DAYS.start, "99", category="Purchase")

    both = asked("?ignore=anomalies&ignore=one_time")

    assert both["total"] == "510.00"
    assert changes(both) == {"used_more": "150.00", "new": "60.00"}
    assert changes(asked("?ignore=anomalies"))["one_time"] == "99.00"


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("?previous_start=2026-10-01", "previous_end"),
        ("?previous_end=2026-10-01", "previous_start"),
        ("?previous_start=2026-10-02&previous_end=2026-10-01", "previous_start"),
        ("?previous_start=soon&previous_end=2026-10-01", "previous_start"),
        ("?previous_start=1026-10-02&previous_end=2026-10-01", "previous_start"),
        ("?basis=weekly", "basis"),
        ("?ignore=everything", "ignore"),
        ("?group_by=service", "group_by"),
        ("?granularity=daily", "granularity"),
        ("?limit=3", "limit"),
    ],
)
def test_what_cannot_be_answered_is_refused_by_name(query: str, name: str) -> None:
    account()
    viewer = session_of(person("viewer"))
    response = viewer.get(f"{PATH}{query}")
    assert response.status_code == 400
    assert name in response.json()["errors"]
    if name not in ("group_by", "granularity", "limit"):
        assert f"<code>{name}</code>" in viewer.get(f"/costs/{query}").content.decode()


def test_periods_that_are_not_stored_whole_are_not_compared() -> None:
    store_costs(account(), LAST_DAYS, {"EC2": "15"})
    answer = asked()

    assert answer["incomplete"] == [str(BEFORE)]
    assert answer["change"] is None
    assert answer["steps"] == []
    response = session_of(person("viewer")).get(f"{PATH}?format=csv")
    assert response.status_code == 400
    assert "is not stored completely" in text_of(response)


def test_without_any_costs_nothing_is_known() -> None:
    assert asked()["currency"] is None
    assert asked()["is_significant"] is None


def test_of_several_currencies_one_must_be_chosen(owner: CloudAccount) -> None:
    other = account(2, "in euro")
    for window, amount in ((BEFORE, "1"), (LAST_DAYS, "3")):
        store_costs(other, window, {"EC2": amount}, currency="EUR")

    refused = session_of(person("viewer")).get(PATH)
    assert refused.status_code == 400
    assert "currency" in refused.json()["errors"]
    assert changes(asked("?currency=eur")) == {"used_more": "60.00"}


def test_a_limited_user_is_told_of_their_accounts_alone(owner: CloudAccount) -> None:
    staging = account(2, "staging")
    store_costs(staging, BEFORE, {"EC2": "1"})
    store_costs(staging, LAST_DAYS, {"EC2": "2"})

    limited = session_of(somebody("viewer", staging))
    assert changes(asked(client=limited)) == {"used_more": "30.00"}
    assert asked()["change"] == "360.00"


def allowed(*permissions: str) -> User:
    user = User.objects.create(username="limited")
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    see_all(user)
    return user


def test_who_may_not_see_costs_is_refused() -> None:
    assert Client().get(PATH).status_code == 401
    assert session_of(allowed("view_anomaly")).get(PATH).status_code == 403


def test_who_may_not_see_anomalies_is_told_of_more_use(owner: CloudAccount) -> None:
    answer = asked(client=session_of(allowed("view_dailycost")))
    assert changes(answer) == {"used_more": "270.00", "new": "60.00"}


def test_the_file_sums_to_the_difference(owner: CloudAccount) -> None:
    viewer = session_of(person("viewer"))
    rows = list(csv.DictReader(text_of(viewer.get(f"{PATH}?format=csv")).splitlines()))

    assert sum(Decimal(row["change"]) for row in rows) == 330
    assert [row["kind"] for row in rows] == ["used_more", "anomaly", "new"]
    assert rows[0]["service"] == "EC2"
    assert rows[0]["since"] == LAST_DAYS.start.isoformat()


def test_the_page_says_what_changed_and_why(
    client: Client, owner: CloudAccount
) -> None:
    text = explained(page(client))

    assert "$630.00 in 21 Oct – 19 Nov 2026, compared with $300.00" in text
    assert "+$330.00 (+110.0%)" in text
    assert "Used more +$150.00 EC2 in production since 21 Oct 2026 +$150.00" in text
    assert "Anomalies +$120.00 EC2 in production , 13 Nov – 15 Nov 2026 anomaly" in text
    assert "New services +$60.00 S3 in production since 21 Oct 2026 +$60.00" in text
    assert "Change +$330.00" in text


def test_the_page_compares_days_that_are_chosen_everywhere(
    client: Client, owner: CloudAccount
) -> None:
    query = "?start=2026-11-17&end=2026-11-19&previous_start=2026-10-01"
    text = page(client, f"{query}&previous_end=2026-10-02&basis=daily")

    assert "compared with $10.00 per day in 1 Oct 2026" in explained(text)
    assert '<details class="behind" open>' in text
    assert "Compared with 1 Oct 2026" in text
    # What is filtered, sorted or downloaded keeps the comparison.
    for name, value in (("previous_start", "2026-10-01"), ("basis", "daily")):
        assert f'<input type="hidden" name="{name}" value="{value}">' in text
        assert f"{name}={value}" in text


def test_another_range_is_compared_with_its_own_period_before(
    client: Client, owner: CloudAccount
) -> None:
    text = page(
        client, "?previous_start=2026-10-01&previous_end=2026-10-02&group_by=region"
    )
    [ranges] = re.findall(r'aria-label="Quick ranges".*?</nav>', text, re.S)
    assert "group_by=region" in ranges
    assert "previous_start" not in ranges


def test_the_page_says_that_nothing_significant_changed(client: Client) -> None:
    store_costs(account(), Window(BEFORE.start, LAST_DAYS.end), {"EC2": "10"})

    assert "Nothing significant changed: no cause is larger than $3.00" in explained(
        page(client)
    )


def test_the_page_says_of_a_fall_that_an_anomaly_before_explains_it(
    client: Client,
) -> None:
    owner = account()
    store_costs(owner, Window(BEFORE.start, LAST_DAYS.end), {"EC2": "10"})
    charge(owner, BEFORE.start, "500", region="us-east-1")
    anomaly(
        owner,
        first_day=BEFORE.start,
        last_day=BEFORE.start,
        peak_day=BEFORE.start,
        impact=Decimal(500),
    )

    text = explained(page(client))

    assert "Costs fell only because of anomalies in the previous period" in text
    assert "fell only" not in explained(page(client, "?ignore=anomalies"))


def test_a_period_that_is_not_stored_whole_is_named_and_another_can_be_chosen(
    client: Client, owner: CloudAccount
) -> None:
    text = page(client, "?previous_start=2025-10-21&previous_end=2025-11-20")

    assert "21 Oct – 19 Nov 2025 is not completely stored" in explained(text)
    assert "Previous period A year ago" in explained(text)
    assert "Download (CSV)" not in explained(text)


def test_a_page_without_costs_has_no_explanation(client: Client) -> None:
    account()
    assert "What changed and why" not in page(client)


def test_a_large_bill_is_explained_by_service(
    client: Client, owner: CloudAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = account(2, "staging")
    store_costs(other, BEFORE, {"S3": "3"})
    store_costs(other, LAST_DAYS, {"S3": "3"})
    before = changes(asked())
    assert before["new"] == "60.00"

    monkeypatch.setattr(reader, "MOST_ROWS", 100)
    answer = asked()

    assert answer["is_by_account"] is False
    assert changes(answer) == {
        "used_more": "210.00",
        "anomaly": "120.00",
    }
    assert "explained by service" in explained(page(client))


def test_costs_by_tag_are_explained_too() -> None:
    owner = account()
    owner.settings = {"tag_keys": ["team"]}
    owner.save()
    for window, amount in ((BEFORE, "10"), (LAST_DAYS, "12")):
        for day in window.days():
            charge(owner, day, amount)
            tagged(owner, day, "shop", amount)
            close(owner, day)

    answer = asked("?tag=team%3Dshop")

    assert changes(answer) == {"used_more": "60.00"}
    [cause] = answer["steps"][0]["causes"]
    assert session_of(person("viewer")).get(cause["costs"]).status_code == 200


def test_the_number_of_queries_is_that_of_one_anomaly(
    client: Client,
    owner: CloudAccount,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    viewer = session_of(person("viewer"))
    with django_assert_max_num_queries(13) as few:
        asked(client=viewer)
    for at in range(5):
        day = date(2026, 11, 1) + timedelta(days=at)
        anomaly(owner, first_day=day, last_day=day, peak_day=day)
    with django_assert_max_num_queries(len(few.captured_queries)):
        asked(client=viewer)


def test_the_summary_page_explains_the_month(
    client: Client, owner: CloudAccount
) -> None:
    client.force_login(person("viewer"))
    text = client.get("/").content.decode()

    assert "in 1 Nov – 19 Nov 2026, compared with" in explained(text)
    assert "Used more" in explained(text)
    assert "flattered" not in text
    panel = text.partition('id="explanation"')[2].partition("</section>")[0]
    [query] = re.findall(r'href="/costs/\?([^"]*)">Explore</a>', panel)
    assert "start=2026-11-01&amp;end=2026-11-20" in query
    assert "previous_start" not in query


def test_the_summary_page_says_of_a_good_figure_what_made_it_good(
    client: Client,
) -> None:
    """In October an anomaly cost 500 on a day of either period before."""
    owner = account()
    store_costs(owner, Window(BEFORE.start, LAST_DAYS.end), {"EC2": "10"})
    day = date(2026, 10, 10)
    charge(owner, day, "500", region="us-east-1")
    one_day = {"first_day": day, "last_day": day, "peak_day": day}
    row = anomaly(owner, **one_day, impact=Decimal(500))
    client.force_login(person("viewer"))

    text = client.get("/").content.decode()

    assert text.count("Lower only because of anomalies in the previous period") == 2
    assert "$0.00 without them" in text
    row.delete()
    assert "Lower only because" not in client.get("/").content.decode()
