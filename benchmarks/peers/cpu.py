"""The peer's sync of CPU: one GetMetricStatistics call per instance, one row a day."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import boto3
from sqlalchemy import select
from sqlalchemy.orm import Session

from benchmarks.peers.instances import instance_ids
from benchmarks.peers.tables import Base, CpuMetric, engine

DAY_SECONDS = 86_400


def sync_cpu(regions: Sequence[str], start: datetime, end: datetime, most: int) -> int:
    """Reads each instance by itself, `most` in all, into empty tables; counts calls."""
    Base.metadata.drop_all(engine)
    Base.metadata.create_all(engine)
    read = 0
    for region in regions:
        cloudwatch = boto3.client("cloudwatch", region_name=region)
        for instance_id in instance_ids(region)[: most // len(regions)]:
            answer = cloudwatch.get_metric_statistics(
                Namespace="AWS/EC2",
                MetricName="CPUUtilization",
                Dimensions=[{"Name": "InstanceId", "Value": instance_id}],
                StartTime=start,
                EndTime=end,
                Period=DAY_SECONDS,
                Statistics=["Average", "Maximum"],
            )
            store(instance_id, answer["Datapoints"])
            read += 1
    return read


def store(instance_id: str, points: Sequence[Any]) -> None:
    """Adds the days that are not stored yet."""
    with Session(engine) as session:
        stored = set(
            session.scalars(
                select(CpuMetric.day).where(CpuMetric.instance_id == instance_id)
            )
        )
        session.add_all(
            CpuMetric(
                instance_id=instance_id,
                day=point["Timestamp"].date(),
                average=point["Average"],
                maximum=point["Maximum"],
            )
            for point in points
            if point["Timestamp"].date() not in stored
        )
        session.commit()
