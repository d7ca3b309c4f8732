"""How much the demo company's databases, load balancers and gateways are used."""

from datetime import datetime, timedelta

import pytest

from core.testing.clock import NOW
from core.windows import Window, last_complete_days, utc_day
from providers.demo.company import ACCOUNT_IDS
from providers.demo.provider import DemoProvider
from providers.metric_records import MetricName, RegionMetrics, ResourceRef

REGION, GIB = "eu-west-1", 2**30
WEEK = last_complete_days(7, NOW)
BALANCER = "arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer"


def read(*refs: ResourceRef, window: Window = WEEK) -> RegionMetrics:
    provider = DemoProvider(next(iter(ACCOUNT_IDS.values())), utc_day(NOW), NOW)
    (part,) = provider.fetch_usage(window, {REGION: refs}, lambda _: None)
    return part


def database(name: str = "orders", created_at: datetime | None = None) -> ResourceRef:
    return ResourceRef("database", name, created_at, storage_gib=100)


def test_a_database_has_cpu_connections_and_storage_within_its_own() -> None:
    found = read(database())
    assert len(found.cpu) == 7
    for one in found.cpu:
        assert one.average_percent and one.maximum_percent
        assert 0 < one.average_percent < one.maximum_percent < 100
    assert {one.metric for one in found.usage} == {
        MetricName.CONNECTIONS,
        MetricName.STORAGE_USED_BYTES,
    }
    used = [one.maximum or 0 for one in found.usage if one.average is None]
    assert all(0 < one < 100 * GIB for one in used)
    assert read(database()) == found


@pytest.mark.parametrize(
    ("ref", "metrics"),
    [
        (ResourceRef("load-balancer", f"{BALANCER}/app/web/1"), {"requests"}),
        (ResourceRef("load-balancer", f"{BALANCER}/net/web/1"), {"active_connections"}),
        (ResourceRef("nat-gateway", "nat-1"), {"active_connections"}),
    ],
)
def test_the_network_has_what_it_processed(ref: ResourceRef, metrics: set[str]) -> None:
    found = read(ref)
    assert {one.metric.value for one in found.usage} == {"processed_bytes", *metrics}
    assert len(found.usage) == 14


@pytest.mark.parametrize(
    ("kind", "path", "metrics"),
    [
        ("load-balancer", "network/loadbalancers/web", {"processed_bytes"}),
        ("nat-gateway", "network/natgateways/out", {"processed_bytes"}),
        ("bucket", "storage/storageaccounts/assets", {"transactions"}),
    ],
)
def test_what_lies_in_azure_has_what_azure_counts(
    kind: str, path: str, metrics: set[str]
) -> None:
    ref = ResourceRef(kind, f"/subscriptions/1/providers/microsoft.{path}")
    assert {one.metric.value for one in read(ref).usage} == metrics
    assert not read(ResourceRef("bucket", "assets")).usage


def test_what_is_named_old_is_there_and_not_used() -> None:
    connections = [
        one.maximum
        for one in read(database("old-wiki")).usage
        if one.metric == MetricName.CONNECTIONS
    ]
    assert connections == [0.0] * 7


def test_days_begin_when_it_was_created() -> None:
    born = NOW - timedelta(days=2)
    assert {one.day for one in read(database(created_at=born)).cpu} == {
        utc_day(born),
        utc_day(born) + timedelta(days=1),
    }
    assert not read(ResourceRef("snapshot", "snap-1")).usage
