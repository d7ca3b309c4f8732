"""The provider that reads an account."""

from datetime import datetime

from django.conf import settings

from providers.aws.client import AwsAccount, AwsOptions
from providers.aws.provider import AwsProvider
from providers.base import Provider
from providers.demo.provider import DemoProvider
from providers.windows import Window, utc_day
from syncs.models import CloudAccount, CloudKind, Dataset


def provider_for(account: CloudAccount, now: datetime) -> Provider:
    """What reads this account; making it sends no request."""
    if account.provider == CloudKind.DEMO:
        return DemoProvider(account.account_id, utc_day(account.created_at), now)
    return AwsProvider(
        AwsAccount(
            account_id=account.account_id,
            role_arn=account.role_arn,
            external_id=account.external_id,
            regions=tuple(account.regions),
            is_payer=account.is_payer,
            has_own_bill=account.payer_id is None,
        ),
        aws_options(),
    )


def kept_window(account: CloudAccount, dataset: Dataset, now: datetime) -> Window:
    """The days of a dataset that the account's cloud can still be asked for."""
    provider = provider_for(account, now)
    if dataset == Dataset.COST:
        return provider.cost_window(now)
    return provider.metric_window(now)


def aws_options() -> AwsOptions:
    """How AWS is read, from the settings."""
    return AwsOptions(
        cpu_statistics=tuple(settings.AWS_CPU_STATISTICS),
        network_metrics=settings.AWS_NETWORK_METRICS,
        connect_timeout=settings.AWS_CONNECT_TIMEOUT_SECONDS,
        read_timeout=settings.AWS_READ_TIMEOUT_SECONDS,
        max_attempts=settings.AWS_MAX_ATTEMPTS,
        region_workers=settings.AWS_REGION_WORKERS,
        cost_explorer_per_second=settings.AWS_COST_EXPLORER_REQUESTS_PER_SECOND,
    )
