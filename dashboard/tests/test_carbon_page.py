"""The page of carbon."""

from collections.abc import Iterator

import pytest
import time_machine
from django.contrib.auth.models import Permission, User
from rest_framework.test import APIClient

from carbon.testing import estimate_all
from clouds.models import CloudAccount
from clouds.testing import account, see_only
from core.testing.clock import NOW
from core.windows import last_complete_days
from insights.models import Recommendation
from insights.testing import recommendation
from inventory.testing import instance
from metrics.testing import store_cpu
from users.testing import person, session_of, viewer

pytestmark = pytest.mark.django_db
WEEK = last_complete_days(7, NOW)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def shop() -> CloudAccount:
    owner = account(1, "shop")
    web = instance(owner, "web", vcpus=2, memory_mib=8192)
    store_cpu(web, WEEK, 20)
    estimate_all(owner, NOW)
    return owner


def text(client: APIClient, query: str = "") -> str:
    response = client.get(f"/carbon/{query}")
    assert response.status_code == 200
    return response.content.decode()


def test_without_an_account_it_says_how_to_connect_one() -> None:
    assert "No account is connected yet" in text(viewer())


def test_without_emissions_it_says_how_they_are_computed() -> None:
    account()
    assert "refresh_insights --only carbon" in text(viewer())


def test_it_shows_emissions_the_score_and_its_formulas(shop: CloudAccount) -> None:
    page = text(viewer(), "?period=7_days")
    for word in ("Emissions by account", "Sustainability score", "100 − input", "shop"):
        assert word in page
    assert "of 100" in page


@pytest.mark.parametrize("group_by", ["account", "service", "region", "team"])
@pytest.mark.parametrize("period", ["7_days", "12_months"])
def test_each_grouping_and_period_has_a_page(
    shop: CloudAccount, group_by: str, period: str
) -> None:
    page = text(viewer(), f"?group_by={group_by}&period={period}")
    assert f'name="period" value="{period}"' in page
    assert f"Emissions by {group_by}" in page or "No emissions are estimated" in page


def test_advice_is_listed_by_what_it_avoids(shop: CloudAccount) -> None:
    web = shop.resources.get()
    for kg, title in ((1.5, "Stop web"), (12.0, "Resize web"), (None, "Move web")):
        one = recommendation(web.account, web, title=title, rule="idle", target=title)
        Recommendation.objects.filter(pk=one.pk).update(kg_per_month=kg)
    page = text(viewer())
    assert page.index("Resize web") < page.index("Stop web")
    assert "Move web" not in page
    assert "12.0 kg" in page


def test_a_wrong_day_is_reported_and_no_error(shop: CloudAccount) -> None:
    assert "Give end too" in text(viewer(), "?start=2026-01-01")
    assert "at most 400 days" in text(viewer(), "?start=2020-01-01&end=2026-01-01")


def test_chosen_days_win_over_a_period(shop: CloudAccount) -> None:
    start, end = WEEK.start, WEEK.end
    page = text(viewer(), f"?period=30_days&start={start}&end={end}")
    assert f'value="{start}"' in page
    assert 'name="period" value=' not in page


def test_a_limited_user_sees_their_accounts_only(shop: CloudAccount) -> None:
    other = account(2, "other")
    store_cpu(instance(other, "hidden"), WEEK, 20)
    estimate_all(other, NOW)
    ben = person("viewer")
    see_only(ben, shop)
    page = text(session_of(ben))
    assert "shop" in page
    assert "other" not in page.replace("other accounts", "")


def test_who_may_not_see_costs_may_not_see_what_emissions_cost(
    shop: CloudAccount,
) -> None:
    ben = User.objects.create_user("ben")
    may = Permission.objects.filter(codename="view_emissiontotal")
    ben.user_permissions.set(may)
    assert session_of(ben).get("/carbon/").status_code == 403


def test_the_page_of_a_resource_says_what_it_emits(shop: CloudAccount) -> None:
    page = viewer().get(shop.resources.get().get_absolute_url()).content.decode()
    assert "Emissions in 30 days" in page
    assert "of making its server" in page
    unknown = instance(shop, "gpu", instance_type="p5.48xlarge")
    store_cpu(unknown, WEEK, 20)
    estimate_all(shop, NOW)
    page = viewer().get(unknown.get_absolute_url()).content.decode()
    assert "Unknown on 7 of 7 days: no figures for its type." in page
