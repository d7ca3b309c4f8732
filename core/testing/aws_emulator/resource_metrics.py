"""What CloudWatch has of databases, balancers, gateways and volumes: points of a day.

A resource has a figure of each metric: the day's sum of what is counted, and else its
average, with a peak at twice and a low at half of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from zlib import crc32

from core.testing.aws_emulator.load_balancers import KINDS, arn_of
from core.testing.aws_emulator.wire import Call
from core.testing.emulated_load import DAY

if TYPE_CHECKING:
    from core.testing.aws_emulator.aws import EmulatedAws
    from core.testing.aws_emulator.resources import (
        EmulatedDatabase,
        EmulatedLoadBalancer,
        EmulatedNatGateway,
        EmulatedVolume,
    )

    Measured = (
        EmulatedDatabase | EmulatedLoadBalancer | EmulatedNatGateway | EmulatedVolume
    )

POINTS_A_DAY = 1440
GIB = 2**30


@dataclass(frozen=True)
class Namespace:
    """The one dimension by which all of its metrics are found, and their figures."""

    dimension: str
    metrics: dict[str, float]
    is_zero_untold: bool = False
    """A day on which nothing was counted has no points."""


FLOWS = {"ProcessedBytes": 30.0 * GIB, "ActiveFlowCount": 120.0}
DATABASE = {"CPUUtilization": 18.0, "DatabaseConnections": 12.0}
NAMESPACES = {
    "AWS/RDS": Namespace(
        "DBInstanceIdentifier", {**DATABASE, "FreeStorageSpace": 40.0 * GIB}
    ),
    "AWS/DocDB": Namespace("DBInstanceIdentifier", DATABASE),
    "AWS/Neptune": Namespace("DBInstanceIdentifier", {"CPUUtilization": 18.0}),
    "AWS/ApplicationELB": Namespace(
        "LoadBalancer",
        {"RequestCount": 900_000.0, "ProcessedBytes": 20.0 * GIB},
        is_zero_untold=True,
    ),
    "AWS/NetworkELB": Namespace("LoadBalancer", FLOWS, is_zero_untold=True),
    "AWS/GatewayELB": Namespace("LoadBalancer", FLOWS, is_zero_untold=True),
    "AWS/ELB": Namespace(
        "LoadBalancerName",
        {"RequestCount": 40_000.0, "EstimatedProcessedBytes": 2.0 * GIB},
        is_zero_untold=True,
    ),
    "AWS/EBS": Namespace(
        "VolumeId",
        {
            "VolumeReadOps": 6_000_000.0,
            "VolumeWriteOps": 9_000_000.0,
            "VolumeReadBytes": 80.0 * GIB,
            "VolumeWriteBytes": 120.0 * GIB,
        },
    ),
    "AWS/NATGateway": Namespace(
        "NatGatewayId",
        {
            "BytesOutToDestination": 6.0 * GIB,
            "BytesInFromDestination": 18.0 * GIB,
            "ActiveConnectionCount": 300.0,
        },
    ),
}
COUNTED = {
    *("RequestCount", "ProcessedBytes", "EstimatedProcessedBytes"),
    *("BytesOutToDestination", "BytesInFromDestination"),
    *("VolumeReadOps", "VolumeWriteOps", "VolumeReadBytes", "VolumeWriteBytes"),
}
BALANCERS = {
    "app": "AWS/ApplicationELB",
    "net": "AWS/NetworkELB",
    "gwy": "AWS/GatewayELB",
}
UNITS = {
    "CPUUtilization": "Percent",
    "FreeStorageSpace": "Bytes",
    **{name: "Bytes" if "Bytes" in name else "Count" for name in COUNTED},
    **dict.fromkeys(
        ("DatabaseConnections", "ActiveFlowCount", "ActiveConnectionCount"), "Count"
    ),
}


def resource_points(
    aws: EmulatedAws, call: Call, stat: dict[str, Any], start: int, end: int
) -> Iterator[tuple[int, float]]:
    """The points of one metric, by its exact dimension, in the resource's region."""
    metric = stat["Metric"]
    namespace = NAMESPACES[metric["Namespace"]]
    name = metric["MetricName"]
    found = _find(aws, call, metric)
    if found is None or name not in namespace.metrics:
        return
    if stat.get("Unit", UNITS[name]) != UNITS[name]:
        return
    born = int(found.created_at.timestamp()) // DAY * DAY
    for at in range(-(-max(start, born) // DAY) * DAY, end, DAY):
        figure = _figure(found, namespace, name, datetime.fromtimestamp(at, UTC).date())
        if figure or not namespace.is_zero_untold:
            points = getattr(found, "points_a_day", POINTS_A_DAY)
            yield at, _statistic(figure, name, stat["Stat"], points)


def _find(aws: EmulatedAws, call: Call, metric: dict[str, Any]) -> Measured | None:
    """The resource of these dimensions, unless it is stopped or gone."""
    wanted = NAMESPACES[metric["Namespace"]].dimension
    dimensions = [(one["Name"], one["Value"]) for one in metric.get("Dimensions", [])]
    if len(dimensions) != 1 or dimensions[0][0] != wanted:
        return None
    return dict(_there(aws, call, metric["Namespace"])).get(dimensions[0][1])


def _there(
    aws: EmulatedAws, call: Call, namespace: str
) -> Iterator[tuple[str, Measured]]:
    """What the region has in the namespace, by the value of its dimension."""
    world = aws.world(call.account_id)
    for database in world.databases.values():
        own = {"docdb": "AWS/DocDB", "neptune": "AWS/Neptune"}
        is_here = database.region == call.region and database.state != "stopped"
        if is_here and own.get(database.engine, "AWS/RDS") == namespace:
            yield database.name, database
    for volume in world.volumes.values():
        is_used = volume.region == call.region and volume.attached_to
        if is_used and namespace == "AWS/EBS":
            yield volume.volume_id, volume
    for gateway in world.nat_gateways.values():
        if gateway.region == call.region and namespace == "AWS/NATGateway":
            yield gateway.gateway_id, gateway
    for balancer in world.load_balancers.values():
        if balancer.region != call.region:
            continue
        family = KINDS.get(balancer.balancer_type)
        if family is None and namespace == "AWS/ELB":
            yield balancer.name, balancer
        elif family and BALANCERS[family] == namespace:
            arn = arn_of(balancer, call.account_id)
            yield arn.partition(":loadbalancer/")[2], balancer


def _figure(found: Measured, namespace: Namespace, name: str, day: date) -> float:
    """What the test gave, of that day or of each; else one of the day's own."""
    given = found.figures_on.get(day, found.figures)
    if name in given:
        return given[name]
    seed = crc32(f"{found.region}{name}{day}".encode())
    return namespace.metrics[name] * (0.8 + seed % 400 / 1000)


def _statistic(figure: float, name: str, stat: str, points: int) -> float:
    if name in COUNTED:
        if stat == "Sum":
            return figure
        figure /= points
    if stat == "SampleCount":
        return float(points)
    factors = {"Average": 1.0, "Minimum": 0.5, "Sum": float(points)}
    peak = figure * factors.get(stat, 2.0)
    return min(peak, 100.0) if UNITS[name] == "Percent" and stat != "Sum" else peak
