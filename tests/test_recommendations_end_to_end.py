"""From either cloud to what should be done about disks and addresses, with a price."""

from datetime import datetime, timedelta

import pytest
from django.core.management import call_command

from clouds.models import CloudAccount
from clouds.testing import aws_account
from core.testing.aws_emulator import EmulatedAws, EmulatedVolume
from core.testing.aws_emulator.resource_products import products_of_region
from core.testing.aws_emulator.resources import EmulatedAddress
from core.testing.azure_emulator import EmulatedAzure
from core.testing.azure_emulator.disks import Disk
from core.testing.azure_emulator.network import PublicIp
from core.testing.azure_emulator.resource_meters import (
    meters_of_all_regions,
    meters_of_region,
)
from insights.models import Recommendation
from insights.refresh.refresh_all import refresh
from insights.refresh.refresh_state import Part
from inventory.sync import sync_network, sync_storage
from pricing.sync import sync_prices
from syncs.testing import outcome

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)
REGION = "eu-west-1"


@pytest.fixture
def of_aws(aws: EmulatedAws) -> CloudAccount:
    aws.products = [*products_of_region(REGION)]
    world = aws.world()
    world.add_volume(EmulatedVolume("vol-1", REGION, volume_type="gp3", size_gib=500))
    world.add_address(EmulatedAddress("eipalloc-1", REGION))
    return aws_account()


@pytest.fixture
def of_azure(azure: EmulatedAzure) -> CloudAccount:
    azure.prices = [*meters_of_region("westeurope"), *meters_of_all_regions()]
    subscription = azure.world.add_subscription(name="shop")
    subscription.add(Disk, "Spare", group="Shop-RG")
    subscription.add(PublicIp, "Entry", group="Shop-RG")
    call_command(
        *("add_account", "--provider", "azure", "--tenant", azure.world.tenant_id),
        *("--subscription", subscription.subscription_id, "--name", "shop"),
    )
    return CloudAccount.objects.get()


@pytest.mark.parametrize("cloud", ["of_aws", "of_azure"])
def test_what_nothing_uses_for_a_week_is_recommended_at_list_price(
    cloud: str, request: pytest.FixtureRequest, now: datetime
) -> None:
    mine = request.getfixturevalue(cloud)
    for sync in (sync_storage, sync_network, sync_prices):
        assert outcome(sync(mine, now))[0] == "succeeded"
    for at in (now + WEEK, now + WEEK):
        (done,) = refresh([mine], at, parts=[Part.RECOMMENDATIONS])
        assert done.failures == []
    found = Recommendation.objects.order_by("resource__kind")
    rows = found.values_list("resource__kind", "category", "rule", "price_basis")
    assert list(rows) == [
        ("address", "network", "unattached", "list price"),
        ("volume", "storage", "unattached", "list price"),
    ]
    assert all(row.savings_monthly and row.savings_monthly > 1 for row in found)
