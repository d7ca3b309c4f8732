"""From Azure into the tables: whole, once, joined across cases, equal to the bill."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from clouds.models import CloudAccount
from clouds.testing import aws_account
from core.testing.aws_emulator import EmulatedAws
from core.testing.aws_emulator.builders import ACCOUNT, charge
from core.testing.azure_emulator import EmulatedAzure
from core.testing.azure_emulator.retail_prices import prices_of_region
from core.windows import Window, utc_day
from costs.models import CostTotal, DailyCost, Restatement
from costs.testing import rows_miss_totals
from insights.models import Recommendation
from insights.recommendations.engine.advice import PriceBasis
from insights.refresh.refresh_all import refresh
from insights.refresh.refresh_state import Part
from insights.testing import resource_of
from inventory.models import Instance, StateChange
from metrics.models import CpuMetric, MemoryMetric
from pricing.models import InstancePrice
from syncs.datasets import Dataset
from syncs.models import SyncRun, Watermark
from tests.stored_rows import stored
from users.testing import ask

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DAYS = Window(date(2026, 5, 1), date(2026, 6, 20))


@pytest.fixture
def company(
    azure: EmulatedAzure, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> EmulatedAzure:
    """Two subscriptions whose ids, groups and sizes have a case of their own."""
    # Commands read the real clock.
    monkeypatch.setattr("django.utils.timezone.now", lambda: azure.now)
    world = azure.world
    world.currency = "EUR"
    azure.prices = [one for name in world.regions for one in prices_of_region(name)]
    shop, data = (
        world.add_subscription(name="shop"),
        world.add_subscription(name="data"),
    )
    stopped_at = now - timedelta(days=3)
    shop.add_vm("Web", group="Shop-RG", tags={"team": "shop"}, memory_percent=71.0)
    shop.add_vm(
        "Held", group="Shop-RG", power="stopped", runs=[(stopped_at - DAY, stopped_at)]
    )
    shop.add_vm("Off", group="DATA-rg", power="deallocated", deallocated_at=stopped_at)
    data.add_vm("Etl", group="Etl", location="northeurope")
    data.add_scale_set("Front", instances=2)
    for day in DAYS.days():
        world.bill_machines(day)
        world.cost(day, "Bandwidth", "1.123456789012", subscription=shop)
    azure.page_size["Microsoft.Compute/virtualMachines/read"] = 2
    return azure


def add(azure: EmulatedAzure, *args: str) -> str:
    out = StringIO()
    tenant = ("--tenant", azure.world.tenant_id)
    call_command("add_account", "--provider", "azure", *tenant, *args, stdout=out)
    return out.getvalue()


def add_subscriptions(azure: EmulatedAzure) -> None:
    for key, one in azure.world.subscriptions.items():
        add(azure, "--subscription", key, "--name", one.name)


def sync(*args: str) -> str:
    out = StringIO()
    call_command("sync", *args, stdout=out)
    return out.getvalue()


@pytest.mark.on_each_database
def test_two_subscriptions_are_read_twice_and_stored_once(
    company: EmulatedAzure,
) -> None:
    add_subscriptions(company)
    call_command("check_access", stdout=(said := StringIO()))
    assert "missing" not in said.getvalue()
    sync()
    runs = SyncRun.objects.all()
    assert {run.error for run in runs} == {""}
    of_azure = {*Dataset} - {Dataset.COMMITMENTS}
    assert {run.dataset for run in runs} == of_azure
    assert len(runs) == 2 * len(of_azure)

    assert Instance.objects.count() == 6
    states = dict(Instance.objects.values_list("name", "state"))
    assert (states["Held"], states["Off"]) == ("stopped", "deallocated")
    web = Instance.objects.get(name="Web")
    assert web.resource_id == web.resource_id.lower()
    assert (web.resource_group, web.tags) == ("shop-rg", {"team": "shop"})
    assert (web.vcpus, web.memory_mib) == (2, 8192)
    groups = set(DailyCost.objects.values_list("resource_group", flat=True))
    assert {"shop-rg", "data-rg", "etl"} <= groups
    measured = CpuMetric.objects.values_list("resource__name", flat=True).distinct()
    assert {"Web", "Etl"} <= set(measured)
    used = MemoryMetric.objects.filter(resource=web).latest("day")
    assert used.average_percent == pytest.approx(71.0, abs=5)
    assert InstancePrice.objects.filter(provider="azure").exists()

    assert not rows_miss_totals()
    total = sum(CostTotal.objects.values_list("billed", flat=True))
    expected = sum(one.actual or 0 for one in company.world.charges)
    assert total == pytest.approx(Decimal(expected), abs=Decimal("0.0001"))
    assert set(CostTotal.objects.values_list("currency", flat=True)) == {"EUR"}

    once = stored()
    company.now += HOUR
    sync()
    assert stored() == once
    assert not company.leaks


@pytest.mark.on_each_database
def test_a_restated_month_is_corrected_and_remembered(company: EmulatedAzure) -> None:
    add_subscriptions(company)
    sync()
    day = CostTotal.objects.get(account__name="shop", day=date(2026, 6, 3))
    company.world.restate_month(date(2026, 6, 1), 1.03)
    company.now += HOUR
    sync()
    corrected = CostTotal.objects.get(account__name="shop", day=day.day)
    assert corrected.billed == pytest.approx(day.billed * Decimal("1.03"))
    told = Restatement.objects.get(account__name="shop", day=day.day)
    assert (told.old_billed, told.new_billed) == (day.billed, corrected.billed)
    assert not Restatement.objects.filter(day__lt=date(2026, 6, 1)).exists()
    assert not rows_miss_totals()


def test_a_subscription_that_is_denied_keeps_what_it_has_and_stops_no_other(
    company: EmulatedAzure,
) -> None:
    add_subscriptions(company)
    sync()
    before, marks = stored(), list(Watermark.objects.order_by("pk").values())
    denied, other = CloudAccount.objects.order_by("name")
    company.deny("Microsoft.CostManagement/query/read", where=denied.account_id)
    company.deny("Microsoft.Compute/virtualMachines/read", where=denied.account_id)
    company.now += HOUR
    with pytest.raises(CommandError):
        sync()
    failed = SyncRun.objects.filter(account=denied, status="failed")
    errors = {run.dataset: run.error for run in failed}
    assert "Assign the role Cost Management Reader" in errors["cost"]
    assert f"/subscriptions/{denied.account_id}" in errors["cost"]
    assert "Assign the role Reader" in errors["instances"]
    assert not SyncRun.objects.filter(account=other).exclude(status="succeeded")
    assert stored() == before
    denied_datasets = {"cost", "instances"}
    assert [
        one
        for one in marks
        if one["account_id"] == denied.pk and one["dataset"] in denied_datasets
    ] == list(
        Watermark.objects.filter(account=denied, dataset__in=denied_datasets)
        .order_by("pk")
        .values()
    )
    company.heal()
    company.now += HOUR
    sync()
    assert stored() == before


def test_a_machine_of_unknown_power_keeps_its_state_and_is_never_stopped(
    company: EmulatedAzure,
) -> None:
    add_subscriptions(company)
    sync("--account", "shop")
    shop = next(iter(company.world.subscriptions.values()))
    for vm in shop.vms.values():
        vm.power = None
    shop.add_vm("New", power=None)
    company.now += HOUR
    sync("--account", "shop")
    states = dict(Instance.objects.values_list("name", "state"))
    assert states == {
        **{"Web": "running", "Held": "stopped", "Off": "deallocated"},
        "New": "unknown",
    }
    changes = StateChange.objects.exclude(old_value="")
    assert not changes.exists()


def test_what_is_stopped_and_billed_is_advised_with_its_price(
    company: EmulatedAzure, now: datetime
) -> None:
    add_subscriptions(company)
    sync()
    stopped = Instance.objects.get(name="Held")
    Instance.objects.filter(pk=stopped.pk).update(first_seen_at=now - 3 * DAY)
    refresh(CloudAccount.objects.all(), company.now, parts=[Part.RECOMMENDATIONS])
    found = Recommendation.objects.get(rule="allocated")
    assert resource_of(found).name == "Held"
    price = InstancePrice.objects.get(
        instance_type=stopped.instance_type,
        region=stopped.region,
        operating_system="Linux",
    )
    # The list is in the currency of the bill, so the bill tells what is paid of it.
    assert (price.currency, found.currency) == ("EUR", "EUR")
    assert found.price_basis == PriceBasis.BILL
    assert found.savings_monthly is not None
    assert 0 < found.savings_monthly < price.monthly
    assert "az vm deallocate" in " ".join(found.implementation_steps)


def test_a_bill_over_both_is_counted_once(company: EmulatedAzure) -> None:
    add_subscriptions(company)
    sync()
    query = {"start": "2026-06-01", "end": "2026-06-20"}
    before = ask("costs/summary/", **query)["total"]
    scope = company.world.add_billing_scope("8608480")
    assert "is a bill over subscriptions" in add(company, "--billing-scope", scope)
    company.now += HOUR
    sync("--account", "8608480")
    after = ask("costs/summary/", **query)
    assert after["reconciled"]
    assert Decimal(after["total"]) == pytest.approx(
        Decimal(before), abs=Decimal("1e-6")
    )
    per_account = ask("costs/trend/", group_by="account", **query)["series"]
    assert {one["key"] for one in per_account} >= set(company.world.subscriptions)
    assert not rows_miss_totals()


def test_two_clouds_with_two_currencies_are_one_inventory_and_never_one_sum(
    company: EmulatedAzure, aws: EmulatedAws, admin_client: Client, now: datetime
) -> None:
    aws.world().add_costs([charge(day, "2.5") for day in DAYS.days()])
    aws_account(ACCOUNT, name="aws")
    add_subscriptions(company)
    sync()
    refused = admin_client.get("/api/v1/costs/summary/")
    assert refused.status_code == 400
    assert "EUR, USD, which are never added" in refused.content.decode()
    page = admin_client.get("/")
    assert page.status_code == 200
    spending = page.context["spending"]
    assert spending.currency in ("EUR", "USD")
    text = page.content.decode()
    assert "currency=USD" in text or "currency=EUR" in text
    assert utc_day(now) not in CostTotal.objects.values_list("day", flat=True)
    clouds = {row["provider"] for row in ask("accounts/")["results"]}
    assert clouds == {"aws", "azure"}
