"""What Azure refuses, as the kind of failure and the sentence that say what helps."""

import json

import pytest

from providers.azure.azure_errors import answer_failure, sign_in_failure
from providers.errors import ErrorKind, ProviderError

READING = "Virtual machines of subscription s (Microsoft.Compute/virtualMachines)"


def refused(code: str, message: str = "No.", status: int = 403) -> ProviderError:
    text = json.dumps({"error": {"code": code, "message": message}})
    return answer_failure(status, text, READING)


@pytest.mark.parametrize(
    ("code", "status", "kind", "says"),
    [
        ("InvalidAuthenticationToken", 401, ErrorKind.CREDENTIALS, "client id"),
        ("ExpiredAuthenticationToken", 401, ErrorKind.EXPIRED, "clock"),
        ("InvalidAuthenticationTokenTenant", 401, ErrorKind.CREDENTIALS, "moved"),
        ("SubscriptionNotFound", 404, ErrorKind.INVALID, "two days"),
        ("SubscriptionNotRegistered", 409, ErrorKind.NOT_ENABLED, "az provider"),
        ("MissingSubscriptionRegistration", 409, ErrorKind.NOT_ENABLED, "register"),
        ("DisallowedOperation", 400, ErrorKind.NOT_ENABLED, "offer"),
        ("SubscriptionTypeNotSupported", 400, ErrorKind.NOT_ENABLED, "billing scope"),
        ("NoRegisteredProviderFound", 400, ErrorKind.INVALID, "update cloudintel"),
        ("TooManyRequests", 429, ErrorKind.THROTTLED, "later"),
        ("429", 429, ErrorKind.THROTTLED, "later"),
        ("ResourceRequestsThrottled", 429, ErrorKind.THROTTLED, "5 minutes"),
        ("GatewayTimeout", 504, ErrorKind.UNAVAILABLE, "shorter window"),
        ("ServerTimeout", 504, ErrorKind.UNAVAILABLE, "shorter window"),
        ("AccountCostDisabled", 403, ErrorKind.DENIED, "enterprise administrator"),
        ("IndirectCostDisabled", 403, ErrorKind.DENIED, "partner"),
        ("ReadOnlyDisabledSubscription", 409, ErrorKind.NOT_ENABLED, "disabled"),
        ("SomethingNew", 400, ErrorKind.INVALID, "refused the request"),
        ("SomethingNew", 403, ErrorKind.DENIED, "role Reader"),
        ("SomethingNew", 503, ErrorKind.UNAVAILABLE, "later"),
        ("SomethingNew", 529, ErrorKind.THROTTLED, "later"),
    ],
)
def test_each_code_has_its_kind_and_says_what_helps(
    code: str, status: int, kind: ErrorKind, says: str
) -> None:
    error = refused(code, status=status)
    assert error.kind == kind
    assert str(error).startswith(f"{READING}: {code} (No.). ")
    assert says in error.advice


@pytest.mark.parametrize(
    ("who", "told"),
    [("client 'c' with object id 'o'", "client c"), ("client", "client")],
)
def test_a_missing_right_is_named_once_with_its_role_and_scope(
    who: str, told: str
) -> None:
    error = refused(
        "AuthorizationFailed",
        f"The {who} does not have authorization to perform "
        "action 'Microsoft.Compute/virtualMachines/read' over scope '/subscriptions/s' "
        "or the scope is invalid.",
    )
    assert error.kind == ErrorKind.DENIED
    reason = f"AuthorizationFailed (the {told} has no role that allows it)"
    assert error.reason == reason
    assert error.advice.startswith(
        "Assign the role Reader on /subscriptions/s, which allows "
        "Microsoft.Compute/virtualMachines/read, "
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"code": "BadRequest", "message": "No."}', "BadRequest (No.)"),
        ('{"error": {"Code": "BadRequest", "Message": "No."}}', "BadRequest (No.)"),
        ('{"error": {"code": 429, "message": null}}', "429 (no further reason)"),
        ('{"error": "invalid_request"}', "HTTP 502 (invalid_request)"),
        ("<html><h1>502\n Bad Gateway</h1></html>", "HTTP 502 (Bad Gateway)"),
        (
            "<html><head><title>Sorry</title></head><h1>Sorry</h1></html>",
            "HTTP 502 (Sorry)",
        ),
        ('{"error": {"co', 'HTTP 502 ({"error": {"co)'),
        ("", "HTTP 502 (no further reason)"),
        ("[]", "HTTP 502 ([])"),
        ("null", "HTTP 502 (None)"),
    ],
)
def test_an_error_is_understood_in_whatever_shape_it_comes(
    text: str, reason: str
) -> None:
    error = answer_failure(502, text, READING)
    assert error.reason == reason
    assert "\n" not in str(error)


def test_a_page_of_html_does_not_fill_the_sentence() -> None:
    error = answer_failure(502, "<p>word</p>" * 10_000, READING)
    assert len(str(error)) < 800


def test_a_wait_that_azure_names_is_passed_on() -> None:
    error = answer_failure(429, "", READING, retry_after=3600)
    assert "in 3600 s" in error.advice


@pytest.mark.parametrize(
    ("code", "kind", "says"),
    [
        ("7000215", ErrorKind.CREDENTIALS, "not its id"),
        ("7000222", ErrorKind.EXPIRED, "expired"),
        ("700016", ErrorKind.CREDENTIALS, "no such application"),
        ("90002", ErrorKind.CREDENTIALS, "no such tenant"),
        ("12345", ErrorKind.CREDENTIALS, "client id and secret"),
    ],
)
def test_a_refused_sign_in_says_why_in_one_sentence(
    code: str, kind: ErrorKind, says: str
) -> None:
    message = (
        f"Authentication failed: AADSTS{code}: That is wrong. Trace ID: 1\n"
        "Correlation ID: 2\nTimestamp: 3"
    )
    error = sign_in_failure("Sign-in", message)
    assert (error.kind, error.reason) == (kind, f"AADSTS{code} (That is wrong.)")
    assert says in error.advice
