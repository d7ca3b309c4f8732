"""How much databases, load balancers and NAT gateways of AWS are used."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from core.testing.aws_emulator import EmulatedAws
from core.testing.aws_emulator.builders import june
from core.testing.aws_emulator.load_balancers import arn_of
from core.testing.aws_emulator.resources import (
    EmulatedDatabase,
    EmulatedLoadBalancer,
    EmulatedNatGateway,
    EmulatedVolume,
)
from core.windows import Window
from providers.aws.account_settings import AwsSettings
from providers.aws.client import AwsAccount, AwsOptions
from providers.aws.provider import AwsProvider
from providers.metric_records import (
    CpuRecord,
    MetricName,
    RegionMetrics,
    ResourceRef,
    UsageRecord,
)

ACCOUNT, REGION = "123456789012", "eu-west-1"
GIB = 2**30
DAYS = Window(june(18), june(20))
DATABASE = f"arn:aws:rds:{REGION}:{ACCOUNT}:db:"
CLASSIC = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:loadbalancer/old"


def provider_of(aws: EmulatedAws) -> AwsProvider:
    settings = AwsSettings(regions=[REGION])
    return AwsProvider(
        AwsAccount(settings=settings), AwsOptions(max_attempts=1), aws.now
    )


def read(
    aws: EmulatedAws, refs: Sequence[ResourceRef], window: Window = DAYS
) -> RegionMetrics:
    """All parts of the region as one."""
    parts = [*provider_of(aws).fetch_usage(window, {REGION: refs}, lambda _: None)]
    assert all(part.error is None for part in parts)
    return RegionMetrics(
        REGION,
        [one for part in parts for one in part.cpu],
        usage=[one for part in parts for one in part.usage],
    )


def database(aws: EmulatedAws, name: str = "orders", **fields: object) -> ResourceRef:
    figures = {
        "CPUUtilization": 30.0,
        "DatabaseConnections": 7.0,
        "FreeStorageSpace": 80.0 * GIB,
    }
    one = EmulatedDatabase(name, REGION, figures=figures, **fields)  # type: ignore[arg-type]
    aws.world().add_database(one)
    storage = None if one.cluster else one.storage_gib
    return ResourceRef(
        "database", DATABASE + name, one.created_at, None, one.engine, storage
    )


def balancer(
    aws: EmulatedAws, kind: str, figures: dict[str, float], name: str = "web"
) -> ResourceRef:
    one = EmulatedLoadBalancer(name, REGION, balancer_type=kind, figures=figures)
    aws.world().add_load_balancer(one)
    arn = CLASSIC if kind == "classic" else arn_of(one, ACCOUNT)
    return ResourceRef("load-balancer", arn, one.created_at)


def totals(found: RegionMetrics) -> dict[MetricName, list[float | None]]:
    """Of each metric the totals of the days."""
    metrics = {one.metric for one in found.usage}
    return {
        metric: [one.total for one in found.usage if one.metric == metric]
        for metric in metrics
    }


def test_a_database_has_cpu_connections_and_the_storage_that_is_not_free(
    aws: EmulatedAws,
) -> None:
    ref = database(aws)
    found = read(aws, [ref], Window(june(19), june(20)))
    arn, day = ref.resource_id, june(19)
    assert found.cpu == [CpuRecord(arn, day, 30.0, 60.0, None, None)]
    assert found.usage == [
        UsageRecord(arn, day, MetricName.CONNECTIONS, 7.0, 14.0),
        # Of its 100 GiB 40 are free when least is.
        UsageRecord(arn, day, MetricName.STORAGE_USED_BYTES, maximum=60.0 * GIB),
    ]


def test_the_storage_of_a_cluster_is_not_its_members(aws: EmulatedAws) -> None:
    ref = database(aws, engine="aurora-mysql", cluster="shop")
    assert {one.metric for one in read(aws, [ref]).usage} == {MetricName.CONNECTIONS}


@pytest.mark.parametrize(
    ("engine", "metrics"),
    [("docdb", {MetricName.CONNECTIONS}), ("neptune", set[MetricName]())],
)
def test_other_engines_are_asked_for_where_their_metrics_lie(
    aws: EmulatedAws, engine: str, metrics: set[MetricName]
) -> None:
    ref = database(aws, engine=engine, cluster="shop")
    found = read(aws, [ref])
    assert len(found.cpu) == 2
    assert {one.metric for one in found.usage} == metrics


def test_a_stopped_database_has_no_days(aws: EmulatedAws) -> None:
    found = read(aws, [database(aws, state="stopped")])
    assert (found.cpu, found.usage) == ([], [])


@pytest.mark.parametrize(
    ("kind", "figures", "expected"),
    [
        (
            "application",
            {"RequestCount": 90.0, "ProcessedBytes": 4e6},
            {MetricName.REQUESTS: 90.0, MetricName.PROCESSED_BYTES: 4e6},
        ),
        (
            "classic",
            {"RequestCount": 5.0, "EstimatedProcessedBytes": 3e6},
            {MetricName.REQUESTS: 5.0, MetricName.PROCESSED_BYTES: 3e6},
        ),
        (
            "network",
            {"ProcessedBytes": 2e6, "ActiveFlowCount": 11.0},
            {MetricName.PROCESSED_BYTES: 2e6, MetricName.ACTIVE_CONNECTIONS: None},
        ),
        (
            "gateway",
            {"ProcessedBytes": 1e6, "ActiveFlowCount": 3.0},
            {MetricName.PROCESSED_BYTES: 1e6, MetricName.ACTIVE_CONNECTIONS: None},
        ),
    ],
)
def test_each_type_of_load_balancer_has_what_it_counts(
    aws: EmulatedAws,
    kind: str,
    figures: dict[str, float],
    expected: dict[MetricName, float | None],
) -> None:
    found = read(aws, [balancer(aws, kind, figures, name="old")])
    assert totals(found) == {name: [total] * 2 for name, total in expected.items()}


def test_a_load_balancer_without_points_had_no_requests_since_it_was_created(
    aws: EmulatedAws,
) -> None:
    ref = balancer(aws, "application", {"RequestCount": 0, "ProcessedBytes": 0})
    born = ref._replace(created_at=aws.now - timedelta(days=1))
    assert totals(read(aws, [born])) == {
        MetricName.REQUESTS: [0.0],
        MetricName.PROCESSED_BYTES: [0.0],
    }
    gone = ref._replace(gone_since=aws.now - timedelta(days=1))
    assert [one.day for one in read(aws, [gone]).usage] == [june(18)] * 2
    unknown = ref._replace(created_at=None)
    assert read(aws, [unknown]).usage == []


def test_flows_through_a_network_load_balancer_have_average_and_maximum(
    aws: EmulatedAws,
) -> None:
    ref = balancer(aws, "network", {"ProcessedBytes": 1.0, "ActiveFlowCount": 11.0})
    usage = read(aws, [ref]).usage
    flows = [one for one in usage if one.metric == MetricName.ACTIVE_CONNECTIONS]
    assert [(one.average, one.maximum) for one in flows] == [(11.0, 22.0)] * 2


def test_a_nat_gateway_is_billed_for_both_directions(aws: EmulatedAws) -> None:
    gateway = EmulatedNatGateway(
        *("nat-1", REGION),
        figures={
            "BytesOutToDestination": 1e6,
            "BytesInFromDestination": 3e6,
            "ActiveConnectionCount": 0,
        },
    )
    aws.world().add_nat_gateway(gateway)
    found = read(aws, [ResourceRef("nat-gateway", "nat-1")], Window(june(19), june(20)))
    assert found.usage == [
        UsageRecord("nat-1", june(19), MetricName.PROCESSED_BYTES, total=4e6),
        UsageRecord("nat-1", june(19), MetricName.ACTIVE_CONNECTIONS, maximum=0.0),
    ]


def test_what_has_no_metrics_of_use_is_not_asked_for(aws: EmulatedAws) -> None:
    refs = [
        ResourceRef("bucket", "logs"),
        ResourceRef("load-balancer", f"{CLASSIC}/other/kind/of/one"),
    ]
    assert read(aws, refs).usage == []
    assert aws.requests["cloudwatch:GetMetricData"] == 0


def test_a_resource_whose_queries_end_up_in_two_calls_is_whole(
    aws: EmulatedAws,
) -> None:
    refs = [database(aws, f"db-{number:03}") for number in range(121)]
    provider = provider_of(aws)
    parts = [*provider.fetch_usage(DAYS, {REGION: refs}, lambda _: None)]
    assert aws.requests["cloudwatch:GetMetricData"] == 2
    rows = [
        (one.resource_id, one.day, one.metric) for part in parts for one in part.usage
    ]
    assert len(rows) == len(set(rows)) == 121 * 2 * 2
    assert provider.meter.usd == 121 * 5 * Decimal("0.00001")


def test_a_region_that_fails_yields_its_error(aws: EmulatedAws) -> None:
    ref = database(aws)
    aws.deny("cloudwatch:GetMetricData")
    (part,) = provider_of(aws).fetch_usage(DAYS, {REGION: [ref]}, lambda _: None)
    assert part.error
    assert "cloudwatch:GetMetricData" in str(part.error)


def test_points_are_kept_as_long_as_those_of_instances(now: datetime) -> None:
    assert AwsProvider.usage_window(now) == AwsProvider.metric_window(now)


# Of a day, half of them reads.
OPERATIONS = 8_640_000


def speed_of_volume(
    aws: EmulatedAws, points_a_day: int
) -> set[tuple[MetricName, float | None]]:
    half = OPERATIONS / 2
    figures = {
        **{"VolumeReadOps": half, "VolumeWriteOps": half},
        **{"VolumeReadBytes": half * 4096, "VolumeWriteBytes": half * 4096},
    }
    one = EmulatedVolume(
        *("vol-1", REGION),
        attached_to=["i-1"],
        figures=figures,
        points_a_day=points_a_day,
    )
    aws.world().add_volume(one)
    found = read(aws, [ResourceRef("volume", "vol-1", one.created_at)])
    return {(one.metric, one.maximum) for one in found.usage}


def test_a_volumes_highest_minute_tells_its_speed(aws: EmulatedAws) -> None:
    # The emulator's highest minute is twice the average one.
    assert speed_of_volume(aws, 1440) == {
        (MetricName.OPERATIONS_PER_SECOND, 200.0),
        (MetricName.THROUGHPUT_BYTES, 200.0 * 4096),
    }


def test_a_volume_without_points_of_minutes_has_no_known_speed(
    aws: EmulatedAws,
) -> None:
    """As of Xen instances: the highest point is one operation's, of however many."""
    assert speed_of_volume(aws, OPERATIONS // 2) == set()


def test_volumes_are_not_asked_for_where_they_are_left_out(aws: EmulatedAws) -> None:
    aws.world().add_volume(EmulatedVolume("vol-1", REGION, attached_to=["i-1"]))
    refs = {REGION: [ResourceRef("volume", "vol-1")]}
    settings = AwsSettings(regions=[REGION])
    options = AwsOptions(max_attempts=1, volume_metrics=False)
    provider = AwsProvider(AwsAccount(settings=settings), options, aws.now)
    assert not [*provider.fetch_usage(DAYS, refs, lambda _: None)]
