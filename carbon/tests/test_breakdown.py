"""Emissions by account, service, region and team sum to one total, beside costs."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine

from carbon.breakdown import Breakdown, CarbonQuery
from carbon.cleaner_regions import cleaner_regions
from carbon.sustainability import sustainability
from carbon.testing import estimate_all
from clouds.access import AnyUser
from clouds.models import CloudAccount
from clouds.testing import OTHER_SUBSCRIPTION, account, azure_account
from core.money import Money
from core.testing.clock import NOW
from core.windows import Window, last_complete_days
from costs.allocation.testing import team_rule
from costs.testing import store_costs
from inventory.models import Bucket, Volume
from inventory.testing import instance, resource
from metrics.testing import store_cpu
from users.roles import Role
from users.testing import person

pytestmark = pytest.mark.django_db
WEEK = last_complete_days(7, NOW)
LONG_AGO = NOW - timedelta(days=200)
EC2, S3 = "Amazon Elastic Compute Cloud - Compute", "Amazon Simple Storage Service"


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def user() -> AnyUser:
    return person(Role.ADMINISTRATOR)


@pytest.fixture(scope="module", autouse=True)
def stored(module_db: None) -> None:
    """A machine in Ireland, a busier one in Virginia, a bucket, and one of Azure
    without figures."""
    shop, stores = account(1, "shop"), azure_account(name="stores")
    for name, region, percent, team in (
        ("web", "eu-west-1", 20, "shop"),
        ("jobs", "us-east-1", 60, "data"),
    ):
        machine = instance(
            *(shop, name),
            region=region,
            vcpus=2,
            memory_mib=8192,
            tags={"team": team},
            first_seen_at=LONG_AGO,
        )
        store_cpu(machine, WEEK, percent)
    tiers = {"StandardStorage": 3e12, "GlacierStorage": 1e12}
    resource(
        *(Bucket, shop, "assets"),
        total_bytes=4e12,
        bytes_by_tier=tiers,
        first_seen_at=LONG_AGO,
    )
    till = instance(stores, "till", instance_type="Standard_B2ms", region="westeurope")
    store_cpu(till, WEEK, 30)
    store_costs(shop, WEEK, {EC2: "10", S3: "4"})
    store_costs(stores, WEEK, {"Virtual Machines": "3"}, currency="EUR")
    for one in (shop, stores):
        estimate_all(one, NOW)


@pytest.fixture
def accounts() -> list[CloudAccount]:
    return [CloudAccount.objects.get(name=name) for name in ("shop", "stores")]


def broken_down(
    user: AnyUser, accounts: list[CloudAccount], group_by: str
) -> Breakdown:
    return CarbonQuery(user, WEEK, accounts, group_by).breakdown()


@pytest.mark.parametrize("group_by", ["account", "service", "region", "team"])
def test_groups_sum_to_the_total(
    user: AnyUser, accounts: list[CloudAccount], group_by: str
) -> None:
    team_rule(to={"Shop": "70", "Data": "30"}, tag_key="team", tag_values=["shop"])
    found = broken_down(user, accounts, group_by)
    assert sum(one.total.kg or 0 for one in found.groups) == pytest.approx(
        found.total.kg
    )
    for one in found.groups:
        per_day = sum(point.amounts.kg or 0 for point in one.points)
        assert per_day == pytest.approx(one.total.kg or 0)


def test_an_account_without_figures_is_unknown_and_counted(
    user: AnyUser, accounts: list[CloudAccount]
) -> None:
    *_, stores = broken_down(user, accounts, "account").groups
    assert (stores.label, stores.total.kg, stores.total.unknown) == ("stores", None, 7)
    assert (stores.cost, stores.kg_per_unit) == (Money(Decimal(21), "EUR"), None)


def test_intensity_is_of_the_same_days_and_accounts(
    user: AnyUser, accounts: list[CloudAccount]
) -> None:
    shop, _ = broken_down(user, accounts, "account").groups
    assert shop.cost == Money(Decimal(98), "USD")
    assert shop.kg_per_unit == pytest.approx((shop.total.kg or 0) / 98)
    both = broken_down(user, accounts, "account")
    assert (both.cost, both.kg_per_unit) == (None, None)
    only = broken_down(user, accounts[:1], "account")
    assert only.kg_per_unit == pytest.approx(shop.kg_per_unit)


def test_costs_of_days_without_emissions_have_no_part_in_it(
    user: AnyUser, accounts: list[CloudAccount]
) -> None:
    longer = last_complete_days(30, NOW)
    before = Window(longer.start, WEEK.start)
    store_costs(accounts[0], before, {EC2: "900"})
    query = CarbonQuery(user, longer, accounts[:1])
    assert query.breakdown().cost == Money(Decimal(98), "USD")


def test_a_bill_of_others_has_no_part_in_it(
    user: AnyUser, accounts: list[CloudAccount]
) -> None:
    store_costs(account(9, "elsewhere"), WEEK, {EC2: "70"})
    by_service = broken_down(user, accounts[:1], "service")
    groups = {one.label: one for one in by_service.groups}
    assert groups[EC2].cost == Money(Decimal(70), "USD")
    assert by_service.cost == Money(Decimal(98), "USD")


def test_where_a_bill_is_not_read_it_is_unknown(
    user: AnyUser, accounts: list[CloudAccount]
) -> None:
    lab = account(9, "lab")
    store_cpu(instance(lab, "lab", vcpus=2, memory_mib=8192), WEEK, 20)
    estimate_all(lab, NOW)
    for group_by in ("service", "team"):
        found = broken_down(user, [accounts[0], lab], group_by)
        assert found.total.kg is not None
        assert (found.cost, found.kg_per_unit) == (None, None)
        assert {one.cost for one in found.groups} == {None}
    shop, other = broken_down(user, [accounts[0], lab], "account").groups
    assert {shop.label: shop.cost, other.label: other.cost} == {
        "shop": Money(Decimal(98), "USD"),
        "lab": None,
    }


def test_energy_of_a_month_is_of_the_estimated_days(
    user: AnyUser, accounts: list[CloudAccount]
) -> None:
    longer = last_complete_days(30, NOW)
    found = cleaner_regions(CarbonQuery(user, longer, accounts))
    assert found == cleaner_regions(CarbonQuery(user, WEEK, accounts))


def test_a_service_is_that_of_the_bill(
    user: AnyUser, accounts: list[CloudAccount]
) -> None:
    groups = {one.label: one for one in broken_down(user, accounts, "service").groups}
    assert set(groups) == {EC2, S3, "Virtual Machines"}
    assert groups[S3].cost == Money(Decimal(28), "USD")
    assert groups[S3].total.embodied_kg is None


def test_teams_are_those_of_allocation(
    user: AnyUser, accounts: list[CloudAccount]
) -> None:
    team_rule(10, to={"Shop": "70", "Data": "30"}, tag_key="team", tag_values=["shop"])
    team_rule(20, to={"Data": "100"}, services=[EC2])
    groups = {one.label: one for one in broken_down(user, accounts, "team").groups}
    by_region = {o.label: o for o in broken_down(user, accounts, "region").groups}
    # The bucket is tagged too, and lies in Ireland as the web server does.
    ireland, virginia = by_region["eu-west-1"].total.kg, by_region["us-east-1"].total.kg
    assert ireland is not None
    assert virginia is not None
    assert groups["Shop"].total.kg == pytest.approx(0.7 * ireland)
    assert groups["Shop"].cost is None  # the bill is not read by tag
    assert groups["Data"].cost == Money(Decimal(70), "USD")
    assert groups["Data"].total.kg == pytest.approx(0.3 * ireland + virginia)


def test_the_score_is_of_what_runs(user: AnyUser, accounts: list[CloudAccount]) -> None:
    resource(Volume, accounts[0], "vol-1", volume_type="gp3", size_gib=1)
    parts = {
        part.key: part.input
        for part in sustainability(CarbonQuery(user, WEEK, accounts)).parts
    }
    # The one of Azure has no vCPUs that are known, and weighs nothing.
    assert parts["utilization"] == pytest.approx(40)
    assert parts["idle"] == 0
    assert parts["generation"] == 100
    assert parts["tiering"] == 25
    assert 0.316 < (parts["region"] or 0) < 0.416


def test_the_cleanest_region_in_use_is_named(
    user: AnyUser, accounts: list[CloudAccount]
) -> None:
    found = {
        one.region: one for one in cleaner_regions(CarbonQuery(user, WEEK, accounts))
    }
    virginia = found["us-east-1"]
    assert virginia.cleaner == "eu-west-1"
    assert virginia.kg_avoided == pytest.approx(virginia.kwh * (0.415755 - 0.316))
    assert (found["eu-west-1"].cleaner, found["eu-west-1"].kg_avoided) == ("", 0)
    assert "westeurope" not in found  # nobody knows what is used there


def test_days_without_any_have_no_group(user: AnyUser) -> None:
    owner = azure_account(OTHER_SUBSCRIPTION)
    found = broken_down(user, [owner], "account")
    assert (found.groups, found.total.kg, found.cost) == ([], None, None)
