"""Anomalies of one value of a tag, where no other anomaly shows the same incident."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.admin import site
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from clouds.models import CloudAccount
from clouds.testing import account
from core.testing.clock import NOW, TODAY
from core.windows import ONE_DAY, Window, last_complete_days
from costs.models import DailyCost, TagCost
from costs.testing import store_costs, tagged
from insights.anomalies.admin import AnomalyAdmin
from insights.anomalies.day_values import day_values
from insights.anomalies.refresh import refresh_anomalies
from insights.daily_costs import read_bills
from insights.models import Anomaly, OwnerRule
from insights.owners.refresh import refresh_owners
from insights.testing import anomaly, request_of
from insights.transitions import change_status
from providers.settings import TAG_KEY_LENGTH, TAG_VALUE_LENGTH
from users.testing import ask, person, session_of

pytestmark = pytest.mark.django_db
DAYS = last_complete_days(120, NOW)
SPIKE = Window(TODAY - timedelta(days=20), TODAY - timedelta(days=17))
TEAM = {"shop": "100", "data": "100", "": "20"}


def tagged_bill(**keys: Mapping[str, str]) -> CloudAccount:
    """An account that uses EC2 for 220 a day, told by these keys and their values."""
    owner = account()
    owner.settings = {"tag_keys": sorted(keys)}
    owner.save()
    store_costs(owner, DAYS, {"EC2": "220"})
    for key, values in keys.items():
        for value, amount in values.items():
            first = tagged(owner, DAYS.start, value, amount, key=key)
            copy(first, list(DAYS.days())[1:])
    return owner


def copy(row: TagCost, days: list[date]) -> None:
    names = [field.name for field in TagCost._meta.fields if field.name != "id"]
    facts = {name: getattr(row, name) for name in names}
    TagCost.objects.bulk_create(TagCost(**{**facts, "day": day}) for day in days)


def spend(amount: int, **which: Any) -> None:
    """Have these rows of the tag cost so much, while the incident lasts."""
    rows = TagCost.objects.filter(day__in=SPIKE.days(), **which)
    rows.update(billed=Decimal(amount), effective=Decimal(amount))


def refresh(owner: CloudAccount | None) -> int:
    return refresh_anomalies(owner, read_bills(owner, NOW), NOW, None)[0]


def test_costs_that_moved_to_a_team_are_one_of_its_tag() -> None:
    owner = tagged_bill(team=TEAM)
    spend(190, tag_value="shop")
    spend(10, tag_value="data")
    assert refresh(owner) == 2
    up = Anomaly.objects.get(direction="up")
    down = Anomaly.objects.get(direction="down")
    assert (up.scope, up.tag_key, up.tag_value) == ("tag", "team", "shop")
    assert up.title == f"shop (tag team) in {owner.name}"
    assert (up.service, up.sub_account_id, up.currency) == ("", "", "USD")
    assert (up.first_day, up.last_day) == (SPIKE.start, SPIKE.end - ONE_DAY)
    assert up.impact == pytest.approx(Decimal(270), abs=15)
    assert (up.causes[0]["service"], up.causes[0]["share"]) == ("EC2", 1.0)
    assert up.recall is not None
    assert down.tag_value == "data"
    assert day_values(up, SPIKE) == dict.fromkeys(SPIKE.days(), Decimal(190))


def test_found_twice_nothing_changes() -> None:
    owner = tagged_bill(team=TEAM)
    spend(190, tag_value="shop")
    assert (refresh(owner), refresh(owner)) == (1, 0)


def test_what_the_service_shows_is_not_one_of_its_tag_too() -> None:
    owner = tagged_bill(team=TEAM)
    spend(190, tag_value="shop")
    DailyCost.objects.filter(day__in=SPIKE.days()).update(billed=310)
    refresh(owner)
    row = Anomaly.objects.get()
    assert (row.scope, row.service, row.tag_key) == ("service", "EC2", "")


def test_one_of_a_service_names_the_values_that_it_comes_from() -> None:
    owner = tagged_bill(team=TEAM)
    spend(190, tag_value="shop")
    spend(50, tag_value="")
    DailyCost.objects.filter(day__in=SPIKE.days()).update(billed=340)
    ada = person("operator")
    rule = {"tag_key": "team", "tag_value": "shop", "position": 1}
    OwnerRule.objects.create(owner=ada, **rule)
    refresh(owner)
    told = ask("anomalies/")["results"][0]["tag_causes"]
    shares = {"shop": ("270.00", 0.75), "": ("90.00", 0.25)}
    assert told == [
        {"key": "team", "value": value, "amount": amount, "share": share}
        for value, (amount, share) in shares.items()
    ]
    row = Anomaly.objects.get()
    page = session_of(ada).get(row.get_absolute_url()).content.decode()
    assert "By tag team</h3>" in page and "untagged" in page
    refresh_owners(NOW)
    row.refresh_from_db()
    assert row.owner == ada
    assert refresh(owner) == 0


def test_another_direction_or_other_days_of_the_service_explain_nothing() -> None:
    owner = tagged_bill(team=TEAM)
    spend(190, tag_value="shop")
    DailyCost.objects.filter(day__in=SPIKE.days()).update(billed=50)
    before = [day - timedelta(days=20) for day in SPIKE.days()]
    DailyCost.objects.filter(day__in=before).update(billed=400)
    refresh(owner)
    assert sorted(Anomaly.objects.values_list("scope", "direction")) == [
        *(("service", "down"), ("service", "up"), ("tag", "up"))
    ]


def test_one_that_its_service_shows_later_is_resolved() -> None:
    owner = tagged_bill(team=TEAM)
    spend(190, tag_value="shop")
    refresh(owner)
    DailyCost.objects.filter(day__in=SPIKE.days()).update(billed=310)
    refresh(owner)
    old = Anomaly.objects.get(scope="tag")
    assert old.status == "resolved"
    assert Anomaly.objects.open().get().service == "EC2"


def test_an_incident_of_two_keys_is_one() -> None:
    owner = tagged_bill(env={"live": "120", "": "100"}, team=TEAM)
    spend(190, tag_value="shop")
    spend(210, tag_value="live")
    refresh(owner)
    assert Anomaly.objects.get().tag_key == "env"


def test_a_payers_bill_by_tag_has_no_services_and_is_explained_all_the_same() -> None:
    owner = tagged_bill(team=TEAM)
    TagCost.objects.update(service="")
    spend(190, tag_value="shop")
    DailyCost.objects.filter(day__in=SPIKE.days()).update(billed=310)
    refresh(owner)
    assert Anomaly.objects.get().service == "EC2"


def test_the_incident_of_another_member_explains_nothing() -> None:
    owner = tagged_bill(team=TEAM)
    DailyCost.objects.update(sub_account_id="000000000008")
    TagCost.objects.update(service="", sub_account_id="000000000009")
    spend(190, tag_value="shop")
    DailyCost.objects.filter(day__in=SPIKE.days()).update(billed=310)
    refresh(owner)
    assert sorted(Anomaly.objects.values_list("scope", flat=True)) == ["service", "tag"]


def test_what_is_untagged_is_no_value_of_a_tag() -> None:
    owner = tagged_bill(team=TEAM)
    spend(200, tag_value="")
    refresh(owner)
    assert not Anomaly.objects.exists()


def test_days_that_were_not_read_by_a_tag_cost_not_nothing() -> None:
    owner = tagged_bill(team=TEAM)
    TagCost.objects.filter(day__in=SPIKE.days()).delete()
    refresh(owner)
    assert not Anomaly.objects.exists()


def test_a_key_that_is_no_longer_read_is_not_judged() -> None:
    owner = tagged_bill(team=TEAM)
    owner.settings = {"tag_keys": []}
    owner.save()
    spend(190, tag_value="shop")
    refresh(owner)
    assert not Anomaly.objects.exists()


def test_it_is_not_shown_again_of_all_accounts() -> None:
    owner = tagged_bill(team=TEAM)
    store_costs(account(2, "staging"), DAYS, {"EC2": "220"})
    spend(190, tag_value="shop")
    refresh(owner)
    refresh(None)
    assert Anomaly.objects.get().account == owner


def test_the_data_of_a_tag_alone_make_it_due() -> None:
    owner = tagged_bill(team=TEAM)
    bills = read_bills(owner, NOW)
    _, version = refresh_anomalies(owner, bills, NOW, None)
    assert refresh_anomalies(owner, bills, NOW, version) == (0, version)
    spend(190, tag_value="shop")
    assert refresh_anomalies(owner, bills, NOW, version)[0] == 1


@pytest.mark.parametrize("values", [2, 12])
def test_a_key_is_one_query_however_many_values_it_has(values: int) -> None:
    owner = tagged_bill(team={f"team-{at}": "10" for at in range(values)})
    bills = read_bills(owner, NOW)
    with CaptureQueriesContext(connection) as queries:
        refresh_anomalies(owner, bills, NOW, None)
    asked = [one for one in queries if "costs_tagcost" in one["sql"]]
    assert len(asked) == 1


def test_the_longest_names_of_a_tag_have_a_status_and_an_audit_entry() -> None:
    names = {"tag_key": "k" * TAG_KEY_LENGTH, "tag_value": "v" * TAG_VALUE_LENGTH}
    row = anomaly(account(), scope="tag", service="", **names)
    change_status(row, "planned", 1, NOW, request=request_of())
    assert Anomaly.objects.get().status == "planned"


def test_the_admin_finds_one_by_its_tag() -> None:
    wanted = anomaly(account(), scope="tag", tag_key="team", tag_value="shop")
    anomaly(wanted.account)
    for text in ("team", "shop"):
        request = RequestFactory().get("/admin/insights/anomaly/", {"q": text})
        page = AnomalyAdmin(Anomaly, site)
        found, _ = page.get_search_results(request, Anomaly.objects.all(), text)
        assert list(found) == [wanted]
