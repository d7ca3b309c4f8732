"""S3 buckets with their tags and the sizes that CloudWatch has of them."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from core.testing.aws_emulator import EmulatedAws, EmulatedBucket, EmulatedVolume
from core.testing.aws_emulator.resources import CREATED
from providers.aws.account_settings import AwsSettings
from providers.aws.client import AwsAccount, AwsOptions
from providers.aws.provider import AwsProvider
from providers.errors import ErrorKind
from providers.records import BucketRecord, RegionResources

STANDARD, GLACIER = "StandardStorage", "GlacierStorage"


def provider_of(aws: EmulatedAws, **options: bool) -> AwsProvider:
    settings = AwsSettings(regions=["eu-west-1", "us-east-1"])
    return AwsProvider(
        AwsAccount(settings=settings),
        AwsOptions(max_attempts=2, **options),  # type: ignore[arg-type]
        aws.now,
    )


def read(aws: EmulatedAws, region: str = "eu-west-1") -> RegionResources:
    found = provider_of(aws).fetch_storage(print)
    return {each.region: each for each in found}[region]


def bucket_of(answer: RegionResources) -> BucketRecord:
    (bucket,) = answer.resources
    assert isinstance(bucket, BucketRecord)
    return bucket


def test_it_has_bytes_by_storage_class_objects_and_tags(aws: EmulatedAws) -> None:
    aws.world().add_bucket(
        EmulatedBucket(
            *("logs", "eu-west-1"),
            bytes_by_type={STANDARD: 5 * 2**40, GLACIER: 7},
            objects=12,
            tags={"team": "shop"},
        )
    )
    assert read(aws) == RegionResources(
        "eu-west-1",
        [
            BucketRecord(
                resource_id="logs",
                region="eu-west-1",
                state="",
                name="logs",
                created_at=CREATED,
                tags={"team": "shop"},
                bytes_by_tier={STANDARD: 5 * 2**40, GLACIER: 7},
                object_count=12,
            )
        ],
    )


def test_an_empty_or_new_bucket_has_unknown_sizes(aws: EmulatedAws) -> None:
    aws.world().add_bucket(EmulatedBucket("empty", "eu-west-1"))
    aws.world().add_bucket(
        EmulatedBucket(
            *("new", "eu-west-1"), created_at=aws.now, bytes_by_type={STANDARD: 1}
        )
    )
    answer = read(aws)
    assert answer.warning is None
    assert [
        (each.bytes_by_tier, each.object_count)
        for each in answer.resources
        if isinstance(each, BucketRecord)
    ] == [(None, None)] * 2
    assert "cloudwatch:GetMetricData" not in aws.requests


@pytest.mark.parametrize(("days_late", "known"), [(1, True), (3, True), (4, False)])
def test_sizes_that_come_late_are_found_within_three_days(
    aws: EmulatedAws, days_late: int, known: bool
) -> None:
    aws.world().add_bucket(
        EmulatedBucket(
            "b", "eu-west-1", bytes_by_type={STANDARD: 1}, days_late=days_late
        )
    )
    assert bucket_of(read(aws)).bytes_by_tier == ({STANDARD: 1} if known else None)


def test_objects_that_moved_are_not_counted_in_both_classes(aws: EmulatedAws) -> None:
    yesterday = aws.now.date() - timedelta(days=1)
    before: dict[date, dict[str, int]] = {
        yesterday - timedelta(days=1): {STANDARD: 9, "StandardIAStorage": 4}
    }
    aws.world().add_bucket(
        EmulatedBucket(
            "b", "eu-west-1", bytes_by_type={GLACIER: 9, STANDARD: 1}, bytes_on=before
        )
    )
    assert bucket_of(read(aws)).bytes_by_tier == {GLACIER: 9, STANDARD: 1}


def test_only_metrics_that_exist_are_requested_and_each_is_metered(
    aws: EmulatedAws,
) -> None:
    for number in range(4):
        sizes = {STANDARD: 1, GLACIER: 2} if number % 2 else {STANDARD: 1}
        aws.world().add_bucket(
            EmulatedBucket(f"b{number}", "eu-west-1", bytes_by_type=sizes)
        )
    provider = provider_of(aws)
    list(provider.fetch_storage(print))
    (call,) = [each for each in aws.calls if each.operation == "GetMetricData"]
    assert len(call.parameters["MetricDataQueries"]) == 6 + 4
    assert str(provider.meter.usd) == "0.00010"
    requests = provider.meter.requests_by_operation
    assert requests["s3:ListBuckets"] == 2
    assert requests["s3:GetBucketTagging"] == 4
    assert requests["cloudwatch:ListMetrics"] == 1


def test_more_metrics_than_one_call_takes_and_many_pages(aws: EmulatedAws) -> None:
    for number in range(260):
        aws.world().add_bucket(
            EmulatedBucket(f"b{number:03}", "eu-west-1", bytes_by_type={STANDARD: 1})
        )
    aws.page_size |= {
        "s3:ListAllMyBuckets": 90,
        "cloudwatch:ListMetrics": 100,
        "cloudwatch:GetMetricData": 400,
    }
    answer = read(aws)
    assert len({each.resource_id for each in answer.resources}) == 260
    assert {
        (each.bytes_by_tier[STANDARD], each.object_count)
        for each in answer.resources
        if isinstance(each, BucketRecord) and each.bytes_by_tier
    } == {(1, 1000)}
    calls = {
        str(each.parameters["MetricDataQueries"])
        for each in aws.calls
        if each.operation == "GetMetricData"
    }
    assert len(calls) == 2


def test_without_the_setting_no_metric_is_requested(aws: EmulatedAws) -> None:
    aws.world().add_bucket(
        EmulatedBucket("b", "eu-west-1", bytes_by_type={STANDARD: 1})
    )
    (answer, _) = sorted(
        provider_of(aws, bucket_metrics=False).fetch_storage(print),
        key=lambda each: each.region,
    )
    assert bucket_of(answer).bytes_by_tier is None
    assert answer.warning is None
    assert not any(call.service == "cloudwatch" for call in aws.calls)


@pytest.mark.parametrize(
    "operation", ["cloudwatch:ListMetrics", "cloudwatch:GetMetricData"]
)
def test_denied_metrics_leave_sizes_unknown_and_say_so(
    aws: EmulatedAws, operation: str
) -> None:
    aws.world().add_bucket(
        EmulatedBucket(
            "b", "eu-west-1", bytes_by_type={STANDARD: 1}, tags={"team": "shop"}
        )
    )
    aws.deny(operation)
    answer = read(aws)
    assert answer.error is None
    assert answer.warning and answer.warning.kind == ErrorKind.DENIED
    assert f"Sizes of buckets in eu-west-1 ({operation})" in str(answer.warning)
    bucket = bucket_of(answer)
    assert (bucket.bytes_by_tier, bucket.tags) == (None, {"team": "shop"})


def test_denied_tags_are_one_warning_and_leave_all_else(aws: EmulatedAws) -> None:
    for name in ("a", "b"):
        aws.world().add_bucket(
            EmulatedBucket(
                name, "eu-west-1", bytes_by_type={STANDARD: 1}, tags={"team": "shop"}
            )
        )
    aws.deny("s3:GetBucketTagging")
    answer = read(aws)
    assert answer.warning and answer.warning.kind == ErrorKind.DENIED
    assert str(answer.warning).startswith("Tags of buckets in eu-west-1 (s3:GetBuck")
    assert [each.tags for each in answer.resources] == [{}, {}]
    assert all(
        each.bytes_by_tier == {STANDARD: 1}
        for each in answer.resources
        if isinstance(each, BucketRecord)
    )


@pytest.mark.parametrize(
    "operation",
    ["s3:GetBucketTagging", "cloudwatch:ListMetrics", "cloudwatch:GetMetricData"],
)
def test_what_can_not_be_read_now_is_never_taken_for_none(
    aws: EmulatedAws, operation: str
) -> None:
    aws.world().add_bucket(
        EmulatedBucket("b", "eu-west-1", bytes_by_type={STANDARD: 1})
    )
    aws.throttle(operation)
    answer = read(aws)
    assert answer.error and answer.error.kind == ErrorKind.THROTTLED
    assert answer.resources == ()


def test_a_bucket_that_is_deleted_meanwhile_has_no_tags(aws: EmulatedAws) -> None:
    aws.world().add_bucket(EmulatedBucket("b", "eu-west-1", tags={"team": "shop"}))
    aws.fail("s3:GetBucketTagging", "NoSuchBucket", status=404)
    answer = read(aws)
    assert (answer.error, answer.warning, bucket_of(answer).tags) == (None, None, {})


def test_buckets_of_regions_that_are_not_read_are_left_out(aws: EmulatedAws) -> None:
    for name, region in (("a", "us-east-1"), ("b", "eu-west-1"), ("c", "ap-south-1")):
        aws.world().add_bucket(EmulatedBucket(name, region))
    found = {each.region: each for each in provider_of(aws).fetch_storage(print)}
    assert {
        region: [each.resource_id for each in answer.resources]
        for region, answer in found.items()
    } == {"us-east-1": ["a"], "eu-west-1": ["b"]}
    asked = {call.region for call in aws.calls if call.service == "s3"}
    assert asked == {"us-east-1", "eu-west-1"}


def test_buckets_that_can_not_be_listed_leave_the_region_unknown(
    aws: EmulatedAws,
) -> None:
    aws.world().add_volume(EmulatedVolume("vol-1", "eu-west-1"))
    aws.world().add_volume(EmulatedVolume("vol-2", "us-east-1"))
    aws.deny("s3:ListAllMyBuckets", region="eu-west-1")
    answer = read(aws)
    assert answer.resources == ()
    assert answer.error and answer.error.kind == ErrorKind.DENIED
    assert "S3 buckets in eu-west-1 (s3:ListAllMyBuckets)" in str(answer.error)
    assert [one.resource_id for one in read(aws, "us-east-1").resources] == ["vol-2"]


def test_an_emulator_by_name_has_no_host_for_each_bucket(
    aws: EmulatedAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws.world().add_bucket(EmulatedBucket("b", "eu-west-1", tags={"team": "shop"}))
    by_name = aws.endpoint_url.replace("127.0.0.1", "localhost")
    monkeypatch.setenv("AWS_ENDPOINT_URL", by_name)
    assert bucket_of(read(aws)).tags == {"team": "shop"}
    url = (
        provider_of(aws)
        ._clients.s3("eu-west-1")
        .generate_presigned_url("get_bucket_tagging", {"Bucket": "logs"})
    )
    assert url.startswith(f"{by_name}/logs?")


def test_the_same_answer_twice(aws: EmulatedAws) -> None:
    bucket = EmulatedBucket("b", "eu-west-1", bytes_by_type={STANDARD: 1})
    aws.world().add_bucket(bucket)
    assert read(aws) == read(aws)
    aws.world().add_bucket(replace(bucket, bytes_by_type={STANDARD: 2}))
    assert bucket_of(read(aws)).bytes_by_tier == {STANDARD: 2}
