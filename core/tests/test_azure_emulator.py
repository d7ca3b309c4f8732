"""The emulated Azure's tokens, subscriptions, routes and faults."""

from collections.abc import Iterator
from datetime import UTC, datetime
from http.client import IncompleteRead
from urllib.parse import urlencode

import pytest

from core.testing.azure_emulator import EmulatedAzure
from core.testing.azure_emulator.clients import ask
from core.testing.azure_emulator.identity import (
    CLIENT_ID,
    CLIENT_SECRET,
    IDENTITY_HEADER,
)

NOW = datetime(2026, 6, 20, 9, tzinfo=UTC)
READ_VMS = "Microsoft.Compute/virtualMachines/read"
READ_SUBSCRIPTIONS = "Microsoft.Resources/subscriptions/read"


@pytest.fixture
def azure() -> Iterator[EmulatedAzure]:
    with EmulatedAzure(now=NOW) as emulated:
        emulated.world.add_subscription(name="shop")
        yield emulated


@pytest.fixture
def subscription(azure: EmulatedAzure) -> str:
    (only,) = azure.world.subscriptions
    return f"/subscriptions/{only}"


@pytest.fixture
def vms(azure: EmulatedAzure, subscription: str) -> str:
    """The address of three machines."""
    for name in ("one", "two", "three"):
        azure.world.subscriptions[subscription[15:]].add_vm(name)
    return f"{subscription}/providers/Microsoft.Compute/virtualMachines"


def test_it_lists_the_subscriptions_that_can_be_seen(azure: EmulatedAzure) -> None:
    azure.world.add_subscription(name="late", state="PastDue")
    azure.world.add_subscription(name="hidden", readable=False)
    azure.world.add_subscription(name="gone", state="Deleted")
    found = ask(azure, "/subscriptions").json["value"]
    assert [(each["displayName"], each["state"]) for each in found] == [
        ("shop", "Enabled"),
        ("late", "PastDue"),
    ]
    for each in azure.world.subscriptions.values():
        each.readable = False
    empty = ask(azure, "/subscriptions")
    assert (empty.status, empty.json["value"]) == (200, [])


@pytest.mark.parametrize("token", [None, "", "somebody's"])
def test_it_wants_a_token_of_its_own(azure: EmulatedAzure, token: str | None) -> None:
    refused = ask(azure, "/subscriptions", token=token)
    assert refused.status == 401
    assert refused.headers["www-authenticate"].startswith("Bearer authorization_uri=")


def test_a_token_serves_one_audience(azure: EmulatedAzure, vms: str) -> None:
    token = azure.tokens.issue("https://metrics.monitor.azure.com")
    refused = ask(azure, vms, token=token)
    assert (refused.status, refused.code) == (401, "InvalidAuthenticationTokenAudience")
    assert ask(azure, vms, token=azure.tokens.issue("https://management.azure.com/"))


def test_a_token_expires(azure: EmulatedAzure) -> None:
    azure.expire_tokens()
    refused = ask(azure, "/subscriptions")
    assert (refused.status, refused.code) == (401, "ExpiredAuthenticationToken")
    azure.heal()
    assert ask(azure, "/subscriptions").status == 200


@pytest.mark.parametrize(
    ("version", "code"),
    [("", "MissingApiVersionParameter"), ("2020-13-01", "NoRegisteredProviderFound")],
)
def test_it_wants_a_version_it_knows(
    azure: EmulatedAzure, vms: str, version: str, code: str
) -> None:
    refused = ask(azure, vms, **{"api-version": version})
    assert (refused.status, refused.code) == (400, code)


def test_a_subscription_is_there_ours_readable_and_registered(
    azure: EmulatedAzure, vms: str
) -> None:
    (only,) = azure.world.subscriptions.values()
    only.registered.discard("Microsoft.Compute")
    unregistered = ask(azure, vms)
    assert (unregistered.status, unregistered.code) == (
        409,
        "MissingSubscriptionRegistration",
    )
    only.readable = False
    denied = ask(azure, vms)
    assert (denied.status, denied.code) == (403, "AuthorizationFailed")
    assert f"'{READ_VMS}' over scope '{only.id}'" in denied.json["error"]["message"]
    only.tenant_id = "33333333-3333-4333-8333-333333333333"
    moved = ask(azure, vms)
    assert (moved.status, moved.code) == (401, "InvalidAuthenticationTokenTenant")
    only.state = "Deleted"
    gone = ask(azure, vms)
    assert (gone.status, gone.code) == (404, "SubscriptionNotFound")


def test_providers_say_whether_they_are_registered(
    azure: EmulatedAzure, subscription: str
) -> None:
    azure.world.subscriptions[subscription[15:]].registered.discard("Microsoft.Sql")
    states = {
        each["namespace"]: each["registrationState"]
        for each in ask(azure, f"{subscription}/providers").json["value"]
    }
    assert states["Microsoft.Sql"] == "NotRegistered"
    assert states["Microsoft.Compute"] == "Registered"
    one = ask(azure, f"{subscription}/providers/microsoft.sql").json
    assert one["registrationState"] == "NotRegistered"


def test_locations_have_geographies_among_them(
    azure: EmulatedAzure, subscription: str
) -> None:
    found = ask(azure, f"{subscription}/locations").json["value"]
    kinds = {each["name"]: each["metadata"]["regionType"] for each in found}
    assert kinds["westeurope"] == "Physical"
    assert kinds["europe"] == "Logical"


def test_reads_come_back_by_the_second(azure: EmulatedAzure, vms: str) -> None:
    azure.quotas.reads = 3
    left = "x-ms-ratelimit-remaining-subscription-reads"
    assert [ask(azure, vms).headers.get(left) for _ in range(4)] == [*"210", None]
    refused = ask(azure, vms)
    assert (refused.status, refused.headers["retry-after"]) == (429, "1")
    assert ask(azure, "/subscriptions").status == 200
    azure.wait(1)
    assert ask(azure, vms).status == 200


def test_it_counts_every_request_by_its_permission(
    azure: EmulatedAzure, vms: str
) -> None:
    ask(azure, vms)
    ask(azure, vms.upper().replace("/SUBSCRIPTIONS", "/subscriptions"), statusOnly="x")
    assert ask(azure, "/subscriptions", method="DELETE").status == 405
    assert ask(azure, "/subscriptions/x/y/z").status == 404
    assert azure.requests == {READ_VMS: 2, "unknown": 2}
    assert [call.operation for call in azure.calls] == [READ_VMS] * 2
    azure.clear_calls()
    assert not azure.requests


# Faults


def test_it_throttles_with_and_without_a_time_to_wait(
    azure: EmulatedAzure, vms: str
) -> None:
    azure.throttle(READ_VMS, every=2)
    assert [ask(azure, vms).status for _ in range(4)] == [200, 429, 200, 429]
    azure.heal()
    azure.throttle(READ_VMS, retry_after=17)
    assert ask(azure, vms).headers["retry-after"] == "17"
    azure.heal()
    azure.throttle(READ_VMS, retry_after=None)
    assert "retry-after" not in ask(azure, vms).headers


def test_a_permission_is_taken_away_in_the_middle(
    azure: EmulatedAzure, vms: str, subscription: str
) -> None:
    azure.deny(READ_VMS, where=subscription, after=2)
    assert [ask(azure, vms).status for _ in range(4)] == [200, 200, 403, 403]
    assert ask(azure, subscription).status == 200
    azure.heal()
    assert ask(azure, vms).status == 200


def test_it_fails_as_told_wrapped_or_not(azure: EmulatedAzure, vms: str) -> None:
    azure.fail(READ_VMS, "ServerTimeout", status=504, times=1, wrapped=False)
    failed = ask(azure, vms)
    assert (failed.status, failed.json["code"]) == (504, "ServerTimeout")
    assert ask(azure, vms).status == 200
    azure.overload(READ_VMS, times=1)
    assert ask(azure, vms).status == 529


def test_a_gateway_answers_in_html(azure: EmulatedAzure, vms: str) -> None:
    azure.show_gateway(READ_VMS, 502)
    shown = ask(azure, vms)
    assert (shown.status, shown.headers["content-type"]) == (
        502,
        "text/html",
    )
    assert "<h1>502 Bad Gateway</h1>" in shown.text


def test_an_answer_is_cut_short(azure: EmulatedAzure, vms: str) -> None:
    azure.cut(READ_VMS, times=1, after=1)
    assert len(ask(azure, vms).json["value"]) == 3
    with pytest.raises(IncompleteRead):
        ask(azure, vms)
    assert len(ask(azure, vms).json["value"]) == 3
    azure.cut(READ_VMS, connection=False)
    cut = ask(azure, vms)
    assert cut.status == 200
    with pytest.raises(ValueError, match="Unterminated|Expecting"):
        _ = cut.json


def test_a_next_page_on_another_host_notes_who_comes(
    azure: EmulatedAzure, vms: str
) -> None:
    azure.page_size[READ_VMS] = 2
    azure.stray(READ_VMS)
    link = ask(azure, vms).json["nextLink"]
    assert not link.startswith(azure.endpoint_url)
    assert azure.leaks == []
    ask(azure, link)
    assert len(azure.leaks) == 1
    assert "with Bearer emulated-access-token" in azure.leaks[0]


# Where tokens come from


def test_a_managed_identity_gets_a_token_for_its_resource(azure: EmulatedAzure) -> None:
    asked = {"resource": "https://management.azure.com/", "api-version": "2018-02-01"}
    for path, headers in (
        ("/metadata/identity/oauth2/token", {"Metadata": "true"}),
        ("/msi/token", {"X-IDENTITY-HEADER": IDENTITY_HEADER}),
    ):
        given = ask(azure, path, token=None, headers=headers, **asked).json
        token = given["access_token"]
        assert ask(azure, "/subscriptions", token=token).status == 200
        assert ask(azure, path, token=None, **asked).status == 400


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({}, 200, None),
        ({"client_secret": "wrong"}, 401, 7000215),
        ({"client_id": "unknown"}, 400, 700016),
        ({"scope": "https://management.azure.com"}, 400, 1002012),
        ({"grant_type": "password"}, 400, 70003),
    ],
)
def test_an_application_signs_in(
    azure: EmulatedAzure, change: dict[str, str], status: int, code: int | None
) -> None:
    form = {
        "grant_type": "client_credentials",
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "scope": "https://management.azure.com/.default",
    } | change
    answer = ask(
        azure,
        f"/{azure.world.tenant_id}/oauth2/v2.0/token",
        urlencode(form),
        token=None,
    )
    assert answer.status == status
    if code:
        assert answer.json["error_codes"] == [code]
    else:
        token = answer.json["access_token"]
        assert ask(azure, "/subscriptions", token=token).status == 200


def test_a_secret_expires_and_a_tenant_may_be_unknown(azure: EmulatedAzure) -> None:
    azure.tokens.secret_expired = True
    form = f"grant_type=client_credentials&client_id={CLIENT_ID}"
    path = f"/{azure.world.tenant_id}/oauth2/v2.0/token"
    expired = ask(azure, path, form, token=None)
    assert expired.json["error_codes"] == [7000222]
    unknown = ask(azure, "/elsewhere/v2.0/.well-known/openid-configuration")
    assert unknown.json["error_codes"] == [90002]
