"""AWS's errors as ProviderErrors: one sentence, and what to do."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConfigNotFound,
    ConfigParseError,
    CredentialRetrievalError,
    EndpointConnectionError,
    InvalidConfigError,
    InvalidRegionError,
    LoginError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
    UnknownRegionError,
)
from botocore.parsers import ResponseParserError

from providers.errors import ErrorKind, ProviderError

CODES = {
    ErrorKind.DENIED: "AccessDenied AccessDeniedException Forbidden "
    "UnauthorizedException UnauthorizedOperation",
    ErrorKind.NOT_ENABLED: "AWSOrganizationsNotInUseException "
    "DataUnavailableException NotSignedUp OptInRequired",
    ErrorKind.EXPIRED: "ExpiredToken ExpiredTokenException RequestExpired",
    ErrorKind.CLOCK: "RequestInTheFuture RequestTimeTooSkewed",
    ErrorKind.CREDENTIALS: "AuthFailure IncompleteSignature InvalidAccessKeyId "
    "InvalidClientTokenId InvalidSignatureException InvalidToken "
    "MissingAuthenticationToken SignatureDoesNotMatch UnrecognizedClientException",
    ErrorKind.INCOMPLETE: "BillExpirationException ExpiredNextTokenException "
    "InvalidNextToken InvalidNextTokenException InvalidPaginationToken "
    "RequestChangedException",
    ErrorKind.THROTTLED: "LimitExceededException LimitExceededFault "
    "RequestLimitExceeded RequestThrottled SlowDown ThrottledException Throttling "
    "ThrottlingException TooManyRequestsException",
    ErrorKind.CONFLICT: "DependencyViolation IncorrectInstanceState "
    "IncorrectModificationState IncorrectState InsufficientCapacity "
    "InsufficientHostCapacity InsufficientInstanceCapacity "
    "InsufficientReservedInstanceCapacity "
    "InstanceLimitExceeded InvalidDBClusterStateFault InvalidDBInstanceState "
    "InvalidDBInstanceStateFault InvalidIPAddress.InUse InvalidParameterCombination "
    "InvalidSnapshot.InUse OperationAborted OperationNotPermitted Unsupported "
    "UnsupportedOperation VcpuLimitExceeded VolumeInUse "
    "VolumeModificationRateExceeded ConcurrentSnapshotLimitExceeded "
    "SnapshotCreationPerVolumeRateExceeded",
    ErrorKind.UNAVAILABLE: "InternalError InternalFailure InternalServiceError "
    "RequestTimeout ServiceException ServiceUnavailable Unavailable",
}
KIND_PER_CODE = {code: kind for kind, codes in CODES.items() for code in codes.split()}

ADVICE = {
    ErrorKind.CREDENTIALS: "Check the AWS credentials of the environment, such as "
    "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE or the instance's role.",
    ErrorKind.EXPIRED: "The credentials have expired: renew them and sync again. "
    "Where they have not, this machine's clock is wrong.",
    ErrorKind.CLOCK: "This machine's clock is wrong: set it, such as by NTP, and sync "
    "again. The credentials are not at fault.",
    ErrorKind.DENIED: "Allow it in the IAM policy (README, Connect an AWS account; of "
    "the role that acts: docs/acting.md), then try `manage.py check_access`.",
    ErrorKind.THROTTLED: "AWS kept refusing after all retries: sync again later, or "
    "raise AWS_MAX_ATTEMPTS.",
    ErrorKind.UNAVAILABLE: "AWS can't be reached or has a fault: sync again later. "
    "What is stored stays.",
    ErrorKind.NOT_ENABLED: "Enable it in the AWS console and wait for its data.",
    ErrorKind.INVALID: "AWS refused the request as wrong: update cloudintel, "
    "and report it where that does not help. What is stored stays.",
    ErrorKind.CHANGED: "Look at it, and propose the action again.",
    ErrorKind.CONFLICT: "AWS can't do it as the resource is now: look at it there.",
    ErrorKind.INCOMPLETE: "Nothing of this answer was stored: sync again.",
}
ASSUME_ROLE_ADVICE = (
    "Check that the role exists, that its trust policy names these credentials, and "
    "that the account's external ID is the one it asks for."
)
# How botocore words it that credentials are old the moment that it gets them.
STILL_EXPIRED = "refreshed credentials are still expired"
# How AWS words it, whatever the code.
CLOCK_SIGNS = ("signature expired", "signature not yet current")
ORGANIZATION_SIGNS = ("service control policy", "resource control policy")
ORGANIZATION_ADVICE = (
    "A policy of the organization denies it, whatever the account's own policies "
    "allow: ask who manages the organization."
)
REGION_DENIED_ADVICE = (
    "A policy of the organization denies this region, whatever the account's own "
    "policies allow: name the regions to read by `manage.py add_account --region`, or "
    "in the admin under Cloud accounts."
)
# STS has confirmed the credentials before any region is asked.
REGION_OFF_ADVICE = (
    "The credentials are right, so the region is not enabled for this account: enable "
    "it in the AWS console, or leave it out of the account's regions (`manage.py "
    "add_account --region`, or in the admin under Cloud accounts)."
)
REGION_UNKNOWN_ADVICE = (
    "AWS can't be reached there: sync again later. What is stored stays. Where it "
    "never can, correct the name of the region in the account's regions."
)
PAGES_ADVICE = (
    "The answer changed while its pages were read. Nothing of it was stored: sync "
    "again."
)
# Cost Explorer says so as an AccessDeniedException, which no permission would help.
COST_EXPLORER_NEVER_ENABLED = "not enabled for cost explorer"
COST_EXPLORER_ADVICE = (
    "Enable Cost Explorer in the AWS console (Billing and Cost Management). Where it "
    "is enabled, AWS prepares the running month within a day and the months before it "
    "within some more: they are read as soon as they are there."
)

# What botocore finds out itself. All else of its own is a fault on the way to AWS.
KIND_PER_EXCEPTION: dict[type[Exception], ErrorKind] = {
    NoCredentialsError: ErrorKind.CREDENTIALS,
    PartialCredentialsError: ErrorKind.CREDENTIALS,
    CredentialRetrievalError: ErrorKind.CREDENTIALS,
    ProfileNotFound: ErrorKind.CREDENTIALS,
    ConfigNotFound: ErrorKind.CREDENTIALS,
    ConfigParseError: ErrorKind.CREDENTIALS,
    InvalidConfigError: ErrorKind.CREDENTIALS,
    SSOError: ErrorKind.EXPIRED,
    LoginError: ErrorKind.EXPIRED,
    TokenRetrievalError: ErrorKind.EXPIRED,
    ParamValidationError: ErrorKind.INVALID,
    InvalidRegionError: ErrorKind.INVALID,
    UnknownRegionError: ErrorKind.INVALID,
}


@contextmanager
def aws_errors(reading: str, region: str = "") -> Iterator[None]:
    """Turn what botocore raises into a ProviderError about `reading`.

    `region` is the one that is asked, where the account can be without it.
    """
    try:
        yield
    except ClientError as error:
        raise _client_failure(error, reading, region) from error
    except (BotoCoreError, ResponseParserError) as error:
        kinds = (k for of, k in KIND_PER_EXCEPTION.items() if isinstance(error, of))
        kind = next(kinds, ErrorKind.UNAVAILABLE)
        is_unknown = region and isinstance(error, EndpointConnectionError)
        advice = REGION_UNKNOWN_ADVICE if is_unknown else ""
        raise failure(kind, reading, str(error), advice, region) from error
    except RuntimeError as error:
        if STILL_EXPIRED not in str(error):
            raise
        raise failure(ErrorKind.EXPIRED, reading, str(error)) from error


def failure(
    kind: ErrorKind, reading: str, reason: str, advice: str = "", region: str = ""
) -> ProviderError:
    one_line = " ".join(reason.split())  # some are written over several
    return ProviderError(kind, reading, one_line, advice or ADVICE[kind], region)


def _client_failure(error: ClientError, reading: str, region: str) -> ProviderError:
    code = error.response["Error"].get("Code", "Unknown")
    message = error.response["Error"].get("Message", "") or "no further reason"
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400)
    fallback = ErrorKind.UNAVAILABLE if status >= 500 else ErrorKind.INVALID
    kind = KIND_PER_CODE.get(code, fallback)
    kind, advice = _cause(kind, code, message.lower(), region)
    if error.operation_name == "AssumeRole" and kind == ErrorKind.DENIED:
        kind, advice = ErrorKind.CREDENTIALS, ASSUME_ROLE_ADVICE
    return failure(kind, reading, f"{code} ({message})", advice, region)


def _cause(
    kind: ErrorKind, code: str, message: str, region: str
) -> tuple[ErrorKind, str]:
    """Return the kind that code, message and place make together, and its own advice,
    if it has any."""
    if any(sign in message for sign in CLOCK_SIGNS):
        return ErrorKind.CLOCK, ""
    if code == "DataUnavailableException" or COST_EXPLORER_NEVER_ENABLED in message:
        return ErrorKind.NOT_ENABLED, COST_EXPLORER_ADVICE
    if kind == ErrorKind.DENIED and any(sign in message for sign in ORGANIZATION_SIGNS):
        return kind, REGION_DENIED_ADVICE if region else ORGANIZATION_ADVICE
    if region and (kind == ErrorKind.CREDENTIALS or code == "OptInRequired"):
        return ErrorKind.NOT_ENABLED, REGION_OFF_ADVICE
    return kind, PAGES_ADVICE if kind == ErrorKind.INCOMPLETE else ""
