"""ListBuckets and GetBucketTagging of S3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.testing.aws_emulator.pages import page_of, refuse_narrowed, tag_list
from core.testing.aws_emulator.wire import Answer, AwsError, Call

if TYPE_CHECKING:
    from core.testing.aws_emulator.aws import EmulatedAws
    from core.testing.aws_emulator.resources import EmulatedBucket

MAX_BUCKETS = 10_000


def list_buckets(aws: EmulatedAws, call: Call) -> Answer:
    """A page of all buckets, or of those of the region that is asked."""
    asked = call.parameters
    refuse_narrowed(asked, "Prefix")
    region = asked.get("BucketRegion")
    if region not in (None, call.region):
        raise _invalid(f"Argument value {region} is not the region of this endpoint")
    size = asked.get("MaxBuckets", MAX_BUCKETS)
    if not 1 <= size <= MAX_BUCKETS:
        raise _invalid("Argument max-buckets must be an integer between 1 and 10000")
    found = [
        bucket
        for bucket in aws.world(call.account_id).buckets.values()
        if region in (None, bucket.region) and bucket.created_at <= aws.now
    ]
    found.sort(key=lambda each: each.name)
    page, token = page_of(
        *(aws, call, found, size, asked.get("ContinuationToken")),
        _invalid("The continuation token provided is incorrect"),
    )
    answer: dict[str, Any] = {
        "Owner": {"ID": call.account_id.rjust(64, "0")},
        "Buckets": [
            {
                "Name": bucket.name,
                "CreationDate": bucket.created_at,
                "BucketRegion": bucket.region,
            }
            for bucket in page
        ],
    }
    return answer | ({"ContinuationToken": token} if token else {})


def get_bucket_tagging(aws: EmulatedAws, call: Call) -> Answer:
    """A bucket's tags, asked in its own region; none are an error."""
    bucket = bucket_asked(aws, call)
    if not bucket.tags:
        raise AwsError("NoSuchTagSet", "The TagSet does not exist", 404)
    return {"TagSet": tag_list(bucket.tags)}


def bucket_asked(aws: EmulatedAws, call: Call) -> EmulatedBucket:
    """The bucket that a call names, in the region that it is in."""
    bucket = aws.world(call.account_id).buckets.get(call.parameters["Bucket"])
    if bucket is None or bucket.created_at > aws.now:
        message = "The specified bucket does not exist"
        raise AwsError("NoSuchBucket", message, 404)
    if bucket.region != call.region:
        message = f"The bucket must be addressed in {bucket.region}"
        raise AwsError("PermanentRedirect", message, 301)
    owner = bucket.owner_id or call.account_id
    if call.parameters.get("ExpectedBucketOwner", owner) != owner:
        raise AwsError("AccessDenied", "Access Denied", 403)
    return bucket


def _invalid(message: str) -> AwsError:
    return AwsError("InvalidArgument", message)
