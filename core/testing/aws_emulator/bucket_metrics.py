"""What CloudWatch has of buckets: a point a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from core.testing.aws_emulator.wire import Call
from core.testing.emulated_load import DAY

if TYPE_CHECKING:
    from core.testing.aws_emulator.aws import EmulatedAws
    from core.testing.aws_emulator.resources import EmulatedBucket

NAMESPACE = "AWS/S3"
SIZE, OBJECTS = "BucketSizeBytes", "NumberOfObjects"
ALL_TYPES = "AllStorageTypes"
UNITS = {SIZE: "Bytes", OBJECTS: "Count"}
# ListMetrics leaves out what had no point for so long.
LISTED_DAYS = 14

Points = Iterator[tuple[int, float]]
Metric = tuple[str, dict[str, str]]


def listed_buckets(aws: EmulatedAws, call: Call) -> Iterator[Metric]:
    """The metrics of this region's buckets."""
    for bucket in aws.world(call.account_id).buckets.values():
        if bucket.region == call.region:
            for metric, storage_type in _metrics(aws, bucket):
                yield metric, {"StorageType": storage_type, "BucketName": bucket.name}


def _metrics(aws: EmulatedAws, bucket: EmulatedBucket) -> Iterator[tuple[str, str]]:
    now = int(aws.now.timestamp())
    types = {each for sizes in bucket.bytes_on.values() for each in sizes}
    possible = [(SIZE, each) for each in sorted(types | bucket.bytes_by_type.keys())]
    for metric, storage_type in [*possible, (OBJECTS, ALL_TYPES)]:
        since = now - LISTED_DAYS * DAY
        if any(_values(bucket, metric, storage_type, since, now, now)):
            yield metric, storage_type


def bucket_points(
    aws: EmulatedAws, call: Call, stat: dict[str, Any], start: int, end: int
) -> Points:
    """The points of one metric, by its exact dimensions, in the bucket's region."""
    metric = stat["Metric"]
    dimensions = {each["Name"]: each["Value"] for each in metric["Dimensions"]}
    if set(dimensions) != {"BucketName", "StorageType"}:
        return iter(())
    bucket = aws.world(call.account_id).buckets.get(dimensions["BucketName"])
    if bucket is None or bucket.region != call.region:
        return iter(())
    now = int(aws.now.timestamp())
    return _values(
        bucket, metric["MetricName"], dimensions["StorageType"], start, end, now
    )


def _values(
    bucket: EmulatedBucket,
    metric: str,
    storage_type: str,
    start: int,
    end: int,
    now: int,
) -> Points:
    """Each at 00:00 of its day; a day without bytes has none."""
    born = int(bucket.created_at.timestamp())
    last = now - now % DAY - bucket.days_late * DAY
    for at in range(-(-max(start, born) // DAY) * DAY, min(end, last + 1), DAY):
        day = datetime.fromtimestamp(at, UTC).date()
        sizes = bucket.bytes_on.get(day, bucket.bytes_by_type)
        if metric == OBJECTS and storage_type == ALL_TYPES and any(sizes.values()):
            yield at, float(bucket.objects)
        elif metric == SIZE and sizes.get(storage_type):
            yield at, float(sizes[storage_type])
