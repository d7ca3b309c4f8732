"""What CloudWatch has of buckets: a point a day, and ListMetrics to find which."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from core.testing.aws_emulator.pages import page_of, refuse_narrowed
from core.testing.aws_emulator.wire import Answer, AwsError, Call
from core.testing.emulated_load import DAY

if TYPE_CHECKING:
    from core.testing.aws_emulator.aws import EmulatedAws
    from core.testing.aws_emulator.resources import EmulatedBucket

NAMESPACE = "AWS/S3"
SIZE, OBJECTS = "BucketSizeBytes", "NumberOfObjects"
ALL_TYPES = "AllStorageTypes"
UNITS = {SIZE: "Bytes", OBJECTS: "Count"}
METRICS_A_PAGE = 500
# ListMetrics leaves out what had no point for so long.
LISTED_DAYS = 14

Points = Iterator[tuple[int, float]]


def list_metrics(aws: EmulatedAws, call: Call) -> Answer:
    """A page of the metrics of this region's buckets."""
    asked = call.parameters
    refuse_narrowed(asked, "Dimensions", "RecentlyActive")
    if asked.get("Namespace") != NAMESPACE:
        message = f"This emulator lists metrics of {NAMESPACE} alone."
        raise AwsError("InvalidParameterValue", message)
    found = [
        {
            "Namespace": NAMESPACE,
            "MetricName": metric,
            "Dimensions": [
                {"Name": "StorageType", "Value": storage_type},
                {"Name": "BucketName", "Value": bucket.name},
            ],
        }
        for bucket in aws.world(call.account_id).buckets.values()
        if bucket.region == call.region
        for metric, storage_type in _metrics(aws, bucket)
        if asked.get("MetricName") in (None, metric)
    ]
    page, token = page_of(
        *(aws, call, found, METRICS_A_PAGE, asked.get("NextToken")),
        AwsError("InvalidParameterValue", "Request parameter NextToken is invalid"),
    )
    return {"Metrics": page} | ({"NextToken": token} if token else {})


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
