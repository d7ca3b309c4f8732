"""The clouds there are, and the provider that reads an account."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models

from core.windows import utc_day
from providers.aws.account_settings import AwsSettings
from providers.aws.account_settings import check_account_id as check_aws_account_id
from providers.aws.client import AwsAccount, AwsOptions
from providers.aws.provider import AwsProvider
from providers.base import Provider
from providers.demo.provider import DemoProvider
from providers.demo.provider import check_account_id as check_demo_account_id
from providers.errors import ErrorKind, ProviderError
from providers.settings import InvalidSetting, ProviderSettings

if TYPE_CHECKING:
    from clouds.models import CloudAccount


class CloudKind(models.TextChoices):
    AWS = "aws", "AWS"
    DEMO = "demo", "Demo"


@dataclass(frozen=True, slots=True)
class Cloud:
    """How accounts of one cloud are checked and read."""

    provider: type[Provider]
    """Its capabilities are those of this class."""
    settings: type[ProviderSettings]
    check_account_id: Callable[[str], None]
    connect: Callable[["CloudAccount", datetime], Provider]


def provider_for(account: "CloudAccount", now: datetime) -> Provider:
    """Return what reads this account; no request is sent. Raises ProviderError."""
    try:
        return CLOUDS[account.provider].connect(account, now)
    except InvalidSetting as error:
        raise ProviderError(
            ErrorKind.INVALID,
            f"Settings of {account}",
            str(error),
            "Correct them in the admin under Cloud accounts.",
        ) from None


def offers(kind: str, capability: type) -> bool:
    """Return whether that cloud has the capability."""
    return _has(CLOUDS[kind].provider, capability)


@cache
def _has(provider: type[Provider], capability: type) -> bool:
    return issubclass(provider, capability)


def _connect_aws(account: "CloudAccount", now: datetime) -> AwsProvider:
    return AwsProvider(
        AwsAccount(
            account_id=account.account_id,
            settings=AwsSettings.of(account.settings),
            is_payer=account.is_payer,
            has_own_bill=account.payer_id is None,
        ),
        aws_options(),
        now,
    )


def _connect_demo(account: "CloudAccount", now: datetime) -> DemoProvider:
    return DemoProvider(account.account_id, utc_day(account.created_at), now)


CLOUDS: dict[str, Cloud] = {
    CloudKind.AWS: Cloud(AwsProvider, AwsSettings, check_aws_account_id, _connect_aws),
    CloudKind.DEMO: Cloud(
        DemoProvider, ProviderSettings, check_demo_account_id, _connect_demo
    ),
}


def aws_options() -> AwsOptions:
    return AwsOptions(
        cpu_statistics=tuple(settings.AWS_CPU_STATISTICS),
        network_metrics=settings.AWS_NETWORK_METRICS,
        bucket_metrics=settings.AWS_BUCKET_METRICS,
        connect_timeout=settings.AWS_CONNECT_TIMEOUT_SECONDS,
        read_timeout=settings.AWS_READ_TIMEOUT_SECONDS,
        max_attempts=settings.AWS_MAX_ATTEMPTS,
        region_workers=settings.AWS_REGION_WORKERS,
        cost_explorer_per_second=settings.AWS_COST_EXPLORER_REQUESTS_PER_SECOND,
    )
