"""A region that fails carries its error; no other region is touched by it."""

from collections.abc import Callable, Iterator

import pytest

from core.testing.aws_emulator import (
    EmulatedAddress,
    EmulatedAws,
    EmulatedBucket,
    EmulatedDatabase,
    EmulatedLoadBalancer,
    EmulatedNatGateway,
    EmulatedSnapshot,
    EmulatedVolume,
)
from core.testing.emulated_cloud import Turns
from providers.aws.account_settings import AwsSettings
from providers.aws.client import AwsAccount, AwsOptions
from providers.aws.provider import AwsProvider
from providers.errors import ErrorKind, ProviderError
from providers.records import RegionResources

Fetch = Callable[[AwsProvider], Iterator[RegionResources]]
STORAGE: Fetch = lambda provider: provider.fetch_storage(print)  # noqa: E731
DATABASES: Fetch = lambda provider: provider.fetch_databases(print)  # noqa: E731
NETWORK: Fetch = lambda provider: provider.fetch_network(print)  # noqa: E731
OPERATIONS = [
    (STORAGE, "ec2:DescribeVolumes"),
    (STORAGE, "ec2:DescribeSnapshots"),
    (STORAGE, "s3:ListAllMyBuckets"),
    (DATABASES, "rds:DescribeDBInstances"),
    (NETWORK, "ec2:DescribeNatGateways"),
    (NETWORK, "ec2:DescribeAddresses"),
    (NETWORK, "elasticloadbalancing:DescribeLoadBalancers"),
]
THROTTLES = [
    (STORAGE, "ec2:DescribeVolumes"),
    (STORAGE, "ec2:DescribeSnapshots"),
    (STORAGE, "s3:ListAllMyBuckets"),
    (DATABASES, "rds:DescribeDBInstances"),
    (NETWORK, "ec2:DescribeNatGateways"),
    (NETWORK, "elasticloadbalancing:DescribeLoadBalancers"),
]


@pytest.fixture(autouse=True)
def one_of_each_region(aws: EmulatedAws) -> None:
    world = aws.world()
    for region in world.regions:
        world.add_volume(EmulatedVolume(f"vol-{region}", region))
        world.add_database(EmulatedDatabase("db", region))
        world.add_address(EmulatedAddress(f"eipalloc-{region}", region))
        world.add_load_balancer(EmulatedLoadBalancer("lb", region))


def read(fetch: Fetch, *regions: str) -> dict[str, RegionResources]:
    account = AwsAccount(settings=AwsSettings(regions=list(regions)))
    found = fetch(AwsProvider(account, AwsOptions(max_attempts=2)))
    return {each.region: each for each in found}


@pytest.mark.parametrize(("fetch", "operation"), OPERATIONS)
def test_a_region_that_denies_carries_its_error_alone(
    aws: EmulatedAws, fetch: Fetch, operation: str
) -> None:
    aws.deny(operation, region="eu-west-1")
    found = read(fetch)
    error = found["eu-west-1"].error
    assert error and (error.kind, error.region) == (ErrorKind.DENIED, "eu-west-1")
    assert f"in eu-west-1 ({operation}): " in str(error)
    assert "Allow it in the IAM policy" in str(error)
    assert found["eu-west-1"].resources == ()
    assert found["us-east-1"].error is None
    assert found["us-east-1"].resources


@pytest.mark.parametrize(("fetch", "operation"), OPERATIONS)
def test_a_region_that_is_not_enabled_is_distinguished_from_credentials(
    aws: EmulatedAws, fetch: Fetch, operation: str
) -> None:
    found = read(fetch, "eu-west-1", "me-south-1")
    error = found["me-south-1"].error
    assert error and error.kind == ErrorKind.NOT_ENABLED
    assert "the region is not enabled for this account" in str(error)
    assert found["eu-west-1"].resources


@pytest.mark.parametrize("fetch", [STORAGE, DATABASES, NETWORK])
def test_a_region_that_is_down_is_unavailable(aws: EmulatedAws, fetch: Fetch) -> None:
    aws.take_down("eu-west-1")
    found = read(fetch)
    error = found["eu-west-1"].error
    assert error and error.kind == ErrorKind.UNAVAILABLE
    assert found["us-east-1"].resources


@pytest.mark.parametrize(("fetch", "operation"), THROTTLES)
def test_a_page_that_stays_throttled_leaves_no_half_list(
    aws: EmulatedAws, fetch: Fetch, operation: str
) -> None:
    world = aws.world()
    for number in range(4):
        world.add_volume(EmulatedVolume(f"vol-{number}", "eu-west-1"))
        world.add_snapshot(EmulatedSnapshot(f"snap-{number}", "eu-west-1", "vol-1"))
        world.add_nat_gateway(EmulatedNatGateway(f"nat-{number}", "eu-west-1"))
        world.add_bucket(EmulatedBucket(f"bucket-{number}", "eu-west-1"))
        world.add_database(EmulatedDatabase(f"db-{number}", "eu-west-1"))
        world.add_load_balancer(EmulatedLoadBalancer(f"lb-{number}", "eu-west-1"))
    aws.page_size[operation] = 2
    aws.faults.throttles[operation] = Turns(after=1)
    (answer,) = read(fetch, "eu-west-1").values()
    assert answer.error and answer.error.kind == ErrorKind.THROTTLED
    assert answer.resources == ()
    assert aws.requests[operation] == 1 + 2


@pytest.mark.parametrize("fetch", [STORAGE, DATABASES, NETWORK])
def test_without_regions_nothing_is_known(aws: EmulatedAws, fetch: Fetch) -> None:
    aws.deny("ec2:DescribeRegions")
    with pytest.raises(ProviderError, match="Enabled regions"):
        read(fetch)


@pytest.mark.parametrize("fetch", [STORAGE, DATABASES, NETWORK])
def test_credentials_of_another_account_are_asked_for_nothing(
    aws: EmulatedAws, fetch: Fetch
) -> None:
    provider = AwsProvider(AwsAccount("999999999999"))
    with pytest.raises(ProviderError) as raised:
        list(fetch(provider))
    assert raised.value.kind == ErrorKind.CREDENTIALS
    assert set(aws.requests) == {"sts:GetCallerIdentity"}
