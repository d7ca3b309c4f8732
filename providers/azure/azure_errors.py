"""Azure's errors as ProviderErrors: one sentence, and what to do."""

import json
import re
from collections.abc import Mapping
from typing import Any

from providers.errors import ErrorKind, ProviderError

CODES = {
    ErrorKind.DENIED: "AuthorizationFailed LinkedAuthorizationFailed "
    "RBACAccessDenied AccountCostDisabled DepartmentCostDisabled IndirectCostDisabled "
    "RequestDisallowedByPolicy",
    ErrorKind.CREDENTIALS: "AuthenticationFailed InvalidAuthenticationToken "
    "InvalidAuthenticationTokenAudience InvalidAuthenticationTokenTenant",
    ErrorKind.EXPIRED: "ExpiredAuthenticationToken",
    ErrorKind.NOT_ENABLED: "SubscriptionNotRegistered DisallowedOperation "
    "MissingSubscriptionRegistration SubscriptionTypeNotSupported "
    "DisabledSubscription ReadOnlyDisabledSubscription",
    ErrorKind.INVALID: "NoRegisteredProviderFound SubscriptionNotFound "
    "InvalidSubscriptionId ResourceNotFound BadRequest InvalidApiVersionParameter",
    ErrorKind.CONFLICT: "AllocationFailed AttachDiskWhileBeingDetached Conflict "
    "OperationNotAllowed OverconstrainedAllocationRequest PropertyChangeNotAllowed "
    "PublicIPAddressCannotBeDeleted QuotaExceeded ResourceInUse ScopeLocked "
    "SkuNotAvailable ZonalAllocationFailed",
    ErrorKind.CHANGED: "PreconditionFailed",
    ErrorKind.THROTTLED: "429 529 TooManyRequests ResourceRequestsThrottled "
    "SubscriptionRequestsThrottled TenantRequestsThrottled OperationThrottled",
    ErrorKind.UNAVAILABLE: "GatewayTimeout ServerTimeout InternalServerError "
    "ServiceUnavailable ServerBusy BadGateway",
}
KIND_PER_CODE = {
    code.lower(): kind for kind, codes in CODES.items() for code in codes.split()
}
KIND_PER_STATUS = {
    409: ErrorKind.CONFLICT,
    412: ErrorKind.CHANGED,
    401: ErrorKind.CREDENTIALS,
    403: ErrorKind.DENIED,
    429: ErrorKind.THROTTLED,
    529: ErrorKind.THROTTLED,
}

TRY = "then try `manage.py check_access`."
ADVICE = {
    ErrorKind.CREDENTIALS: "Check the account's tenant, client id and secret "
    f"(README, Connect an Azure subscription), {TRY}",
    ErrorKind.EXPIRED: "The token has expired: sync again. Where it has not, this "
    "machine's clock is wrong: set it, such as by NTP.",
    ErrorKind.DENIED: "Assign the role (README, Connect an Azure subscription), wait "
    f"some minutes, {TRY}",
    ErrorKind.THROTTLED: "Azure kept refusing after all retries: sync again later. "
    "What is stored stays.",
    ErrorKind.UNAVAILABLE: "Azure can't be reached or has a fault: sync again later. "
    "What is stored stays.",
    ErrorKind.NOT_ENABLED: "Enable it in the Azure portal and wait for its data.",
    ErrorKind.INVALID: "Azure refused the request as wrong: update cloudintel, "
    "and report it where that does not help. What is stored stays.",
    ErrorKind.CHANGED: "Look at it, and propose the action again.",
    ErrorKind.CONFLICT: "Azure can't do it as the resource is now: look at it there.",
    ErrorKind.INCOMPLETE: "Nothing of this answer was stored: sync again.",
}
# What helps against one code, where its kind says too little.
ADVICE_PER_CODE = {
    "invalidauthenticationtokentenant": "The subscription belongs to another tenant, "
    "perhaps since it was moved: correct the account's tenant and application.",
    "subscriptionnotfound": "Check its id, and that the application has a role on it. "
    "One made within two days may not be known everywhere yet.",
    "subscriptionnotregistered": "Register the resource provider that is named in the "
    "subscription (`az provider register --namespace NAME`), which its owner can.",
    "disallowedoperation": "The offer of this subscription has no charges in Cost "
    "Management, so there are none to read.",
    "subscriptiontypenotsupported": "Management groups with subscriptions of a "
    "Microsoft Customer Agreement have no costs: add the billing scope instead.",
    "disabledsubscription": "The subscription is disabled, such as for a payment that "
    "is due: its owner can enable it. What is stored stays.",
    "noregisteredproviderfound": "This version of the API is not offered in this "
    "cloud: update cloudintel.",
    "resourcerequeststhrottled": "Azure kept refusing after all retries: sync again "
    "in 5 minutes or later. What is stored stays.",
    "gatewaytimeout": "Azure took too long: sync again later, or a shorter window. "
    "What is stored stays.",
    "accountcostdisabled": 'An enterprise administrator must switch on "Account '
    "owners can view charges\" in the billing account's policies.",
    "departmentcostdisabled": "An enterprise administrator must switch on "
    '"Department administrators can view charges" in the billing account\'s policies.',
    "scopelocked": "A management lock stands in the way: who set it can remove it.",
    "indirectcostdisabled": "The partner that sells this subscription must let its "
    "customer see the charges.",
}
UNREGISTERED = {"subscriptionnotregistered", "missingsubscriptionregistration"}
ADVICE_PER_CODE["missingsubscriptionregistration"] = ADVICE_PER_CODE[
    "subscriptionnotregistered"
]
ADVICE_PER_CODE["readonlydisabledsubscription"] = ADVICE_PER_CODE[
    "disabledsubscription"
]
ADVICE_PER_CODE["servertimeout"] = ADVICE_PER_CODE["gatewaytimeout"]

NO_TENANT = "There is no such tenant: check its id."
# How azure-identity words it that a tenant has no address of its own.
NO_TENANT_SIGN = "authority configuration"
# Microsoft Entra's own codes: https://login.microsoftonline.com/error
SIGN_IN = {
    "7000215": (
        ErrorKind.CREDENTIALS,
        "The client secret is wrong: give its value, which is not its id.",
    ),
    "7000222": (
        ErrorKind.EXPIRED,
        "The client secret has expired: make another one for the application, and set "
        "it where cloudintel's processes start.",
    ),
    "700016": (
        ErrorKind.CREDENTIALS,
        "The tenant has no such application: check client id and tenant.",
    ),
    "90002": (ErrorKind.CREDENTIALS, NO_TENANT),
    "700027": (
        ErrorKind.CREDENTIALS,
        "The certificate is not one of the application's, or has expired: upload it "
        "to the application, or name another.",
    ),
    "70021": (
        ErrorKind.CREDENTIALS,
        "The application trusts no such workload: check issuer and subject of its "
        "federated credential.",
    ),
    "7000112": (ErrorKind.CREDENTIALS, "The application is disabled in its tenant."),
    "53003": (
        ErrorKind.DENIED,
        "A conditional access policy of the tenant refuses the sign-in: ask who "
        "manages the tenant.",
    ),
}
SIGN_IN["700213"] = SIGN_IN["70021"]
SIGN_IN["900023"] = SIGN_IN["90002"]
ENTRA_CODE = re.compile(r"AADSTS(\d+)")
# "The client 'C' with object id 'O' does not have authorization to perform action 'A'
# over scope 'S' or the scope is invalid. If access was recently granted, ..."
MISSING_RIGHT = re.compile(
    r"(client '(?P<client>[^']+)'.*?)?"
    r"action '(?P<action>[^']+)'.*?scope '(?P<scope>[^']+)'"
)
LONGEST_REASON = 400
# Status -> what it means of one operation, and what to do.
Refusals = Mapping[int, tuple[ErrorKind, str]]
NO_REFUSALS: Refusals = {}


def is_unregistered(error: ProviderError) -> bool:
    """Return whether the subscription lacks the resource provider that was asked."""
    code, _, _ = error.reason.partition(" (")
    return code.lower() in UNREGISTERED


def failure(
    kind: ErrorKind, reading: str, reason: str, advice: str = "", region: str = ""
) -> ProviderError:
    one_line = " ".join(reason.split())[:LONGEST_REASON]
    return ProviderError(kind, reading, one_line, advice or ADVICE[kind], region)


def answer_failure(
    status: int,
    text: str,
    reading: str,
    *,
    role: str = "Reader",
    region: str = "",
    retry_after: float = 0,
    refusals: Refusals = NO_REFUSALS,
) -> ProviderError:
    """Return what to raise for an answer that is not 200, whatever its text is.

    `refusals` is what a status means there where no known code says more.
    """
    code, message = code_and_message(text)
    fallback = ErrorKind.UNAVAILABLE if status >= 500 else ErrorKind.INVALID
    by_status = KIND_PER_STATUS.get(status, fallback)
    kind, advice = refusals.get(status, (by_status, ""))
    if code.lower() in KIND_PER_CODE:
        kind = KIND_PER_CODE[code.lower()]
        advice = ADVICE_PER_CODE.get(code.lower(), "")
    if kind == ErrorKind.DENIED and not advice:
        found = MISSING_RIGHT.search(message)
        advice = _missing_role(found, role)
        if found:  # the advice names action and scope
            client = f"client {found['client'] or ''}".strip()
            message = f"the {client} has no role that allows it"
    if kind == ErrorKind.THROTTLED and retry_after:
        advice = (
            f"Azure wants to be asked again in {retry_after:.0f} s: sync again then. "
            "What is stored stays."
        )
    message = message.removeprefix(f"{status} ") or "no further reason"
    reason = f"{code or f'HTTP {status}'} ({message})"
    return failure(kind, reading, reason, advice, region)


def code_and_message(text: str) -> tuple[str, str]:
    """Return both of an error, wrapped or not, or the words of a page of HTML."""
    try:
        raw = json.loads(text)
    except ValueError:
        return "", _words(text)
    inner = raw.get("error", raw) if isinstance(raw, dict) else raw
    if not isinstance(inner, dict):
        return "", _words(str(inner))
    lowered = {str(name).lower(): value for name, value in inner.items()}
    return _text(lowered.get("code")), _text(lowered.get("message"))


def sign_in_failure(reading: str, message: str) -> ProviderError:
    """Return what to raise for a sign-in that Microsoft Entra refused."""
    reason = message.partition("Trace ID")[0]
    found = ENTRA_CODE.search(message)
    if found is None and NO_TENANT_SIGN in message:
        # The library goes on with how other authorities are written.
        reason = "the tenant is unknown there"
        return failure(ErrorKind.CREDENTIALS, reading, reason, NO_TENANT)
    if found is None:
        return failure(ErrorKind.CREDENTIALS, reading, reason)
    kind, advice = SIGN_IN.get(found[1], (ErrorKind.CREDENTIALS, ""))
    said = reason[found.end() :].lstrip(": ")
    return failure(kind, reading, f"{found[0]} ({said.strip()})", advice)


def _missing_role(found: re.Match[str] | None, role: str) -> str:
    """Name the role that is missing, and where, as far as the message told."""
    at = f" on {found['scope']}" if found else ""
    allowing = f", which allows {found['action']}" if found else ""
    return f"Assign the role {role}{at}{allowing}, wait some minutes, {TRY}"


def _words(text: str) -> str:
    """Return what a person would read of it: a page's title says the same again."""
    body = re.sub(r"(?is)<(head|script|style)\b.*?</\1>", " ", text)
    return " ".join(re.sub(r"<[^>]*>", " ", body).split())[:LONGEST_REASON]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)
