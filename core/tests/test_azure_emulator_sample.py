"""The emulated Azure's sample company."""

from datetime import UTC, datetime, timedelta

from core.testing.azure_emulator import EmulatedAzure
from core.testing.azure_emulator.sample import fill

NOW = datetime(2026, 6, 20, 9, tzinfo=UTC)


def test_its_machines_bill_and_prices_belong_together() -> None:
    azure = EmulatedAzure(now=NOW)
    fill(azure, vms=40, months=2)
    machines = [
        vm for each in azure.world.subscriptions.values() for vm in each.machines()
    ]
    assert len(machines) == 45
    assert {vm.power for vm in machines} == {
        *("running", "deallocated", "stopped"),
        None,
    }
    charges = list(azure.world.charges)
    billed = {
        charge.resource_id
        for charge in charges
        if charge.resource_id and "/virtualMachines/" in charge.resource_id
    }
    assert billed == {vm.id for vm in machines if not vm.instance_id}
    priced = {item["armSkuName"] for item in azure.prices}
    assert {vm.size for vm in machines} <= priced
    assert {charge.currency for charge in charges} == {"EUR"}
    assert min(charge.day for charge in charges) == NOW.date() - timedelta(days=60)
    assert max(charge.day for charge in charges) > NOW.date()
    (bill,) = azure.world.billing_scopes.values()
    assert bill is None
    assert {charge.subscription_id for charge in charges} == {
        "",
        *azure.world.subscriptions,
    }
