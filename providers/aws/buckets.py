"""S3 buckets with their tags and sizes: fetch, normalize.

Each region is asked for its own buckets, so that one that fails leaves others known.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from providers.aws.aws_errors import aws_errors
from providers.aws.bucket_sizes import fetch_sizes
from providers.aws.client import AwsClients
from providers.aws.resources import tags_of
from providers.errors import ErrorKind, ProviderError
from providers.records import BucketRecord

PAGE_SIZE = 1000
# How S3 says that there are none; or no bucket any more.
NO_TAGS = {"NoSuchTagSet", "NoSuchBucket"}


def fetch_buckets(
    clients: AwsClients, region: str, now: datetime
) -> Iterator[list[BucketRecord] | ProviderError]:
    """Yield the region's buckets, and what their tags and sizes are denied with.

    Raises ProviderError where anything else fails: unread tags are not no tags.
    """
    buckets = [normalize_bucket(raw, region) for raw in _listed(clients, region)]
    denied: list[ProviderError] = []
    for index, bucket in enumerate(buckets):
        try:
            tags = fetch_tags(clients, region, bucket.resource_id)
        except ProviderError as error:
            if error.kind != ErrorKind.DENIED:
                raise
            denied.append(error)
        else:
            buckets[index] = replace(bucket, tags=tags)
    yield from denied[:1]
    if buckets and clients.options.bucket_metrics:
        try:
            buckets = _with_sizes(clients, region, buckets, now)
        except ProviderError as error:
            if error.kind != ErrorKind.DENIED:
                raise
            yield error
    yield buckets


def fetch_tags(clients: AwsClients, region: str, name: str) -> dict[str, str]:
    """Return the tags of one bucket of the region. Raise ProviderError."""
    with aws_errors(f"Tags of buckets in {region} (s3:GetBucketTagging)", region):
        try:
            answer = clients.s3(region).get_bucket_tagging(Bucket=name)
        except ClientError as error:
            if error.response["Error"]["Code"] in NO_TAGS:
                return {}
            raise
    return tags_of(answer["TagSet"])


def find_bucket(clients: AwsClients, region: str) -> list[tuple[str, str]]:
    """Return region and name of one bucket, if there is any. Raise ProviderError."""
    with aws_errors("S3 buckets (s3:ListAllMyBuckets)", region):
        buckets = clients.s3(region).list_buckets(MaxBuckets=1).get("Buckets", [])
    return [(raw["BucketRegion"], raw["Name"]) for raw in buckets]


def normalize_bucket(raw: dict[str, Any], region: str) -> BucketRecord:
    """One bucket of an answer, whose name no other bucket in the world has."""
    return BucketRecord(
        resource_id=raw["Name"],
        region=region,
        state="",
        name=raw["Name"],
        created_at=raw.get("CreationDate"),
    )


def _listed(clients: AwsClients, region: str) -> Iterator[dict[str, Any]]:
    with aws_errors(f"S3 buckets in {region} (s3:ListAllMyBuckets)", region):
        pages = clients.s3(region).get_paginator("list_buckets")
        for page in pages.paginate(
            BucketRegion=region, PaginationConfig={"PageSize": PAGE_SIZE}
        ):
            yield from page.get("Buckets", [])


def _with_sizes(
    clients: AwsClients, region: str, buckets: list[BucketRecord], now: datetime
) -> list[BucketRecord]:
    names = {bucket.resource_id for bucket in buckets}
    sizes = fetch_sizes(clients, region, names, now)
    return [
        replace(bucket, bytes_by_tier=size.bytes_by_tier, object_count=size.objects)
        if (size := sizes.get(bucket.resource_id))
        else bucket
        for bucket in buckets
    ]
