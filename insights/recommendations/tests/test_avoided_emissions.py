"""What recommendations would avoid a month, in kg CO2e."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine

from carbon.models import ResourceEmission
from carbon.testing import estimate_all
from clouds.testing import account
from core.testing.clock import NOW
from core.windows import DAYS_PER_MONTH, last_complete_days
from insights.models import Recommendation
from insights.recommendations.avoided_emissions import store_avoided_emissions
from insights.testing import recommendation
from inventory.models import Instance
from inventory.testing import instance
from metrics.testing import store_cpu
from users.testing import viewer

pytestmark = pytest.mark.django_db
WEEK = last_complete_days(7, NOW)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def web() -> Instance:
    facts = {"vcpus": 8, "memory_mib": 32768, "instance_type": "m6i.2xlarge"}
    made = instance(account(), "web", first_seen_at=NOW - timedelta(days=9), **facts)
    store_cpu(made, WEEK, 10)
    estimate_all(made.account, NOW)
    return made


def avoided(web: Instance, **values: object) -> float | None:
    row = recommendation(web.account, web, resource_type=web.instance_type, **values)
    store_avoided_emissions(web.account, NOW)
    return Recommendation.objects.get(pk=row.pk).kg_per_month


def monthly(web: Instance) -> float:
    day = ResourceEmission.objects.filter(resource=web).earliest("day")
    assert day.operational_kg is not None
    assert day.embodied_kg is not None
    return (day.operational_kg + day.embodied_kg) * float(DAYS_PER_MONTH)


def test_stopping_avoids_all_of_it(web: Instance) -> None:
    assert avoided(web, rule="idle", target="") == pytest.approx(
        monthly(web), abs=0.001
    )


def test_half_the_size_for_the_same_work_avoids_less_than_half(web: Instance) -> None:
    kg = avoided(web, rule="oversized", target="m6i.xlarge")
    assert kg is not None
    assert 0.3 * monthly(web) < kg < 0.5 * monthly(web)


def test_a_schedule_avoids_the_hours_off(web: Instance) -> None:
    kg = avoided(
        web,
        rule="schedule",
        target="weekends",
        savings_monthly=Decimal(25),
        evidence={"monthly_cost": "100.00"},
    )
    assert kg == pytest.approx(monthly(web) / 4, abs=0.001)


@pytest.mark.parametrize(
    ("rule", "target"),
    [("oversized", "x99.tiny"), ("colder_tier", "Cool"), ("stopped", "")],
)
def test_what_nobody_knows_is_unknown(web: Instance, rule: str, target: str) -> None:
    assert avoided(web, rule=rule, target=target) is None


def test_without_emissions_it_is_unknown(web: Instance) -> None:
    ResourceEmission.objects.all().delete()
    assert avoided(web, rule="idle", target="") is None


def test_a_second_run_changes_nothing(web: Instance) -> None:
    recommendation(
        web.account, web, rule="idle", target="", resource_type=web.instance_type
    )
    assert store_avoided_emissions(web.account, NOW) == 1
    assert store_avoided_emissions(web.account, NOW) == 0


@pytest.mark.parametrize("path", ["insights/", "api/v1/"])
def test_lists_are_ordered_by_it_with_the_unknown_last(
    web: Instance, path: str
) -> None:
    for name, kg in (("low", 1.0), ("none", None), ("high", 20.0)):
        machine = instance(web.account, name)
        recommendation(web.account, machine, kg_per_month=kg)
    response = viewer().get(f"/{path}recommendations/", {"ordering": "-kg_per_month"})
    page = response.content.decode()
    places = [page.index(f"Stop {name}") for name in ("high", "low", "none")]
    assert places == sorted(places)
