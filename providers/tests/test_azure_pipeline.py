"""What every request to Azure keeps: retries, rates, and where a token goes."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from core.testing.azure_emulator import EmulatedAzure, EmulatedSubscription
from core.windows import Window
from providers.azure.client import (
    RETAIL_PRICES,
    AzureAccount,
    AzureClient,
    AzureOptions,
    Question,
    Service,
    origin_of,
)
from providers.azure.pipeline import retry_after
from providers.azure.provider import AzureProvider
from providers.errors import ErrorKind, ProviderError
from providers.settings import InvalidSetting
from providers.tests.azure_reads import NOW, costs, june, provider_of

QUERY = "Microsoft.CostManagement/query/read"
MACHINES = "Microsoft.Compute/virtualMachines/read"


def refused(provider: AzureProvider) -> ProviderError:
    with pytest.raises(ProviderError) as raised:
        costs(provider, june(1), june(20))
    assert "\n" not in str(raised.value)
    return raised.value


def test_every_request_says_who_asks(
    azure: EmulatedAzure, subscription: EmulatedSubscription
) -> None:
    costs(provider_of(azure, subscription.subscription_id), june(1), june(20))
    for call in azure.calls:
        assert call.headers["clienttype"] == "cloudintel"
        assert call.headers["user-agent"].startswith("cloudintel")


def test_the_longest_wait_of_all_headers_counts() -> None:
    prefix = "x-ms-ratelimit-microsoft.costmanagement-"
    assert retry_after({}) == 0
    assert retry_after({"Retry-After": "10", f"{prefix}qpu-retry-after": "7"}) == 10
    assert retry_after({f"{prefix}QPU-Retry-After": "61", "retry-after": "1"}) == 61
    assert retry_after({f"{prefix}qpu-remaining": "99", "Retry-After": "soon"}) == 0


def test_a_throttled_question_of_costs_is_asked_again_as_late_as_azure_wants(
    azure: EmulatedAzure, subscription: EmulatedSubscription
) -> None:
    azure.world.cost(june(3), "Storage", "1", subscription=subscription)
    azure.throttle_costs(seconds=90)
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        azure.wait(seconds)

    provider = provider_of(azure, subscription.subscription_id, wait=wait)
    heard: list[str] = []
    (part,) = provider.fetch_costs(Window(june(1), june(20)), heard.append)
    assert len(part.rows) == 1
    assert sum(waits) == 90
    assert heard[0].endswith(": waiting 90 s for Azure")
    assert max(waits) <= 20  # with a sign of life in between
    assert provider.meter.requests == 4


def test_an_hour_of_refusals_is_no_hour_of_waiting(
    azure: EmulatedAzure, subscription: EmulatedSubscription
) -> None:
    azure.throttle_costs(seconds=3_600)
    provider = provider_of(azure, subscription.subscription_id)
    error = refused(provider)
    assert error.kind == ErrorKind.THROTTLED
    assert "again in 3600 s" in error.advice
    assert provider.meter.requests == 1


def test_the_waits_of_one_question_are_bounded_together(
    azure: EmulatedAzure, subscription: EmulatedSubscription
) -> None:
    azure.throttle(QUERY, retry_after=250)
    provider = provider_of(azure, subscription.subscription_id)
    assert refused(provider).kind == ErrorKind.THROTTLED
    assert provider.meter.requests == 3  # after 500 s of at most 600
    assert azure.now == NOW + timedelta(seconds=500)


def test_each_pause_is_longer_where_azure_names_none(
    azure: EmulatedAzure, subscription: EmulatedSubscription
) -> None:
    azure.overload(QUERY)
    waits: list[float] = []
    provider = provider_of(
        azure, subscription.subscription_id, wait=waits.append, max_attempts=7
    )
    refused(provider)
    assert waits == [1, 2, 4, 8, 16, 20, 10]  # the last one in two parts


def test_attempts_are_bounded(
    azure: EmulatedAzure, subscription: EmulatedSubscription
) -> None:
    azure.throttle(QUERY, retry_after=None)
    provider = provider_of(azure, subscription.subscription_id, max_attempts=3)
    assert refused(provider).kind == ErrorKind.THROTTLED
    assert provider.meter.requests == 3


@pytest.mark.parametrize(
    "fault",
    [
        lambda azure: azure.overload(QUERY, times=2),
        lambda azure: azure.show_gateway(QUERY, 502, times=2),
        lambda azure: azure.fail(QUERY, "InternalError", status=500, times=2),
        lambda azure: azure.fail(QUERY, "ServerTimeout", status=504, times=2),
        lambda azure: azure.cut(QUERY, times=2),
    ],
)
def test_what_passes_is_waited_out(
    azure: EmulatedAzure,
    subscription: EmulatedSubscription,
    fault: Callable[[EmulatedAzure], None],
) -> None:
    azure.world.cost(june(3), "Storage", "1", subscription=subscription)
    fault(azure)
    provider = provider_of(azure, subscription.subscription_id)
    assert len(costs(provider, june(1), june(20)).rows) == 1
    assert provider.meter.requests == 3 + 2


@pytest.mark.parametrize(
    ("fault", "kind", "says"),
    [
        (lambda azure: azure.overload(QUERY), ErrorKind.THROTTLED, "overloaded"),
        (
            lambda azure: azure.show_gateway(QUERY, 504),
            ErrorKind.UNAVAILABLE,
            "HTTP 504 (Gateway Time-out)",
        ),
        (lambda azure: azure.cut(QUERY), ErrorKind.UNAVAILABLE, "the answer broke off"),
        (
            lambda azure: azure.fail(QUERY, "BadRequest", "Why", wrapped=False),
            ErrorKind.INVALID,
            "BadRequest (Why)",
        ),
        (lambda azure: azure.deny(QUERY), ErrorKind.DENIED, "Cost Management Reader"),
        (lambda azure: azure.expire_tokens(), ErrorKind.EXPIRED, "has expired"),
    ],
)
def test_what_stays_is_one_sentence(
    azure: EmulatedAzure,
    subscription: EmulatedSubscription,
    fault: Callable[[EmulatedAzure], None],
    kind: ErrorKind,
    says: str,
) -> None:
    fault(azure)
    provider = provider_of(azure, subscription.subscription_id, max_attempts=2)
    error = refused(provider)
    assert error.kind == kind
    assert says in str(error)
    assert subscription.subscription_id in error.reading


def test_a_subscription_that_moved_to_another_tenant_says_so(
    azure: EmulatedAzure,
) -> None:
    moved = azure.world.add_subscription(
        tenant_id="22222222-0000-4000-8000-000000000000"
    )
    assert "another tenant" in refused(provider_of(azure, moved.subscription_id)).advice


def test_a_page_elsewhere_is_not_asked_and_gets_no_token(
    azure: EmulatedAzure, subscription: EmulatedSubscription
) -> None:
    for number in range(5):
        azure.world.cost(june(3), f"S{number}", "1", subscription=subscription)
        subscription.add_vm(f"vm-{number}")
    azure.page_size |= {QUERY: 2, MACHINES: 2}
    azure.stray(QUERY)
    azure.stray(MACHINES)
    provider = provider_of(azure, subscription.subscription_id)
    error = refused(provider)
    assert error.kind == ErrorKind.INCOMPLETE
    assert "no token reaches it" in error.advice
    with pytest.raises(ProviderError, match="a page lies at"):
        list(provider.fetch_instances(lambda _: None))
    assert azure.leaks == []


def test_a_region_is_no_other_host() -> None:
    client = AzureClient(AzureAccount("00000000-0000-0000-0000-000000000001"))

    def endpoint(region: str, service: Service = Service.METRICS) -> str:
        return client.endpoint(
            Question(
                what="Metrics",
                operation="o",
                path="/",
                api_version="1",
                service=service,
                region=region,
            )
        )

    assert endpoint("westeurope") == "https://westeurope.metrics.monitor.azure.com"
    assert endpoint("any/", Service.ARM) == "https://management.azure.com"
    for region in ("", "evil.example/", "a.b", "a@evil", "WestEurope"):
        with pytest.raises(ProviderError, match="is no name of a region"):
            endpoint(region)


def test_nothing_answers_there(subscription: EmulatedSubscription) -> None:
    with EmulatedAzure(NOW) as gone:
        provider = provider_of(gone, subscription.subscription_id, max_attempts=2)
    assert refused(provider).kind == ErrorKind.UNAVAILABLE


def test_no_answer_is_waited_for_without_an_end(
    subscription: EmulatedSubscription,
) -> None:
    with EmulatedAzure(NOW, latency_seconds=0.5) as slow:
        provider = provider_of(
            slow, subscription.subscription_id, read_timeout=0.05, max_attempts=1
        )
        error = refused(provider)
    assert error.kind == ErrorKind.UNAVAILABLE
    assert "timed out" in error.reason


@pytest.mark.parametrize(
    ("limit", "is_shared"),
    [
        ("cost_scope_limits", False),
        ("cost_client_limits", True),
        ("cost_tenant_limits", True),
    ],
)
def test_the_rates_of_costs_are_kept_by_all_accounts_that_share_them(
    azure: EmulatedAzure, limit: str, is_shared: bool
) -> None:
    waited = []
    for subscription in (
        azure.world.add_subscription(),
        azure.world.add_subscription(),
    ):
        waits: list[float] = []
        options: dict[str, Any] = {limit: ((2, 60),), "wait": waits.append}
        provider = provider_of(azure, subscription.subscription_id, **options)
        for _ in range(2):  # 2 questions each of a month without charges
            list(provider.fetch_costs(Window(june(1), june(20)), lambda _: None))
        assert provider.meter.requests == 4
        waited.append(round(sum(waits)))
    # Two a minute: after 0, 0, 60, 60 s, and where they share it 120, 120, 180, 180.
    # What asking takes is waited less.
    wanted = [120, 600 if is_shared else 120]
    assert [round(one, -2) for one in waited] == [round(one, -2) for one in wanted]


@pytest.mark.parametrize(
    "url",
    [
        "http://management.azure.com",
        "https://example.com",
        "http://127.0.0.1.example.com",
        "ftp://127.0.0.1",
        "http://127.0.0.1:port",
        "127.0.0.1:80",
    ],
)
def test_an_endpoint_that_is_not_on_this_machine_is_refused(url: str) -> None:
    with pytest.raises(InvalidSetting, match="is not on this machine"):
        AzureOptions(endpoint_url=url)


def test_a_port_that_is_the_scheme_s_own_is_the_same_place() -> None:
    assert origin_of("https://prices.azure.com:443/api") == origin_of(RETAIL_PRICES)
    assert origin_of("https://prices.azure.com@evil.example/") != origin_of(
        RETAIL_PRICES
    )
    assert origin_of("http://prices.azure.com") != origin_of(RETAIL_PRICES)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8780", "http://localhost:1", "https://[::1]:1", ""]
)
def test_an_emulator_on_this_machine_is_taken(url: str) -> None:
    assert AzureOptions(endpoint_url=url).endpoint_url == url
