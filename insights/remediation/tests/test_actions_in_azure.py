"""Actions in the emulated Azure, through the product: done, taken back and refused."""

from typing import Any

import pytest

from clouds import registry
from clouds.testing import azure_account
from core.testing.azure_emulator import (
    Disk,
    EmulatedAzure,
    EmulatedSubscription,
    MySqlServer,
    PostgreSqlServer,
)
from core.testing.clock import NOW
from insights.models import Remediation
from insights.remediation.action_kinds import RemediationKind
from insights.remediation.approval import decide
from insights.remediation.testing import ADA, BOB, log_of, proposed, worked_on
from inventory.models import Database, Resource, Volume
from inventory.sync import sync_databases, sync_ec2, sync_storage
from providers.acting import ActingOptions
from syncs.models import ApiUsage

pytestmark = pytest.mark.django_db

IDENTITY = {
    "acting_client_id": "33333333-3333-4333-8333-333333333333",
    "acting_client_secret_env": "ACT",
}


@pytest.fixture
def shop(azure: EmulatedAzure, monkeypatch: pytest.MonkeyPatch) -> EmulatedSubscription:
    """A subscription whose changes are waited for on the emulator's clock."""
    options = ActingOptions(
        ["keep"],
        deadline_seconds=120,
        clock=lambda: azure.now.timestamp(),
        wait=azure.wait,
    )
    monkeypatch.setattr(registry, "acting_options", lambda: options)
    azure.seconds_to_change = 30
    return azure.world.add_subscription()


def read(azure: EmulatedAzure, model: type[Resource], shop: Any) -> Resource:
    owner = azure_account(shop.subscription_id, settings=IDENTITY)
    syncs = {Volume: sync_storage, Database: sync_databases}
    sync = syncs.get(model, sync_ec2)
    sync(owner, azure.now)
    return model.objects.get(account=owner)


def approved(resource: Resource, kind: str, **values: Any) -> Remediation:
    row = proposed(resource, kind=RemediationKind(kind), **values)
    assert row.dry_run_error == ""
    decide(row, "approve", row.version, NOW, BOB)
    return row


def test_a_machine_is_deallocated_and_started_again(
    azure: EmulatedAzure, shop: EmulatedSubscription
) -> None:
    vm = shop.add_vm("Web-1", tags={"team": "shop"})
    row = worked_on(approved(read(azure, Resource, shop), "stop_instance"))
    assert (row.status, row.error, vm.power) == ("succeeded", "", "deallocated")
    assert str(row) == "Deallocate instance Web-1"
    operations = ApiUsage.objects.values_list("operation", flat=True)
    assert any("deallocate" in one for one in operations), list(operations)
    back = worked_on(decide(row, "roll_back", row.version, NOW, BOB))
    decide(back, "approve", back.version, NOW, ADA)
    assert (worked_on(back).status, vm.power) == ("succeeded", "running")


def test_what_changed_since_approval_is_left_as_it_is(
    azure: EmulatedAzure, shop: EmulatedSubscription
) -> None:
    vm = shop.add_vm("Web-1")
    row = approved(read(azure, Resource, shop), "stop_instance")
    vm.tags["env"] = "production"
    assert worked_on(row).status == "failed"
    assert "it changed since it was approved: tags was empty" in row.error
    assert vm.power == "running"


def test_a_disk_is_deleted_after_its_snapshot(
    azure: EmulatedAzure, shop: EmulatedSubscription
) -> None:
    shop.add(Disk, "old")
    row = worked_on(approved(read(azure, Volume, shop), "delete_volume"))
    assert (row.status, row.error) == ("succeeded", "")
    assert any("snapshot" in line.lower() for line in log_of(row)), log_of(row)
    assert row.undo == {"kind": "restore_volume", "target": f"cloudintel-{row.key}"}


@pytest.mark.parametrize("kind", [PostgreSqlServer, MySqlServer])
def test_a_server_is_stopped_and_started_again(
    azure: EmulatedAzure,
    shop: EmulatedSubscription,
    kind: type[PostgreSqlServer | MySqlServer],
) -> None:
    server = shop.add(kind, "orders")
    row = worked_on(approved(read(azure, Database, shop), "stop_database"))
    assert (row.status, row.error, server.state) == ("succeeded", "", "Stopped")
    back = worked_on(decide(row, "roll_back", row.version, NOW, BOB))
    decide(back, "approve", back.version, NOW, ADA)
    assert (worked_on(back).status, server.state) == ("succeeded", "Ready")
