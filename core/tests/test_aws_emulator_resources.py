"""The emulator's volumes, addresses, databases, load balancers and buckets."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from core.testing.aws_emulator import (
    EmulatedAws,
    EmulatedBucket,
    EmulatedDatabase,
    EmulatedLoadBalancer,
    EmulatedSnapshot,
    EmulatedVolume,
)
from core.testing.aws_emulator.clients import Clients, code_of
from core.testing.aws_emulator.sample import fill

NOW = datetime(2026, 6, 20, 9, tzinfo=UTC)
TODAY = datetime(2026, 6, 20, tzinfo=UTC)


@pytest.fixture
def aws() -> Iterator[EmulatedAws]:
    with EmulatedAws(now=NOW) as emulated:
        yield emulated


@pytest.mark.parametrize(
    ("service", "operation", "asked", "code"),
    [
        ("ec2", "describe_volumes", {"MaxResults": 4}, "InvalidParameterValue"),
        ("ec2", "describe_volumes", {"MaxResults": 1001}, "InvalidParameterValue"),
        ("ec2", "describe_volumes", {"NextToken": "x"}, "InvalidParameterValue"),
        ("ec2", "describe_snapshots", {"MaxResults": 4}, "InvalidParameterValue"),
        ("ec2", "describe_nat_gateways", {"NextToken": "x"}, "InvalidParameterValue"),
        ("rds", "describe_db_instances", {"MaxRecords": 19}, "InvalidParameterValue"),
        ("rds", "describe_db_instances", {"MaxRecords": 101}, "InvalidParameterValue"),
        ("rds", "describe_db_instances", {"Marker": "x"}, "InvalidParameterValue"),
        ("elbv2", "describe_load_balancers", {"PageSize": 401}, "ValidationError"),
        ("elbv2", "describe_load_balancers", {"Marker": "x"}, "ValidationError"),
        ("elbv2", "describe_tags", {"ResourceArns": ["x"] * 21}, "ValidationError"),
        ("elbv2", "describe_tags", {"ResourceArns": ["x"]}, "LoadBalancerNotFound"),
        ("elb", "describe_load_balancers", {"PageSize": 401}, "ValidationError"),
        ("elb", "describe_load_balancers", {"Marker": "x"}, "ValidationError"),
        ("elb", "describe_tags", {"LoadBalancerNames": ["x"]}, "LoadBalancerNotFound"),
        (
            *("elb", "describe_instance_health", {"LoadBalancerName": "x"}),
            "LoadBalancerNotFound",
        ),
        (
            *("elbv2", "describe_target_health", {"TargetGroupArn": "x"}),
            "TargetGroupNotFound",
        ),
        ("s3", "list_buckets", {"MaxBuckets": 10_001}, "InvalidArgument"),
        ("s3", "list_buckets", {"ContinuationToken": "x"}, "InvalidArgument"),
        ("s3", "list_buckets", {"BucketRegion": "eu-west-1"}, "InvalidArgument"),
        ("s3", "get_bucket_tagging", {"Bucket": "nobody"}, "NoSuchBucket"),
        (
            *("cloudwatch", "list_metrics"),
            *({"Namespace": "AWS/S3", "NextToken": "x"}, "InvalidParameterValue"),
        ),
    ],
)
def test_it_refuses_what_aws_refuses(
    aws: EmulatedAws, service: str, operation: str, asked: dict[str, Any], code: str
) -> None:
    with pytest.raises(ClientError) as refused:
        getattr(Clients(aws).other(service), operation)(**asked)
    assert code_of(refused.value) == code


def test_a_token_is_valid_for_its_own_question_alone(aws: EmulatedAws) -> None:
    for number in range(8):
        aws.world().add_volume(EmulatedVolume(f"vol-{number}", "us-east-1"))
        aws.world().add_volume(EmulatedVolume(f"vol-eu-{number}", "eu-west-1"))
    token = Clients(aws).ec2().describe_volumes(MaxResults=5)["NextToken"]
    rest = Clients(aws).ec2().describe_volumes(MaxResults=5, NextToken=token)
    assert len(rest["Volumes"]) == 3
    assert "NextToken" not in rest
    with pytest.raises(ClientError, match="token"):
        Clients(aws).ec2("eu-west-1").describe_volumes(MaxResults=5, NextToken=token)


def test_each_api_of_load_balancers_knows_its_own_alone(aws: EmulatedAws) -> None:
    world = aws.world()
    world.add_load_balancer(EmulatedLoadBalancer("new", "us-east-1"))
    world.add_load_balancer(
        EmulatedLoadBalancer("old", "us-east-1", balancer_type="classic")
    )
    other = Clients(aws).other
    (new,) = other("elbv2").describe_load_balancers()["LoadBalancers"]
    (old,) = other("elb").describe_load_balancers()["LoadBalancerDescriptions"]
    assert (new["LoadBalancerName"], old["LoadBalancerName"]) == ("new", "old")
    assert aws.requests["elasticloadbalancing:DescribeLoadBalancers"] == 2


def test_snapshots_of_nobody_in_particular_are_those_of_everybody(
    aws: EmulatedAws,
) -> None:
    aws.world().add_snapshot(EmulatedSnapshot("snap-1", "us-east-1", "vol-1"))
    ec2 = Clients(aws).ec2()
    assert len(ec2.describe_snapshots()["Snapshots"]) == 2
    (own,) = ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]
    assert own["SnapshotId"] == "snap-1"


def test_what_is_created_later_does_not_exist_yet(aws: EmulatedAws) -> None:
    tomorrow = NOW + timedelta(days=1)
    world = aws.world()
    world.add_volume(EmulatedVolume("vol-1", "us-east-1", tomorrow))
    world.add_database(EmulatedDatabase("db", "us-east-1", tomorrow))
    world.add_load_balancer(EmulatedLoadBalancer("lb", "us-east-1", tomorrow))
    world.add_bucket(EmulatedBucket("b", "us-east-1", tomorrow))
    other = Clients(aws).other

    def found() -> int:
        return sum(
            len(answer)
            for answer in (
                other("ec2").describe_volumes()["Volumes"],
                other("rds").describe_db_instances()["DBInstances"],
                other("elbv2").describe_load_balancers()["LoadBalancers"],
                other("s3").list_buckets()["Buckets"],
            )
        )

    assert found() == 0
    aws.now = tomorrow
    assert found() == 4


def test_a_bucket_without_tags_answers_with_an_error(aws: EmulatedAws) -> None:
    aws.world().add_bucket(EmulatedBucket("plain", "us-east-1"))
    aws.world().add_bucket(EmulatedBucket("tagged.name", "us-east-1", tags={"a": "<"}))
    s3 = Clients(aws).other("s3")
    with pytest.raises(ClientError, match="NoSuchTagSet"):
        s3.get_bucket_tagging(Bucket="plain")
    answer = s3.get_bucket_tagging(Bucket="tagged.name")
    assert answer["TagSet"] == [{"Key": "a", "Value": "<"}]


def test_a_bucket_is_asked_in_its_own_region(aws: EmulatedAws) -> None:
    aws.world().add_bucket(EmulatedBucket("far", "eu-west-1", tags={"a": "b"}))
    with pytest.raises(ClientError):
        Clients(aws).other("s3").get_bucket_tagging(Bucket="far")
    (bucket,) = Clients(aws).other("s3").list_buckets(MaxBuckets=5)["Buckets"]
    assert bucket["BucketRegion"] == "eu-west-1"


def test_sizes_are_found_by_both_dimensions_in_the_region_of_the_bucket(
    aws: EmulatedAws,
) -> None:
    aws.world().add_bucket(
        EmulatedBucket("logs", "eu-west-1", bytes_by_type={"StandardStorage": 5})
    )

    def values(region: str, **dimensions: str) -> list[float]:
        metric = {
            "Namespace": "AWS/S3",
            "MetricName": "BucketSizeBytes",
            "Dimensions": [
                {"Name": name, "Value": value} for name, value in dimensions.items()
            ],
        }
        stat = {"Metric": metric, "Period": 86_400, "Stat": "Average"}
        answer = (
            Clients(aws)
            .other("cloudwatch", region)
            .get_metric_data(
                MetricDataQueries=[{"Id": "q", "MetricStat": stat}],
                StartTime=TODAY - timedelta(days=3),
                EndTime=TODAY,
            )
        )
        found: list[float] = answer["MetricDataResults"][0]["Values"]
        return found

    whole = {"BucketName": "logs", "StorageType": "StandardStorage"}
    assert values("eu-west-1", **whole) == [5.0, 5.0, 5.0]
    assert values("us-east-1", **whole) == []
    assert values("eu-west-1", BucketName="logs") == []
    assert values("eu-west-1", **(whole | {"StorageType": "GlacierStorage"})) == []


def test_metrics_that_were_silent_for_two_weeks_are_not_listed(
    aws: EmulatedAws,
) -> None:
    world = aws.world()
    sizes = {"StandardStorage": 1}
    world.add_bucket(
        EmulatedBucket("new", "us-east-1", bytes_by_type=sizes, days_late=13)
    )
    world.add_bucket(
        EmulatedBucket("old", "us-east-1", bytes_by_type=sizes, days_late=14)
    )
    metrics = Clients(aws).cloudwatch().list_metrics(Namespace="AWS/S3")["Metrics"]
    names = {each["Value"] for metric in metrics for each in metric["Dimensions"]}
    assert {"new", "old"} & names == {"new"}


SERVICES: list[tuple[str, Callable[[Any], Any], str]] = [
    ("s3", lambda client: client.list_buckets(), "InvalidAccessKeyId"),
    ("rds", lambda client: client.describe_db_instances(), "InvalidClientTokenId"),
    ("elbv2", lambda client: client.describe_load_balancers(), "InvalidClientTokenId"),
    ("elb", lambda client: client.describe_load_balancers(), "InvalidClientTokenId"),
    ("ec2", lambda client: client.describe_addresses(), "AuthFailure"),
]


@pytest.mark.parametrize(("service", "ask", "code"), SERVICES)
def test_a_region_that_is_not_enabled_knows_no_credentials(
    aws: EmulatedAws, service: str, ask: Callable[[Any], Any], code: str
) -> None:
    with pytest.raises(ClientError) as refused:
        ask(Clients(aws).other(service, "ap-south-1"))
    assert code_of(refused.value) == code


def test_the_sample_has_some_of_each(aws: EmulatedAws) -> None:
    fill(aws, accounts=2, instances=30, days=1)
    world = aws.world("200000000001")
    assert len(world.volumes) > len(world.instances)
    states = {bool(each.attached_to) for each in world.volumes.values()}
    assert states == {True, False}
    assert {bool(each.instance_id) for each in world.addresses.values()} == states
    assert world.buckets
    assert world.databases
    assert world.load_balancers
    assert world.nat_gateways
    volume_ids = {each.volume_id for each in world.snapshots.values()}
    assert volume_ids & set(world.volumes)
    assert volume_ids - set(world.volumes)
