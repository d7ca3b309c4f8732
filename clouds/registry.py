"""The clouds there are, and the provider that reads an account."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, partial
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models

from clouds.billed_services import (
    AWS_CHARGES,
    AWS_SERVICES,
    AZURE_CHARGES,
    AZURE_SERVICES,
)
from core.windows import utc_day
from providers.acting import ActingOptions, ActingSource
from providers.aws.account_settings import AwsSettings
from providers.aws.account_settings import check_account_id as check_aws_account_id
from providers.aws.acting_source import AwsActing
from providers.aws.client import AwsAccount, AwsOptions
from providers.aws.provider import AwsProvider
from providers.azure import account_settings as azure
from providers.azure.account_settings import AzureSettings
from providers.azure.acting_source import AzureActing
from providers.azure.client import AzureAccount, AzureOptions
from providers.azure.provider import AzureProvider
from providers.base import (
    AccessChecker,
    CommitmentSource,
    CostSource,
    OrganizationSource,
    Provider,
    UsageSource,
)
from providers.demo import provider as demo
from providers.demo.acting_source import DemoActing, DemoSettings
from providers.demo.advice import AzureDemoProvider
from providers.demo.provider import DemoProvider
from providers.errors import ErrorKind, ProviderError
from providers.files import account_settings as files
from providers.files.account_settings import FilesSettings
from providers.files.provider import FilesOptions, FilesProvider
from providers.settings import InvalidSetting, ProviderSettings

if TYPE_CHECKING:
    from clouds.models import CloudAccount


# A stopped machine of Azure stays allocated, and is billed until it is deallocated.
ALLOCATED = frozenset({"starting", "running", "stopping", "stopped"})
# What a bill over other accounts has: all else is of resources.
OF_BILLS = {CostSource, OrganizationSource, AccessChecker}


class CloudKind(models.TextChoices):
    AWS = "aws", "AWS"
    AZURE = "azure", "Azure"
    DEMO = "demo", "Demo AWS"
    DEMO_AZURE = "demo-azure", "Demo Azure"
    FILES = "files", "Bill files"


def refuse_to_act(account: "CloudAccount", now: datetime) -> ActingSource:
    raise ProviderError(
        ErrorKind.NOT_ENABLED, f"Acting in {account}", "its cloud offers no actions", ""
    )


@dataclass(frozen=True, slots=True)
class Cloud:
    """How accounts of one cloud are checked and read."""

    provider: type[Provider]
    """Its capabilities are those of this class."""
    settings: type[ProviderSettings]
    check_account_id: Callable[[str], None]
    connect: Callable[["CloudAccount", datetime], Provider]
    act: Callable[["CloudAccount", datetime], ActingSource] = refuse_to_act
    """What changes its resources. Raises ProviderError without rights of its own."""
    pays_for_others: Callable[[str], bool | None] = lambda _: None
    """Whether an account of this id is a bill over others, and nothing else; None where
    an id does not tell."""
    billed_states: frozenset[str] = frozenset({"running"})
    """The states in which an instance costs money."""
    turned_off: Callable[[], Mapping[type, str]] = dict
    """The capabilities that a setting turns off, with that setting."""
    services: Mapping[str, str] = field(default_factory=lambda: AWS_SERVICES)
    """How the bill names what is charged for resources of a kind and for nothing
    else."""
    charged_under: Mapping[str, frozenset[str]] = field(
        default_factory=lambda: AWS_CHARGES
    )
    """Under which services the bill has the charges of a kind, beside others."""
    tells_regions: bool = True
    """Whether the bill tells regions apart; if not, it tells resource groups."""


def provider_for(account: "CloudAccount", now: datetime) -> Provider:
    """Return what reads this account; no request is sent. Raises ProviderError."""
    with _valid_settings(account):
        return CLOUDS[account.provider].connect(account, now)


def acting_for(account: "CloudAccount", now: datetime) -> ActingSource:
    """Return what changes this account's resources; no request is sent.

    Raises ProviderError, also where the account has no acting role.
    """
    with _valid_settings(account):
        return CLOUDS[account.provider].act(account, now)


@contextmanager
def _valid_settings(account: "CloudAccount") -> Iterator[None]:
    try:
        yield
    except InvalidSetting as error:
        raise ProviderError(
            ErrorKind.INVALID,
            f"Settings of {account}",
            str(error),
            "Correct them in the admin under Cloud accounts.",
        ) from None


def acts_for(account: "CloudAccount") -> bool:
    """Return whether the account has an acting role; no request is sent."""
    if CLOUDS[account.provider].pays_for_others(account.account_id):
        return False  # a bill has no resources
    try:
        return account.typed_settings.acts
    except InvalidSetting:
        return False


def offers(account: "CloudAccount", capability: type) -> bool:
    """Return whether the account's cloud has the capability, for such an account."""
    cloud = CLOUDS[account.provider]
    is_bill = cloud.pays_for_others(account.account_id)
    return (
        (capability in OF_BILLS or not is_bill)
        and capability not in cloud.turned_off()
        and _has(cloud.provider, capability)
    )


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


def _act_aws(account: "CloudAccount", now: datetime) -> AwsActing:
    return AwsActing(
        AwsAccount(account.account_id, AwsSettings.of(account.settings)),
        aws_options(),
        acting_options(),
    )


def _act_azure(account: "CloudAccount", now: datetime) -> AzureActing:
    return AzureActing(
        AzureAccount(account.account_id, AzureSettings.of(account.settings)),
        azure_options(),
        acting_options(),
        now,
    )


def _connect_azure(account: "CloudAccount", now: datetime) -> AzureProvider:
    return AzureProvider(
        AzureAccount(account.account_id, AzureSettings.of(account.settings)),
        azure_options(),
        now,
    )


def _connect_demo(
    account: "CloudAccount", now: datetime, kind: type[DemoProvider] = DemoProvider
) -> DemoProvider:
    from clouds.demo_clock import company_clock

    anchor = utc_day(account.created_at)
    present, is_hourly = company_clock(now)
    return kind(
        account.account_id,
        anchor,
        present,
        DemoSettings.of(account.settings).tag_keys,
        account.demo_events.records(anchor),
        partial(account.demo_events.store, account, anchor),
        is_hourly=is_hourly,
    )


def _act_demo(account: "CloudAccount", now: datetime) -> DemoActing:
    return DemoActing(_connect_demo(account, now), acting_options())


def _connect_files(account: "CloudAccount", now: datetime) -> FilesProvider:
    settings = FilesSettings.of(account.settings)
    return FilesProvider(account.account_id, settings, files_options(), now)


def without_usage(setting: str) -> Mapping[type, str]:
    """Return that the setting turns the use of resources off, if it does."""
    return {} if getattr(settings, setting) else {UsageSource: setting}


def aws_turned_off() -> Mapping[type, str]:
    """Return what is billed and not wanted of AWS."""
    setting = "AWS_COMMITMENT_UTILIZATION"
    found = {**without_usage("AWS_USAGE_METRICS")}
    if not getattr(settings, setting):
        found[CommitmentSource] = setting
    return found


CLOUDS: dict[str, Cloud] = {
    CloudKind.AWS: Cloud(
        AwsProvider,
        AwsSettings,
        check_aws_account_id,
        _connect_aws,
        _act_aws,
        turned_off=aws_turned_off,
    ),
    CloudKind.AZURE: Cloud(
        AzureProvider,
        AzureSettings,
        azure.check_account_id,
        _connect_azure,
        _act_azure,
        pays_for_others=azure.pays_for_others,
        turned_off=partial(without_usage, "AZURE_USAGE_METRICS"),
        billed_states=ALLOCATED,
        services=AZURE_SERVICES,
        charged_under=AZURE_CHARGES,
        tells_regions=False,
    ),
    CloudKind.DEMO: Cloud(
        DemoProvider,
        DemoSettings,
        demo.check_aws_account_id,
        _connect_demo,
        _act_demo,
    ),
    CloudKind.DEMO_AZURE: Cloud(
        AzureDemoProvider,
        DemoSettings,
        demo.check_azure_account_id,
        partial(_connect_demo, kind=AzureDemoProvider),
        _act_demo,
        billed_states=ALLOCATED,
        services=AZURE_SERVICES,
        charged_under=AZURE_CHARGES,
        tells_regions=False,
    ),
    CloudKind.FILES: Cloud(
        FilesProvider,
        FilesSettings,
        files.check_account_id,
        _connect_files,
        pays_for_others=lambda _: True,
    ),
}


def acting_options() -> ActingOptions:
    return ActingOptions(
        protected_tags=settings.ACTING_PROTECTED_TAGS,
        deadline_seconds=settings.ACTING_DEADLINE_SECONDS,
    )


def files_options() -> FilesOptions:
    folder = settings.LINE_ITEMS_DIR / "reading"
    folder.mkdir(parents=True, exist_ok=True)
    return FilesOptions(folder, aws_options(), azure_options())


def aws_options() -> AwsOptions:
    return AwsOptions(
        cpu_statistics=tuple(settings.AWS_CPU_STATISTICS),
        network_metrics=settings.AWS_NETWORK_METRICS,
        bucket_metrics=settings.AWS_BUCKET_METRICS,
        memory_metrics=settings.AWS_MEMORY_METRICS,
        usage_metrics=settings.AWS_USAGE_METRICS,
        commitments=settings.AWS_COMMITMENT_UTILIZATION,
        volume_metrics=settings.AWS_VOLUME_METRICS,
        connect_timeout=settings.AWS_CONNECT_TIMEOUT_SECONDS,
        read_timeout=settings.AWS_READ_TIMEOUT_SECONDS,
        max_attempts=settings.AWS_MAX_ATTEMPTS,
        region_workers=settings.AWS_REGION_WORKERS,
        cost_explorer_per_second=settings.AWS_COST_EXPLORER_REQUESTS_PER_SECOND,
    )


def azure_options() -> AzureOptions:
    return AzureOptions(
        endpoint_url=settings.AZURE_ENDPOINT_URL,
        access_token=settings.AZURE_ACCESS_TOKEN,
        network_metrics=settings.AZURE_NETWORK_METRICS,
        storage_metrics=settings.AZURE_STORAGE_METRICS,
        disk_metrics=settings.AZURE_DISK_METRICS,
        connect_timeout=settings.AZURE_CONNECT_TIMEOUT_SECONDS,
        read_timeout=settings.AZURE_READ_TIMEOUT_SECONDS,
        max_attempts=settings.AZURE_MAX_ATTEMPTS,
        max_wait=settings.AZURE_LONGEST_WAIT_SECONDS,
        region_workers=settings.AZURE_REGION_WORKERS,
        metrics_call_usd=settings.AZURE_METRICS_CALL_USD,
    )
