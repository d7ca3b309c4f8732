"""How much Azure's databases, gateways and accounts are used, as it is stored."""

from datetime import timedelta

import pytest
from pytest_django import Settings

from clouds.models import CloudAccount
from clouds.testing import azure_account
from core.testing.azure_emulator import (
    EmulatedAzure,
    NatGateway,
    PostgreSqlServer,
    StorageAccount,
)
from core.testing.stored import sorted_rows
from core.windows import Window, utc_day
from inventory.kinds import Kind
from inventory.sync import sync_databases, sync_network, sync_storage
from metrics.models import CpuMetric, MemoryMetric, UsageMetric
from metrics.sync import sync_usage
from syncs.datasets import Dataset, why_not
from syncs.testing import outcome

pytestmark = [pytest.mark.django_db, pytest.mark.on_each_database]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BATCH = "Microsoft.Insights/metrics:getBatch"


@pytest.fixture
def mine(azure: EmulatedAzure) -> CloudAccount:
    shop = azure.world.add_subscription(name="shop")
    use = {"cpu_percent": 20.0, "memory_percent": 40.0, "active_connections": 6.0}
    shop.add(PostgreSqlServer, "Orders", use=use)
    shop.add(NatGateway, "out", use={"ByteCount": 10.0})
    shop.add(StorageAccount, "assets")
    owner = azure_account(shop.subscription_id)
    for sync in (sync_storage, sync_databases, sync_network):
        assert outcome(sync(owner, azure.now))[0] == "succeeded"
    return owner


def stored() -> list[object]:
    of_resource = ("resource__kind", "day")
    return [
        sorted_rows(UsageMetric, *of_resource, "metric", "average", "maximum", "total"),
        sorted_rows(CpuMetric, *of_resource, "average_percent", "maximum_percent"),
        sorted_rows(MemoryMetric, *of_resource, "average_percent"),
    ]


def days(azure: EmulatedAzure) -> Window:
    today = utc_day(azure.now)
    return Window(today - 2 * DAY, today)


def test_what_was_read_twice_is_stored_once(
    mine: CloudAccount, azure: EmulatedAzure
) -> None:
    run = sync_usage(mine, azure.now, window=days(azure))
    assert outcome(run) == ("succeeded", "")
    once = stored()
    assert outcome(sync_usage(mine, azure.now + HOUR, window=days(azure))) == (
        "succeeded",
        "",
    )
    assert stored() == once
    rows = UsageMetric.objects.filter(day=days(azure).start)
    found = {
        (kind, metric): (average, total)
        for kind, metric, average, total in rows.values_list(
            "resource__kind", "metric", "average", "total"
        )
    }
    assert found == {
        (Kind.DATABASE, "connections"): (6.0, None),
        (Kind.NAT_GATEWAY, "processed_bytes"): (None, 14_400.0),
        (Kind.BUCKET, "transactions"): (None, 0.0),
    }
    assert set(CpuMetric.objects.values_list("average_percent", flat=True)) == {20.0}
    assert set(MemoryMetric.objects.values_list("average_percent", flat=True)) == {40.0}


def test_a_denied_read_keeps_what_is_stored_and_names_the_role(
    mine: CloudAccount, azure: EmulatedAzure
) -> None:
    sync_usage(mine, azure.now, window=days(azure))
    once = stored()
    azure.deny(BATCH)
    status, error = outcome(sync_usage(mine, azure.now + HOUR, window=days(azure)))
    assert status == "failed"
    assert "Use of " in error
    assert "westeurope" in error
    assert stored() == once


def test_a_setting_leaves_it_out(mine: CloudAccount, settings: Settings) -> None:
    assert why_not(mine, Dataset.USAGE) == ""
    settings.AZURE_USAGE_METRICS = False
    assert "AZURE_USAGE_METRICS" in why_not(mine, Dataset.USAGE)
