"""The emulator's faults, identities, organizations and EC2."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from core.testing.aws_emulator import EmulatedAws, EmulatedInstance
from core.testing.aws_emulator.clients import Clients, code_of

NOW = datetime(2026, 6, 20, 9, tzinfo=UTC)
MEMBER = "222222222222"


@pytest.fixture
def aws() -> Iterator[EmulatedAws]:
    with EmulatedAws(now=NOW) as emulated:
        yield emulated


def instance(number: int, **attributes: object) -> EmulatedInstance:
    made = EmulatedInstance(
        instance_id=f"i-{number:017x}",
        region="us-east-1",
        launched_at=NOW - timedelta(days=30),
    )
    for name, value in attributes.items():
        assert hasattr(made, name)
        setattr(made, name, value)
    return made


def test_it_lists_exactly_the_enabled_regions(aws: EmulatedAws) -> None:
    aws.world().regions = ["us-east-1", "eu-north-1"]
    answer = Clients(aws).ec2().describe_regions()
    names = [region["RegionName"] for region in answer["Regions"]]
    assert names == ["us-east-1", "eu-north-1"]
    with pytest.raises(ClientError) as refused:
        Clients(aws).ec2("eu-west-1").describe_instances()
    assert code_of(refused.value) == "AuthFailure"


def test_it_pages_instances_and_shares_reservations(aws: EmulatedAws) -> None:
    for number in range(23):
        aws.world().add_instance(instance(number))
    aws.world().add_instance(instance(99, region="eu-west-1"))
    aws.page_size["ec2:DescribeInstances"] = 7
    pages = list(Clients(aws).ec2().get_paginator("describe_instances").paginate())
    reservations = [each for page in pages for each in page["Reservations"]]
    ids = [each["InstanceId"] for one in reservations for each in one["Instances"]]
    assert len(pages) == aws.requests["ec2:DescribeInstances"] == 4
    assert len(set(ids)) == len(ids) == 23
    assert ids != sorted(ids)
    assert max(len(each["Instances"]) for each in reservations) > 1


def test_it_leaves_out_what_aws_leaves_out(aws: EmulatedAws) -> None:
    world = aws.world()
    world.add_instance(instance(1, name='a & "b"', tags={"team": "<x>"}))
    world.add_instance(instance(2, platform="windows", lifecycle="spot"))
    gone = world.add_instance(instance(3, state="terminated", terminated_at=NOW))
    answer = Clients(aws).ec2().describe_instances(MaxResults=1000)
    found = {
        each["InstanceId"]: each
        for reservation in answer["Reservations"]
        for each in reservation["Instances"]
    }
    linux, windows, terminated = (found[f"i-{number:017x}"] for number in (1, 2, 3))
    assert "Platform" not in linux
    assert "InstanceLifecycle" not in linux
    tags = [{"Key": "Name", "Value": 'a & "b"'}, {"Key": "team", "Value": "<x>"}]
    assert linux["Tags"] == tags
    assert linux["LaunchTime"] == NOW - timedelta(days=30)
    assert (windows["Platform"], windows["InstanceLifecycle"]) == ("windows", "spot")
    assert "Tags" not in windows
    assert "VpcId" not in terminated
    assert "PrivateIpAddress" not in terminated
    aws.now += timedelta(hours=2)
    with pytest.raises(ClientError) as missing:
        Clients(aws).ec2().describe_instances(InstanceIds=[gone.instance_id])
    assert code_of(missing.value) == "InvalidInstanceID.NotFound"


def test_it_filters_instances(aws: EmulatedAws) -> None:
    aws.world().add_instance(instance(1, tags={"team": "shop"}))
    aws.world().add_instance(instance(2, state="stopped", tags={"team": "data"}))
    ec2 = Clients(aws).ec2()
    answer = ec2.describe_instances(
        Filters=[{"Name": "instance-state-name", "Values": ["running", "pending"]}]
    )
    (reservation,) = answer["Reservations"]
    assert [each["InstanceId"] for each in reservation["Instances"]] == [f"i-{1:017x}"]
    by_tag = ec2.describe_instances(Filters=[{"Name": "tag:team", "Values": ["none"]}])
    assert by_tag["Reservations"] == []


@pytest.mark.parametrize("asked", [{"MaxResults": 4}, {"NextToken": "bm9uc2Vuc2U="}])
def test_it_refuses_bad_pages(aws: EmulatedAws, asked: dict[str, int]) -> None:
    with pytest.raises(ClientError):
        Clients(aws).ec2().describe_instances(**asked)  # type: ignore[arg-type]


def test_it_knows_instance_types(aws: EmulatedAws) -> None:
    ec2 = Clients(aws).ec2()
    (found,) = ec2.describe_instance_types(InstanceTypes=["m5.xlarge"])["InstanceTypes"]
    assert (found["VCpuInfo"]["DefaultVCpus"], found["MemoryInfo"]["SizeInMiB"]) == (
        4,
        16_384,
    )
    with pytest.raises(ClientError) as unknown:
        ec2.describe_instance_types(InstanceTypes=["t3.micro", "z9.none"])  # type: ignore[list-item]
    assert code_of(unknown.value) == "InvalidInstanceType"
    with pytest.raises(ClientError) as many:
        ec2.describe_instance_types(InstanceTypes=["t3.micro"] * 101)
    assert code_of(many.value) == "InvalidParameterValue"


def test_it_throttles_and_counts_every_request(aws: EmulatedAws) -> None:
    aws.throttle("ec2:DescribeInstances", every=3)
    ec2 = Clients(aws).ec2()
    outcomes = []
    for _ in range(6):
        try:
            ec2.describe_instances()
            outcomes.append("")
        except ClientError as error:
            outcomes.append(code_of(error))
            assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 503
    assert outcomes == ["", "", "RequestLimitExceeded"] * 2
    assert aws.requests == {"ec2:DescribeInstances": 6}
    assert aws.calls[0].region == "us-east-1"
    aws.clear_calls()
    assert not aws.requests
    assert not aws.calls


def test_it_denies_fails_goes_down_and_heals(aws: EmulatedAws) -> None:
    aws.deny("ec2:DescribeInstances", region="eu-west-1")
    aws.fail("sts:GetCallerIdentity", "ExpiredToken", status=403, times=1)
    clients = Clients(aws)
    with pytest.raises(ClientError, match="UnauthorizedOperation"):
        clients.ec2("eu-west-1").describe_instances()
    clients.ec2("us-east-1").describe_instances()
    with pytest.raises(ClientError, match="ExpiredToken"):
        clients.sts().get_caller_identity()
    clients.sts().get_caller_identity()
    aws.take_down("eu-west-1")
    with pytest.raises(ClientError) as down:
        clients.cloudwatch("eu-west-1").list_metrics()
    assert down.value.response["ResponseMetadata"]["HTTPStatusCode"] == 503
    aws.heal()
    clients.ec2("eu-west-1").describe_instances()


def test_it_keeps_accounts_apart_and_checks_the_external_id(aws: EmulatedAws) -> None:
    aws.world().add_instance(instance(1))
    aws.world(MEMBER).roles = {"reader": "secret"}
    role = f"arn:aws:iam::{MEMBER}:role/reader"
    sts = Clients(aws).sts()
    for external_id in ("wrong", "Secret"):
        with pytest.raises(ClientError) as refused:
            sts.assume_role(
                RoleArn=role, RoleSessionName="test", ExternalId=external_id
            )
        assert code_of(refused.value) == "AccessDenied"
    with pytest.raises(ClientError, match="AccessDenied"):
        sts.assume_role(RoleArn=role, RoleSessionName="test")
    keys = sts.assume_role(RoleArn=role, RoleSessionName="test", ExternalId="secret")[
        "Credentials"
    ]
    key, secret = keys["AccessKeyId"], keys["SecretAccessKey"]
    member = Clients(aws, credentials=(key, secret, keys["SessionToken"]))
    assert member.sts().get_caller_identity()["Account"] == MEMBER
    assert member.ec2().describe_instances()["Reservations"] == []
    assert aws.calls[-1].account_id == MEMBER
    forged = Clients(aws, credentials=(key, secret, "another token"))
    with pytest.raises(ClientError, match="InvalidClientTokenId"):
        forged.ec2().describe_instances()
    with pytest.raises(ClientError, match="role chaining"):
        member.sts().assume_role(
            RoleArn=role, RoleSessionName="test", DurationSeconds=7200
        )


def test_it_lists_accounts_by_state_after_an_empty_page(aws: EmulatedAws) -> None:
    aws.add_organization("123456789012", {MEMBER: "shop", "333333333333": "old"})
    aws.world("333333333333").organization_state = "SUSPENDED"
    aws.page_size["organizations:ListAccounts"] = 2
    aws.empty_pages = True
    paginator = Clients(aws).organizations().get_paginator("list_accounts")
    pages = list(paginator.paginate())
    assert [len(page["Accounts"]) for page in pages] == [0, 2, 1]
    accounts = [account for page in pages for account in page["Accounts"]]
    assert [account["State"] for account in accounts] == [
        *("ACTIVE", "ACTIVE", "SUSPENDED")
    ]
    assert not any("Status" in account for account in accounts)
    with pytest.raises(ClientError, match="AccessDenied"):
        Clients(aws, MEMBER).organizations().list_accounts()
    with pytest.raises(ClientError, match="AWSOrganizationsNotInUse"):
        Clients(aws, "444444444444").organizations().list_accounts()


def test_it_leaves_the_rest_to_moto(aws: EmulatedAws) -> None:
    assert Clients(aws).ec2().describe_key_pairs()["KeyPairs"] == []
