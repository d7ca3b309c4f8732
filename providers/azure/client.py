"""Where Azure is asked."""

from dataclasses import dataclass, field

from providers.azure.account_settings import AzureSettings


@dataclass(frozen=True, slots=True)
class AzureAccount:
    """The subscription or scope to read."""

    account_id: str
    settings: AzureSettings = field(default_factory=AzureSettings)


@dataclass(frozen=True, slots=True)
class AzureOptions:
    """Where Azure is asked, timeouts and rates of all reads."""

    endpoint_url: str = ""
    access_token: str = ""
    connect_timeout: float = 10
    read_timeout: float = 60
    max_attempts: int = 10
    region_workers: int = 8
