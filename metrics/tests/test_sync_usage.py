"""How much databases, load balancers and NAT gateways are used, as it is stored."""

from datetime import datetime, timedelta

import pytest
from pytest_django import Settings

from clouds.models import CloudAccount
from clouds.testing import aws_account
from core.testing.aws_emulator import EmulatedAws
from core.testing.aws_emulator.builders import june, machine
from core.testing.aws_emulator.resources import (
    EmulatedBucket,
    EmulatedDatabase,
    EmulatedLoadBalancer,
    EmulatedNatGateway,
    EmulatedVolume,
)
from core.windows import Window
from inventory.sync import sync_databases, sync_ec2, sync_network, sync_storage
from metrics.models import CpuMetric, RecentCpu, UsageMetric
from metrics.sync import sync_cpu, sync_usage
from metrics.testing import stored_metrics
from syncs.datasets import Dataset, datasets_of, why_not
from syncs.runs.claims import Refused
from syncs.runs.watermarks import read_until
from syncs.testing import outcome

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DAYS = Window(june(17), june(20))
REGION = "eu-west-1"
GIB = 2**30


@pytest.fixture
def mine(aws: EmulatedAws, now: datetime) -> CloudAccount:
    """An account with one of each, whose inventory was read."""
    world = aws.world()
    world.add_instance(machine("i-1", REGION, cpu_percent=3.0))
    world.add_bucket(EmulatedBucket("orders", REGION))
    world.add_database(EmulatedDatabase("orders", REGION))
    world.add_nat_gateway(EmulatedNatGateway("nat-1", REGION))
    world.add_load_balancer(EmulatedLoadBalancer("web", REGION))
    owner = aws_account()
    read_inventory(owner, now)
    return owner


def read_inventory(owner: CloudAccount, at: datetime) -> None:
    for sync in (sync_ec2, sync_storage, sync_databases, sync_network):
        assert outcome(sync(owner, at))[0] == "succeeded"


def metrics_of(kind: str) -> set[str]:
    rows = UsageMetric.objects.filter(resource__kind=kind)
    return set(rows.values_list("metric", flat=True))


@pytest.mark.on_each_database
def test_each_kind_has_its_metrics_once_however_often_it_is_read(
    mine: CloudAccount, now: datetime
) -> None:
    run = sync_usage(mine, now, window=DAYS)
    assert outcome(run) == ("succeeded", "")
    assert metrics_of("database") == {"connections", "storage_used_bytes"}
    assert metrics_of("load-balancer") == {"requests", "processed_bytes"}
    assert metrics_of("nat-gateway") == {"active_connections", "processed_bytes"}
    assert metrics_of("bucket") == set()
    assert run.rows == 3 * (1 + 2 + 2 + 2)
    cpu = CpuMetric.objects.filter(resource__kind="database")
    assert cpu.count() == 3
    once = stored_metrics()
    sync_usage(mine, now + HOUR, window=DAYS)
    assert stored_metrics() == once


def test_a_database_that_works_is_no_instance_that_works(
    mine: CloudAccount, now: datetime
) -> None:
    sync_usage(mine, now)
    sync_cpu(mine, now)
    assert RecentCpu.objects.get().resource.resource_id == "i-1"


def test_the_last_days_are_read_again_and_corrected(
    mine: CloudAccount, aws: EmulatedAws, now: datetime
) -> None:
    database = aws.world().databases[REGION, "orders"]
    database.figures = {"DatabaseConnections": 4.0}
    sync_usage(mine, now)
    assert read_until(mine, Dataset.USAGE)[REGION] == june(20)
    database.figures_on = {
        june(17): {"DatabaseConnections": 9.0},
        june(19): {"DatabaseConnections": 9.0},
    }
    run = sync_usage(mine, now + HOUR)
    assert run.window == Window(june(18), june(20))
    rows = UsageMetric.objects.filter(metric="connections", day__gte=june(17))
    assert list(rows.order_by("day").values_list("average", flat=True)) == [4, 4, 9]


def test_a_region_that_fails_keeps_its_days_and_is_read_later(
    mine: CloudAccount, aws: EmulatedAws, now: datetime, settings: Settings
) -> None:
    settings.AWS_MAX_ATTEMPTS = 1
    aws.world().add_database(EmulatedDatabase("reports", "us-east-1"))
    read_inventory(mine, now)
    sync_usage(mine, now)
    once = stored_metrics()
    aws.now = now + DAY
    read_inventory(mine, aws.now)
    aws.deny("cloudwatch:GetMetricData", region=REGION)
    status, error = outcome(sync_usage(mine, aws.now))
    assert status == "partial"
    assert f"{REGION} (cloudwatch:GetMetricData)" in error
    assert set(once["usage"]) < set(stored_metrics()["usage"])
    assert read_until(mine, Dataset.USAGE) == {
        REGION: june(20),
        "us-east-1": june(21),
    }


def test_days_that_have_rows_and_now_no_data_fail_and_stay(
    mine: CloudAccount, aws: EmulatedAws, now: datetime
) -> None:
    aws.world().load_balancers.clear()
    sync_usage(mine, now, window=DAYS)
    once = stored_metrics()
    aws.world().databases.clear()
    aws.world().nat_gateways.clear()
    mine.resources.filter(kind="load-balancer").update(created_at=None)
    status, error = outcome(sync_usage(mine, now + HOUR, window=DAYS))
    assert status == "failed"
    assert "They were kept" in error
    assert stored_metrics() == once


def test_a_disk_that_is_not_asked_for_any_more_is_no_failure(
    aws: EmulatedAws, now: datetime
) -> None:
    """As when its advice was followed, in an account without anything else of use."""
    volume = EmulatedVolume("vol-1", REGION, volume_type="io2", attached_to=["i-1"])
    aws.world().add_volume(volume)
    mine = aws_account()
    read_inventory(mine, now)
    sync_usage(mine, now, window=DAYS)
    assert metrics_of("volume") == {"operations_per_second", "throughput_bytes"}
    volume.volume_type = "gp3"
    read_inventory(mine, now + HOUR)
    assert outcome(sync_usage(mine, now + HOUR, window=DAYS)) == ("succeeded", "")


def test_what_could_be_read_is_asked_for_where_the_rest_is_denied(
    aws: EmulatedAws, now: datetime
) -> None:
    aws.world().add_load_balancer(EmulatedLoadBalancer("web", REGION))
    mine = aws_account()
    aws.deny("rds:DescribeDBInstances")
    assert outcome(sync_databases(mine, now))[0] == "failed"
    assert outcome(sync_network(mine, now))[0] == "succeeded"
    assert outcome(sync_usage(mine, now)) == ("succeeded", "")
    assert metrics_of("load-balancer") == {"requests", "processed_bytes"}


def test_turned_off_it_is_not_read_and_says_so(
    mine: CloudAccount, aws: EmulatedAws, now: datetime, settings: Settings
) -> None:
    settings.AWS_USAGE_METRICS = False
    assert Dataset.USAGE not in datasets_of(mine)
    assert why_not(mine, Dataset.USAGE) == (
        "Use of databases, network and storage: turned off by AWS_USAGE_METRICS=false."
    )
    aws.clear_calls()
    with pytest.raises(Refused, match="AWS_USAGE_METRICS"):
        sync_usage(mine, now)
    assert aws.requests.total() == 0
