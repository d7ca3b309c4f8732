"""Tries each permission once and says what is missing."""

from collections.abc import Callable, Iterator
from datetime import datetime

from providers.aws import cloudwatch, cost_explorer, ec2, organizations
from providers.aws.client import AwsClients
from providers.errors import ProviderError
from providers.records import AccessCheck
from providers.windows import ONE_DAY, Window, utc_day


def check_access(clients: AwsClients, now: datetime) -> Iterator[AccessCheck]:
    """One check per permission, least first. Cost Explorer's costs $0.01."""
    today = utc_day(now)
    yesterday = Window(today - ONE_DAY, today)
    yield _check("sts:GetCallerIdentity", "all", lambda: clients.identity)
    regions = _check("ec2:DescribeRegions", "ec2", lambda: ec2.fetch_regions(clients))
    yield regions
    region = clients.account.regions[0] if clients.account.regions else "us-east-1"
    yield _check(
        "ec2:DescribeInstances",
        "ec2",
        lambda: clients.ec2(region).describe_instances(MaxResults=5),
        region,
    )
    yield _check(
        "ec2:DescribeInstanceTypes",
        "ec2",
        lambda: clients.ec2(region).describe_instance_types(MaxResults=5),
        region,
    )
    yield _check(
        "cloudwatch:GetMetricData",
        "cpu",
        lambda: cloudwatch.try_access(clients, yesterday, region),
    )
    yield _check(
        "ce:GetCostAndUsage",
        "cost",
        lambda: cost_explorer.fetch_totals(clients, yesterday, lambda _: None),
    )
    if clients.account.is_payer:
        yield _check(
            "organizations:ListAccounts",
            "add_account --organization",
            lambda: organizations.fetch_members(clients),
            is_required=False,
        )
