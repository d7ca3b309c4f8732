"""Changing machines, disks, addresses and storage accounts of the emulated Azure."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from core.testing.azure_emulator import (
    Disk,
    EmulatedAzure,
    EmulatedSubscription,
    EmulatedVm,
    PublicIp,
    Snapshot,
    StorageAccount,
)
from providers.acting import (
    UNSURE,
    ActingOptions,
    ActionKind,
    CloudAction,
    seen,
)
from providers.azure.account_settings import AzureSettings
from providers.azure.acting_source import AzureActing
from providers.azure.client import AzureAccount, AzureOptions
from providers.errors import ErrorKind, ProviderError
from providers.tests.azure_actions import (
    ACTS,
    CLIENT,
    acting,
    approved,
    of_kind,
    refused,
    run,
)


@pytest.fixture
def source(azure: EmulatedAzure, subscription: EmulatedSubscription) -> AzureActing:
    return acting(azure, subscription)


def test_it_deallocates_a_machine_and_offers_to_start_it(
    azure: EmulatedAzure, subscription: EmulatedSubscription, source: AzureActing
) -> None:
    azure.seconds_to_change = 30
    vm = subscription.add_vm("Web-1", tags={"team": "shop"})
    outcome = run(source, approved(source, ActionKind.STOP_INSTANCE, vm.id))
    assert vm.power == "deallocated"
    assert vm.running_periods()[-1][1] is not None
    assert outcome.undo
    run(source, replace(outcome.undo, key="ci-2"))
    assert vm.power == "running"
    assert (
        source.meter.requests_by_operation[
            "Microsoft.Compute/virtualMachines/deallocate/action"
        ]
        == 1
    )


def test_a_machine_that_is_off_but_allocated_is_deallocated(
    subscription: EmulatedSubscription, source: AzureActing
) -> None:
    vm = subscription.add_vm("off", power="stopped")
    run(source, approved(source, ActionKind.STOP_INSTANCE, vm.id))
    assert vm.power == "deallocated"


def test_it_resizes_a_running_machine_and_back(
    azure: EmulatedAzure, subscription: EmulatedSubscription, source: AzureActing
) -> None:
    azure.seconds_to_change = 20
    vm = subscription.add_vm("web", size="Standard_D4s_v5")
    action = approved(source, ActionKind.RESIZE_INSTANCE, vm.id, "Standard_D2s_v5")
    assert "virtualMachines/write" in source.dry_run(action)
    outcome = run(source, action)
    assert (vm.power, vm.size) == ("running", "Standard_D2s_v5")
    assert outcome.undo
    run(source, replace(outcome.undo, key="ci-2"))
    assert (vm.power, vm.size) == ("running", "Standard_D4s_v5")


def test_where_no_hardware_is_free_the_old_size_runs_again(
    subscription: EmulatedSubscription, source: AzureActing
) -> None:
    vm = subscription.add_vm("web", size="Standard_D4s_v5")
    subscription.sizes_sold_out = {"Standard_D2s_v5"}
    action = approved(source, ActionKind.RESIZE_INSTANCE, vm.id, "Standard_D2s_v5")
    error = refused(source, action)
    of_kind(error, ErrorKind.CONFLICT, "AllocationFailed", "as Standard_D4s_v5")
    assert (vm.power, vm.size) == ("running", "Standard_D4s_v5")


def test_a_machine_that_is_changed_while_it_is_deallocated_stays_as_it_is_made(
    azure: EmulatedAzure, subscription: EmulatedSubscription, source: AzureActing
) -> None:
    azure.seconds_to_change = 20
    vm = subscription.add_vm("web", size="Standard_D4s_v5")
    action = approved(source, ActionKind.RESIZE_INSTANCE, vm.id, "Standard_D2s_v5")
    azure.later(lambda: setattr(vm, "size", "Standard_D8s_v5"))
    of_kind(
        refused(source, action),
        ErrorKind.CHANGED,
        "is Standard_D8s_v5",
        "It is running",
    )
    assert (vm.power, vm.size) == ("running", "Standard_D8s_v5")


def test_what_can_not_be_understood_is_not_taken_for_a_refusal(
    azure: EmulatedAzure, subscription: EmulatedSubscription, source: AzureActing
) -> None:
    azure.seconds_to_change = 20
    vm = subscription.add_vm("web", size="Standard_D4s_v5")
    action = approved(source, ActionKind.RESIZE_INSTANCE, vm.id, "Standard_D2s_v5")
    operation = "Microsoft.Compute/locations/operations/read"
    azure.cut(operation, connection=False)
    assert refused(source, action).kind in UNSURE
    azure.heal()
    azure.wait(20)
    run(source, action, is_repeated=True)
    assert (vm.power, vm.size) == ("running", "Standard_D2s_v5")


def test_a_size_that_azure_does_not_offer_fails_the_dry_run(
    subscription: EmulatedSubscription, source: AzureActing
) -> None:
    vm = subscription.add_vm("web")
    action = approved(source, ActionKind.RESIZE_INSTANCE, vm.id, "Standard_Tiny")
    with pytest.raises(ProviderError) as raised:
        source.dry_run(action)
    of_kind(raised.value, ErrorKind.INVALID, "Standard_Tiny")


def test_an_action_that_was_begun_goes_on_where_it_stopped(
    azure: EmulatedAzure, subscription: EmulatedSubscription, source: AzureActing
) -> None:
    azure.seconds_to_change = 500
    vm = subscription.add_vm("web")
    action = approved(source, ActionKind.STOP_INSTANCE, vm.id)
    of_kind(refused(source, action), ErrorKind.UNFINISHED, "120 s")
    azure.wait(500)
    of_kind(refused(source, action), ErrorKind.CHANGED, "is deallocated")
    run(source, action, is_repeated=True)
    assert vm.power == "deallocated"
    operation = "Microsoft.Compute/virtualMachines/deallocate/action"
    assert azure.requests[operation] == 1


def test_what_changed_or_is_protected_is_left_alone(
    azure: EmulatedAzure, subscription: EmulatedSubscription, source: AzureActing
) -> None:
    vm = subscription.add_vm("web")
    action = approved(source, ActionKind.STOP_INSTANCE, vm.id)
    vm.size = "Standard_D4s_v5"
    of_kind(refused(source, action), ErrorKind.CHANGED, "type was Standard_D2s_v5")
    vm.tags = {"Keep": ""}
    of_kind(refused(source, action), ErrorKind.PROTECTED, "tag Keep")
    subscription.remove_vm(vm)
    of_kind(refused(source, action), ErrorKind.CHANGED, "it is gone")
    assert not azure.requests["Microsoft.Compute/virtualMachines/deallocate/action"]


def test_a_machine_of_a_uniform_scale_set_is_not_stopped(
    subscription: EmulatedSubscription, source: AzureActing
) -> None:
    scale_set = subscription.add_scale_set("workers")
    vm: EmulatedVm = next(iter(scale_set.instances.values()))
    with pytest.raises(ProviderError) as raised:
        approved(source, ActionKind.STOP_INSTANCE, vm.id)
    of_kind(raised.value, ErrorKind.CONFLICT, "scale set")


@pytest.mark.parametrize("level", ["ReadOnly", "CanNotDelete"])
def test_a_lock_of_its_group_is_reported_by_the_dry_run_and_respected(
    subscription: EmulatedSubscription, source: AzureActing, level: str
) -> None:
    disk = subscription.add(Disk, "left")
    group = disk.id.lower().partition("/providers/")[0]
    subscription.locks[group] = level
    action = approved(source, ActionKind.DELETE_VOLUME, disk.id)
    with pytest.raises(ProviderError) as raised:
        source.dry_run(action)
    of_kind(raised.value, ErrorKind.CONFLICT, f"({level}) forbids it")
    of_kind(refused(source, action), ErrorKind.CONFLICT, "ScopeLocked", "lock")
    assert disk.id.lower() in subscription.resources


def test_a_right_that_is_missing_fails_the_dry_run_and_the_action(
    azure: EmulatedAzure, subscription: EmulatedSubscription, source: AzureActing
) -> None:
    vm = subscription.add_vm("web")
    right = "Microsoft.Compute/virtualMachines/deallocate/action"
    azure.deny(right)
    action = approved(source, ActionKind.STOP_INSTANCE, vm.id)
    with pytest.raises(ProviderError) as raised:
        source.dry_run(action)
    of_kind(raised.value, ErrorKind.DENIED, right, "cloudintel acting")
    of_kind(refused(source, action), ErrorKind.DENIED, right, "cloudintel acting")
    assert vm.power == "running"


def test_a_disk_is_deleted_after_a_snapshot_with_its_tags(
    azure: EmulatedAzure, subscription: EmulatedSubscription, source: AzureActing
) -> None:
    azure.seconds_to_change = 30
    disk = subscription.add(
        Disk, "left", tags={"team": "shop"}, network_access="DenyAll"
    )
    action = approved(source, ActionKind.DELETE_VOLUME, disk.id)
    assert "disks/delete" in source.dry_run(action)
    outcome = run(source, action)
    (snapshot,) = subscription.resources.values()
    assert isinstance(snapshot, Snapshot)
    own = {"cloudintel-action": "ci-1", "cloudintel-volume": "sku=Premium_LRS"}
    assert snapshot.tags == {"team": "shop", **own}
    assert (snapshot.source, snapshot.network_access) == (disk.id, "DenyAll")
    assert snapshot.name in outcome.answer
    assert outcome.seen is None
    run(source, action, is_repeated=True)
    assert outcome.undo is not None
    undo = replace(outcome.undo, key="ci-2")
    found = source.look(undo)
    assert found is not None
    run(source, replace(undo, expected=seen(found)))
    restored = subscription.resources[disk.id.lower()]
    assert isinstance(restored, Disk)
    assert (restored.tags, restored.sku) == ({"team": "shop"}, "Premium_LRS")
    assert restored.network_access == "DenyAll"


ENCRYPTED = {
    "type": "EncryptionAtRestWithCustomerKey",
    "diskEncryptionSetId": "/subscriptions/a/diskEncryptionSets/ours",
}
SPEED = {"diskIOPSReadWrite": 9000, "diskMBpsReadWrite": 400}


@pytest.mark.parametrize(
    ("sku", "more", "kept"),
    [
        ("PremiumV2_LRS", {**SPEED, "maxShares": 2}, {**SPEED, "maxShares": 2}),
        # Its speed follows from its size.
        (
            "Premium_LRS",
            {**SPEED, "tier": "P40", "burstingEnabled": True},
            {"tier": "P40", "burstingEnabled": True},
        ),
    ],
)
def test_a_restored_disk_is_as_fast_and_encrypted_as_it_was(
    subscription: EmulatedSubscription,
    source: AzureActing,
    sku: str,
    more: dict[str, Any],
    kept: dict[str, Any],
) -> None:
    disk = subscription.add(
        Disk, "left", sku=sku, more={**more, "encryption": ENCRYPTED}
    )
    outcome = run(source, approved(source, ActionKind.DELETE_VOLUME, disk.id))
    assert outcome.undo is not None
    undo = replace(outcome.undo, key="ci-2")
    found = source.look(undo)
    assert found is not None
    run(source, replace(undo, expected=seen(found)))
    restored = subscription.resources[disk.id.lower()]
    assert isinstance(restored, Disk)
    assert (restored.sku, restored.more) == (sku, {**kept, "encryption": ENCRYPTED})


def test_a_disk_that_was_used_after_its_snapshot_stays(
    azure: EmulatedAzure, subscription: EmulatedSubscription, source: AzureActing
) -> None:
    azure.seconds_to_change = 500
    disk = subscription.add(Disk, "left", detached_at=azure.now - timedelta(days=9))
    action = approved(source, ActionKind.DELETE_VOLUME, disk.id)
    of_kind(refused(source, action), ErrorKind.UNFINISHED, "snapshot")
    azure.wait(86_400)
    disk.detached_at = azure.now - timedelta(hours=1)
    error = refused(source, action, is_repeated=True)
    of_kind(error, ErrorKind.CHANGED, "attached after its snapshot")
    assert disk.id.lower() in subscription.resources
    disk.detached_at = None
    azure.seconds_to_change = 0
    run(source, action, is_repeated=True)
    assert disk.id.lower() not in subscription.resources


def test_a_disk_that_a_machine_has_stays(
    azure: EmulatedAzure, subscription: EmulatedSubscription, source: AzureActing
) -> None:
    disk = subscription.add(Disk, "data", vms=[subscription.add_vm("web")])
    action = approved(source, ActionKind.DELETE_VOLUME, disk.id)
    of_kind(refused(source, action), ErrorKind.CONFLICT, "holds it")
    assert not azure.requests["Microsoft.Compute/snapshots/write"]


def test_a_disk_of_a_stopped_machine_changes_its_type_and_back(
    subscription: EmulatedSubscription, source: AzureActing
) -> None:
    vm = subscription.add_vm("web")
    disk = subscription.add(Disk, "data", vms=[vm])
    kind = ActionKind.CHANGE_VOLUME_TYPE
    action = approved(source, kind, disk.id, "StandardSSD_LRS")
    of_kind(refused(source, action), ErrorKind.CONFLICT, "running VM")
    vm.power = "deallocated"
    outcome = run(source, approved(source, kind, disk.id, "StandardSSD_LRS"))
    assert disk.sku == "StandardSSD_LRS"
    assert outcome.undo
    run(source, replace(outcome.undo, key="ci-2"))
    assert disk.sku == "Premium_LRS"


def test_it_deletes_an_address_that_nothing_has(
    subscription: EmulatedSubscription, source: AzureActing
) -> None:
    address = subscription.add(PublicIp, "left")
    action = approved(source, ActionKind.RELEASE_ADDRESS, address.id)
    assert "publicIPAddresses/delete" in source.dry_run(action)
    assert "20.50.1.4" in run(source, action).answer
    assert not subscription.resources
    dynamic = subscription.add(PublicIp, "dynamic", allocation="Dynamic")
    action = approved(source, ActionKind.RELEASE_ADDRESS, dynamic.id)
    assert "the address that had no IP;" in run(source, action).answer
    taken = subscription.add(PublicIp, "taken", nat_gateway="/gateways/1")
    action = approved(source, ActionKind.RELEASE_ADDRESS, taken.id)
    of_kind(refused(source, action), ErrorKind.CONFLICT, "/gateways/1 holds it")


def test_a_storage_account_gets_a_colder_tier_and_back(
    subscription: EmulatedSubscription, source: AzureActing
) -> None:
    account = subscription.add(StorageAccount, "logs")
    kind = ActionKind.SET_STORAGE_CLASS
    action = approved(source, kind, account.id, "Cool")
    outcome = run(source, action)
    assert account.access_tier == "Cool"
    assert outcome.undo
    run(source, replace(outcome.undo, key="ci-2"))
    assert account.access_tier == "Hot"
    action = approved(source, kind, account.id, "Glacier")
    of_kind(refused(source, action), ErrorKind.INVALID, "Hot, Cool, Cold")


def test_a_resource_of_another_subscription_is_refused(source: AzureActing) -> None:
    elsewhere = f"/subscriptions/{CLIENT}/resourcegroups/a/providers/b/c/d"
    action = CloudAction(
        key="ci-1", kind=ActionKind.STOP_INSTANCE, resource_id=elsewhere
    )
    with pytest.raises(ProviderError) as raised:
        source.look(action)
    of_kind(raised.value, ErrorKind.INVALID, "not of subscription")


@pytest.mark.parametrize(
    ("account_id", "settings", "words"),
    [
        (CLIENT, AzureSettings(client_id=CLIENT), "no acting identity"),
        ("/providers/microsoft.billing/billingaccounts/1", ACTS, "it is a bill"),
    ],
)
def test_without_an_identity_of_its_own_or_resources_nothing_acts(
    azure: EmulatedAzure, account_id: str, settings: AzureSettings, words: str
) -> None:
    with pytest.raises(ProviderError) as raised:
        AzureActing(
            *(AzureAccount(account_id, settings), AzureOptions()),
            *(ActingOptions(), azure.now),
        )
    of_kind(raised.value, ErrorKind.NOT_ENABLED, words)


def test_the_identity_that_reads_by_the_environment_does_not_act(
    azure: EmulatedAzure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_CLIENT_ID", CLIENT.upper())
    with pytest.raises(ProviderError) as raised:
        AzureActing(
            *(AzureAccount(CLIENT, ACTS), AzureOptions()),
            *(ActingOptions(), azure.now),
        )
    of_kind(raised.value, ErrorKind.NOT_ENABLED, "the one that reads")


def test_each_acting_right_is_tested_by_one_question(
    azure: EmulatedAzure, source: AzureActing
) -> None:
    azure.deny("Microsoft.Compute/disks/delete")
    checks = [*source.acting_checks()]
    denied = {check.permission for check in checks if check.error}
    assert denied == {"Microsoft.Compute/disks/delete"}
    assert sum(azure.requests.values()) == 1
    assert len(checks) == 16
