"""From either cloud into the tables: every kind, once, joined by its ids."""

from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from clouds.models import CloudAccount
from clouds.testing import aws_account
from core.testing.aws_emulator import EmulatedAws, EmulatedVolume
from core.testing.aws_emulator.builders import machine
from core.testing.aws_emulator.resources import (
    EmulatedAddress,
    EmulatedBucket,
    EmulatedDatabase,
    EmulatedLoadBalancer,
    EmulatedNatGateway,
    EmulatedSnapshot,
)
from core.testing.azure_emulator import EmulatedAzure
from core.testing.azure_emulator.disks import Disk
from core.testing.azure_emulator.disks import Snapshot as AzureSnapshot
from core.testing.azure_emulator.flexible_servers import PostgreSqlServer
from core.testing.azure_emulator.network import LoadBalancer, NatGateway, PublicIp
from core.testing.azure_emulator.storage_accounts import StorageAccount
from inventory.kinds import Kind
from inventory.models import Instance, Resource, Snapshot, StateChange, Volume
from inventory.sync import sync_databases, sync_ec2, sync_network, sync_storage
from syncs.testing import outcome

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
REGION = "eu-west-1"


@pytest.fixture
def of_aws(aws: EmulatedAws) -> CloudAccount:
    world = aws.world()
    world.add_instance(machine("i-1", REGION))
    world.add_volume(EmulatedVolume("vol-1", REGION, attached_to=["i-1"]))
    world.add_volume(EmulatedVolume("vol-2", REGION))
    world.add_snapshot(EmulatedSnapshot("snap-1", REGION, "vol-1"))
    world.add_bucket(EmulatedBucket("assets", REGION))
    world.add_database(EmulatedDatabase("orders", REGION))
    world.add_address(EmulatedAddress("eipalloc-1", REGION, instance_id="i-1"))
    world.add_nat_gateway(EmulatedNatGateway("nat-1", REGION))
    for kind in ("application", "classic"):
        world.add_load_balancer(
            EmulatedLoadBalancer(
                kind, REGION, balancer_type=kind, targets={"web": {"i-1": "healthy"}}
            )
        )
    return aws_account()


@pytest.fixture
def of_azure(azure: EmulatedAzure) -> CloudAccount:
    subscription = azure.world.add_subscription(name="shop")
    vm = subscription.add_vm("Web", group="Shop-RG")
    data = subscription.add(Disk, "Web-Data", group="Shop-RG", vms=[vm])
    subscription.add(AzureSnapshot, "Web-Copy", group="Shop-RG", source=data.id)
    subscription.add(Disk, "Spare", group="Shop-RG")
    subscription.add(StorageAccount, "assets", group="Shop-RG")
    subscription.add(PostgreSqlServer, "orders", group="Shop-RG")
    subscription.add(PublicIp, "Entry", group="Shop-RG")
    subscription.add(NatGateway, "Out", group="Shop-RG")
    subscription.add(LoadBalancer, "Front", group="Shop-RG")
    call_command(
        *("add_account", "--provider", "azure", "--tenant", azure.world.tenant_id),
        *("--subscription", subscription.subscription_id, "--name", "shop"),
        stdout=StringIO(),
    )
    return CloudAccount.objects.get()


def sync_everything(mine: CloudAccount, at: datetime) -> None:
    for sync in (sync_ec2, sync_storage, sync_databases, sync_network):
        assert outcome(sync(mine, at))[0] == "succeeded"


def stored() -> dict[str, Any]:
    columns = ("kind", "resource_id", "region", "state", "resource_group", "gone_since")
    changes = StateChange.objects.values_list("resource__resource_id", "new_value")
    return {
        "resources": sorted(Resource.objects.values_list(*columns), key=repr),
        "changes": sorted(changes),
    }


@pytest.mark.parametrize("cloud", ["of_aws", "of_azure"])
def test_every_kind_is_stored_once_and_joined_with_its_machine(
    cloud: str, request: pytest.FixtureRequest, now: datetime
) -> None:
    mine = request.getfixturevalue(cloud)
    sync_everything(mine, now)
    once = stored()
    assert {row[0] for row in once["resources"]} == set(Kind)
    sync_everything(mine, now + HOUR)
    assert stored() == once
    used, loose = Volume.objects.order_by("-attached_to")
    assert used.linked_ids == [Instance.objects.get().resource_id]
    assert loose.linked_ids == []
    assert Snapshot.objects.get().linked_ids == [used.resource_id]


def test_a_volume_that_is_denied_stays_and_heals(
    of_aws: CloudAccount, aws: EmulatedAws, now: datetime
) -> None:
    sync_everything(of_aws, now)
    once = stored()
    aws.deny("ec2:DescribeVolumes")
    status, error = outcome(sync_storage(of_aws, now + HOUR))
    assert status == "failed"
    assert "ec2:DescribeVolumes" in error
    assert stored() == once
