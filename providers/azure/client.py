"""Every request to Azure is made here: endpoints, deadlines, pages, metering.

azure-core and azure-identity are imported with the first request, by `pipeline`, so
that who reads no Azure account never loads them.
"""

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from functools import cached_property
from ipaddress import ip_address
from threading import Lock
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import orjson

from core.money import ZERO
from providers.azure.account_settings import GUID, AzureSettings
from providers.azure.azure_errors import Refusals, answer_failure, failure
from providers.azure.rate_limits import Limit
from providers.base import Progress
from providers.errors import ErrorKind, ProviderError
from providers.meter import Meter
from providers.settings import InvalidSetting

if TYPE_CHECKING:
    from providers.azure.pipeline import Answer, Sender

# It becomes a part of a host's name, to which a token is sent.
REGION = re.compile(r"[a-z0-9]+")
# Of changes: done, made, begun, and nothing left to do.
ACCEPTED = {200, 201, 202, 204}
DEFAULT_PORTS = {"http": 80, "https": 443}
# What a scope answers of costs, who asks, and a tenant in "QPU": one is one month.
# https://learn.microsoft.com/azure/cost-management-billing/costs/manage-automation
COST_SCOPE_LIMITS = ((4, 60.0),)
COST_CLIENT_LIMITS = ((20, 60.0),)
COST_TENANT_LIMITS = ((12, 10.0), (60, 60.0), (600, 3600.0))


class Service(Enum):
    """What answers: each has its own host, and its own token."""

    ARM = "Azure Resource Manager"
    METRICS = "Azure Monitor"
    PRICES = "Azure's retail prices"
    """Public: it is never sent a token."""


@dataclass(frozen=True, slots=True)
class AzureCloud:
    """The hosts of one of Microsoft's clouds, and whom its tokens are for."""

    authority: str
    arm: str
    arm_scope: str
    metrics: str
    metrics_scope: str


CLOUDS = {
    "public": AzureCloud(
        "https://login.microsoftonline.com",
        "https://management.azure.com",
        "https://management.azure.com/.default",
        "https://{region}.metrics.monitor.azure.com",
        "https://metrics.monitor.azure.com/.default",
    ),
    "usgov": AzureCloud(
        "https://login.microsoftonline.us",
        "https://management.usgovcloudapi.net",
        "https://management.core.usgovcloudapi.net/.default",
        "https://{region}.metrics.monitor.azure.us",
        "https://metrics.monitor.azure.us/.default",
    ),
    "china": AzureCloud(
        "https://login.chinacloudapi.cn",
        "https://management.chinacloudapi.cn",
        "https://management.chinacloudapi.cn/.default",
        "https://{region}.metrics.monitor.azure.cn",
        "https://metrics.monitor.azure.cn/.default",
    ),
}
RETAIL_PRICES = "https://prices.azure.com"


@dataclass(frozen=True, slots=True)
class AzureAccount:
    """A subscription, or a scope whose bill covers many."""

    account_id: str
    settings: AzureSettings = field(default_factory=AzureSettings)

    @property
    def is_subscription(self) -> bool:
        return bool(GUID.fullmatch(self.account_id))

    @property
    def scope(self) -> str:
        """The path with which every address about it begins."""
        if self.is_subscription:
            return f"/subscriptions/{self.account_id}"
        return self.account_id

    def __str__(self) -> str:
        kind = "subscription " if self.is_subscription else ""
        return kind + self.account_id


@dataclass(frozen=True, slots=True)
class AzureOptions:
    """Endpoint, timeouts and rates of all reads."""

    endpoint_url: str = ""
    """On this machine: an emulator, which is then asked for everything."""
    access_token: str = ""
    """The bearer token for it, so that nobody signs in."""
    network_metrics: bool = True
    storage_metrics: bool = True
    """Whether the bytes in storage accounts are asked for, which batches answer."""
    disk_metrics: bool = True
    connect_timeout: float = 10
    read_timeout: float = 60
    max_attempts: int = 10
    max_wait: float = 600
    """Seconds that one request waits in all where Azure asks to be asked later."""
    region_workers: int = 8
    cost_scope_limits: tuple[Limit, ...] = COST_SCOPE_LIMITS
    cost_client_limits: tuple[Limit, ...] = COST_CLIENT_LIMITS
    cost_tenant_limits: tuple[Limit, ...] = COST_TENANT_LIMITS
    metrics_call_usd: Decimal = ZERO
    """What a batch of metrics is taken to cost: it is billed, by a price that
    Microsoft does not name where it describes the call."""
    wait: Callable[[float], None] = time.sleep

    def __post_init__(self) -> None:
        if self.endpoint_url and not is_on_this_machine(self.endpoint_url):
            raise InvalidSetting(
                "endpoint_url",
                f"The Azure endpoint {self.endpoint_url!r} is not on this machine: "
                "only an emulator, such as http://127.0.0.1:8780, can stand in.",
            )


def is_on_this_machine(url: str) -> bool:
    """Return whether it is an address of http on loopback."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # which raises where it is no number
        host = parts.hostname or ""
        is_loopback = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
    return is_loopback and parts.scheme in DEFAULT_PORTS


def origin_of(url: str) -> tuple[str, str, int]:
    """Return scheme, host and port. Raise ValueError."""
    parts = urlsplit(url)
    port = parts.port or DEFAULT_PORTS.get(parts.scheme, 0)
    return parts.scheme, (parts.hostname or "").lower(), port


def _say_nothing(sentence: str) -> None:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One request to an API: where, and how errors and the meter name it."""

    what: str
    """What is read and where, as in "Virtual machines of subscription 0000"."""
    operation: str
    """As in "Microsoft.Compute/virtualMachines"."""
    path: str
    api_version: str
    params: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    """With one the question is a POST, and so is each of its pages."""
    method: str = ""
    """Of a change; else GET, or POST with a body."""
    headers: Mapping[str, str] = field(default_factory=dict)
    service: Service = Service.ARM
    region: str = ""
    role: str = "Reader"
    """What has to be assigned where it is denied."""
    refusals: Refusals = field(default_factory=dict)
    usd: Decimal = ZERO
    fractions: Callable[[str], Decimal | float] = Decimal
    """What fractions are read as: money must not become a float."""
    progress: Progress = _say_nothing
    """Told of waits; only for what is read by the thread of the run itself."""

    @property
    def reading(self) -> str:
        return f"{self.what} ({self.operation})"


@dataclass
class AzureClient:
    """Asks on behalf of one account; each request is counted by the meter.

    Safe to use from several threads.
    """

    account: AzureAccount
    options: AzureOptions = field(default_factory=AzureOptions)
    meter: Meter = field(default_factory=Meter)
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    _lock: Lock = field(default_factory=Lock, repr=False)

    @property
    def cloud(self) -> AzureCloud:
        return CLOUDS[self.account.settings.cloud]

    def endpoint(self, question: Question) -> str:
        """Return the scheme and host that answer, the only ones to be sent a token."""
        if self.options.endpoint_url:
            return self.options.endpoint_url.rstrip("/")
        if question.service is Service.METRICS:
            if not REGION.fullmatch(question.region):
                reason = f"{question.region!r} is no name of a region"
                raise failure(ErrorKind.INVALID, question.reading, reason)
            return self.cloud.metrics.format(region=question.region)
        return RETAIL_PRICES if question.service is Service.PRICES else self.cloud.arm

    def token_scope(self, service: Service) -> str:
        """Return for whom its token is made; "" where none is sent."""
        scopes = {
            Service.ARM: self.cloud.arm_scope,
            Service.METRICS: self.cloud.metrics_scope,
        }
        return scopes.get(service, "")

    def ask(self, question: Question) -> Any:
        """Return the answer, of JSON. Raise ProviderError."""
        return self._ask(question, self.endpoint(question) + question.path, first=True)

    def pages(self, question: Question) -> Iterator[Any]:
        """Return every page. Raise ProviderError, also for one that points back."""
        answer = self.ask(question)
        asked: set[str] = set()
        while True:
            yield answer
            following = next_link(answer)
            if not following:
                return
            if following in asked:
                reason = "a page points to one before it"
                raise failure(ErrorKind.INCOMPLETE, question.reading, reason)
            asked.add(following)
            answer = self._ask(question, following)

    def values(self, question: Question) -> Iterator[Any]:
        """Return the items of every page of a list. Raise ProviderError."""
        for page in self.pages(question):
            try:
                yield from page["value"]
            except (KeyError, TypeError) as error:
                raise not_understood(question, error) from error

    def send(self, question: Question, url: str = "") -> "Answer":
        """Return the answer to a change, or to how far one is. Raise ProviderError."""
        first = not url
        url = url or self.endpoint(question) + question.path
        answer = self._sender.send(question, url, first=first)
        if answer.status not in ACCEPTED:
            raise _refusal(question, answer)
        return answer

    def sign_in(self) -> None:
        """Get a token for Azure Resource Manager. Raise ProviderError."""
        self.bearer(self.cloud.arm_scope)

    def bearer(self, scope: str) -> str:
        """Return a token for it. Raise ProviderError."""
        return self._sender.bearer(scope)

    def _ask(self, question: Question, url: str, *, first: bool = False) -> Any:
        answer = self._sender.send(question, url, first=first)
        if answer.status != 200:
            raise _refusal(question, answer)
        return parsed(question, answer)

    @cached_property
    def _unlocked_sender(self) -> "Sender":
        from providers.azure.pipeline import Sender

        return Sender(self)

    @property
    def _sender(self) -> "Sender":
        with self._lock:
            return self._unlocked_sender


def _refusal(question: Question, answer: "Answer") -> ProviderError:
    return answer_failure(
        answer.status,
        answer.text,
        question.reading,
        role=question.role,
        region=question.region,
        retry_after=answer.retry_after,
        refusals=question.refusals,
    )


def next_link(page: Any) -> str:
    """Return the address of the next page, which each API keeps elsewhere."""
    if not isinstance(page, dict):
        return ""
    properties = page.get("properties")
    inner = properties.get("nextLink") if isinstance(properties, dict) else ""
    return str(page.get("nextLink") or inner or page.get("NextPageLink") or "")


def parsed(question: Question, answer: "Answer") -> Any:
    try:
        if question.fractions is float:  # as it reads them, and sooner than others
            return orjson.loads(answer.text)
        return json.loads(answer.text, parse_float=question.fractions)
    except ValueError as error:
        raise not_understood(question, error) from error


def not_understood(question: Question, error: Exception) -> ProviderError:
    """Return what to raise for an answer that is cut off, or of another shape."""
    reason = f"the answer can't be understood ({type(error).__name__}: {error})"
    return failure(
        ErrorKind.INCOMPLETE, question.reading, reason, region=question.region
    )


@contextmanager
def understood(question: Question) -> Iterator[None]:
    """Turn what is raised by an answer of another shape into a ProviderError."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise not_understood(question, error) from error
