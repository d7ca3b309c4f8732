"""Each partition of AWS is asked where it answers, or refused in a sentence."""

from datetime import timedelta

import pytest

from core.testing.aws_emulator import EmulatedAws
from core.testing.aws_emulator.builders import ACCOUNT, charge, june, machine
from core.windows import Window
from providers.aws.account_settings import AwsSettings
from providers.aws.client import AwsAccount, AwsClients
from providers.aws.provider import AwsProvider
from providers.errors import ErrorKind, ProviderError

CHINA = AwsSettings(role_arn=f"arn:aws-cn:iam::{ACCOUNT}:role/cloudintel")


def addresses(settings: AwsSettings) -> dict[str, str]:
    """Where each service of one address is asked."""
    clients = AwsClients(AwsAccount(settings=settings))
    vars(clients)["identity"] = ACCOUNT
    made = {
        "ce": clients.cost_explorer(),
        "organizations": clients.organizations(),
        "pricing": clients.pricing(),
        "ec2": clients.ec2(clients.partition.home),
        "sts": clients._client("sts", clients.partition.home),
        "s3": clients.s3(clients.partition.home),
        "rds": clients.rds(clients.partition.home),
        "elbv2": clients.load_balancers(clients.partition.home),
    }
    return {
        name: client.meta.endpoint_url.removeprefix("https://")
        for name, client in made.items()
    }


@pytest.fixture
def no_region(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("settings", "variable", "region"),
    [
        (CHINA, "", ""),
        (AwsSettings(regions=["cn-northwest-1"]), "", ""),
        (AwsSettings(), "AWS_REGION", "cn-north-1"),
        (AwsSettings(), "AWS_DEFAULT_REGION", "cn-northwest-1"),
    ],
)
def test_china_is_asked_in_china(
    no_region: None,
    monkeypatch: pytest.MonkeyPatch,
    settings: AwsSettings,
    variable: str,
    region: str,
) -> None:
    if variable:
        monkeypatch.setenv(variable, region)
    assert addresses(settings) == {
        "ce": "ce.cn-northwest-1.amazonaws.com.cn",
        "organizations": "organizations.cn-northwest-1.amazonaws.com.cn",
        "pricing": "api.pricing.cn-northwest-1.amazonaws.com.cn",
        "ec2": "ec2.cn-north-1.amazonaws.com.cn",
        "sts": "sts.cn-north-1.amazonaws.com.cn",
        "s3": "s3.cn-north-1.amazonaws.com.cn",
        "rds": "rds.cn-north-1.amazonaws.com.cn",
        "elbv2": "elasticloadbalancing.cn-north-1.amazonaws.com.cn",
    }


@pytest.mark.parametrize("region", ["", "eu-central-1", "me-central-1"])
def test_all_others_are_asked_where_they_were(
    no_region: None, monkeypatch: pytest.MonkeyPatch, region: str
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", region)
    assert addresses(AwsSettings()) == {
        "ce": "ce.us-east-1.amazonaws.com",
        "organizations": "organizations.us-east-1.amazonaws.com",
        "pricing": "api.pricing.us-east-1.amazonaws.com",
        "ec2": "ec2.us-east-1.amazonaws.com",
        "sts": "sts.us-east-1.amazonaws.com",
        "s3": "s3.us-east-1.amazonaws.com",
        "rds": "rds.us-east-1.amazonaws.com",
        "elbv2": "elasticloadbalancing.us-east-1.amazonaws.com",
    }


@pytest.mark.parametrize("region", ["us-gov-west-1", "us-iso-east-1"])
def test_what_can_not_be_read_is_refused_before_any_request(
    aws: EmulatedAws, monkeypatch: pytest.MonkeyPatch, region: str
) -> None:
    monkeypatch.setenv("AWS_REGION", region)
    with pytest.raises(ProviderError) as raised:
        _ = AwsClients(AwsAccount()).identity
    assert raised.value.kind == ErrorKind.INVALID
    assert str(raised.value).startswith(f"AWS account in {region}: Accounts of the ")
    assert ("GovCloud has no Cost Explorer" in str(raised.value)) == ("gov" in region)
    assert not aws.requests


def test_an_account_in_china_is_read(aws: EmulatedAws) -> None:
    world = aws.world()
    world.regions = ["cn-north-1", "cn-northwest-1"]
    world.add_instance(machine("i-1", "cn-northwest-1"))
    world.add_costs([charge(june(19), "5", region="cn-north-1")])
    provider = AwsProvider(AwsAccount(ACCOUNT, CHINA))
    found = list(provider.fetch_instances(print))
    assert {one.region: len(one.resources) for one in found if not one.error} == {
        "cn-north-1": 0,
        "cn-northwest-1": 1,
    }
    yesterday = Window(june(20) - timedelta(days=1), june(20))
    (reading,) = provider.fetch_costs(yesterday, print)
    assert [row.region for row in reading.rows] == ["cn-north-1"]
    regions = {call.service: call.region for call in aws.calls if call.service != "ec2"}
    assert regions == {"sts": "cn-north-1", "ce": "cn-northwest-1"}
