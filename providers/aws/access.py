"""Tries each permission once and says what is missing."""

from collections.abc import Callable, Iterator
from datetime import datetime

from core.windows import last_complete_days
from providers.aws import cloudwatch, cost_explorer, ec2, organizations, price_list
from providers.aws.client import GLOBAL_REGION, AwsClients
from providers.errors import ProviderError
from providers.records import AccessCheck


def check_access(clients: AwsClients, now: datetime) -> Iterator[AccessCheck]:
    """A check per permission. All are free but Cost Explorer's, which costs $0.01."""
    yesterday = last_complete_days(1, now)
    region = [*clients.account.settings.regions, GLOBAL_REGION][0]

    def check(
        permission: str,
        needed_for: str,
        attempt: Callable[[], object],
        is_required: bool = True,
    ) -> AccessCheck:
        try:
            attempt()
        except ProviderError as error:
            return AccessCheck(permission, needed_for, is_required, error)
        return AccessCheck(permission, needed_for, is_required)

    identity = check("sts:GetCallerIdentity", "everything", lambda: clients.identity)
    yield identity
    if identity.error:
        return  # nothing else can be tried
    yield check("ec2:DescribeRegions", "sync_ec2", lambda: ec2.fetch_regions(clients))
    yield check(
        "ec2:DescribeInstances",
        "sync_ec2",
        lambda: ec2.try_instances(clients, region),
    )
    yield check(
        "ec2:DescribeInstanceTypes",
        "sync_ec2, vCPUs and memory",
        lambda: ec2.try_instance_types(clients, region),
        is_required=False,
    )
    yield check(
        "cloudwatch:GetMetricData",
        "sync_cpu",
        lambda: cloudwatch.try_metrics(clients, yesterday, region),
    )
    yield check(
        "pricing:GetProducts",
        "sync_prices",
        lambda: price_list.try_prices(clients),
    )
    if clients.account.has_own_bill:
        yield check(
            "ce:GetCostAndUsage",
            "sync_cost",
            lambda: cost_explorer.fetch_totals(clients, yesterday, lambda _: None),
        )
    if clients.account.is_payer:
        yield check(
            "organizations:ListAccounts",
            "add_account --organization",
            lambda: organizations.fetch_members(clients),
            is_required=False,
        )
