"""AWS's errors as ProviderErrors: one sentence, and what to do."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConfigNotFound,
    ConfigParseError,
    CredentialRetrievalError,
    InvalidConfigError,
    InvalidRegionError,
    LoginError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)
from botocore.parsers import ResponseParserError

from providers.errors import ErrorKind, ProviderError

CODES = {
    ErrorKind.DENIED: "AccessDenied AccessDeniedException Forbidden "
    "UnauthorizedException UnauthorizedOperation",
    ErrorKind.NOT_ENABLED: "AWSOrganizationsNotInUseException "
    "DataUnavailableException OptInRequired",
    ErrorKind.EXPIRED: "ExpiredToken ExpiredTokenException RequestExpired",
    ErrorKind.CREDENTIALS: "AuthFailure InvalidAccessKeyId InvalidClientTokenId "
    "SignatureDoesNotMatch UnrecognizedClientException",
    ErrorKind.THROTTLED: "LimitExceededException LimitExceededFault "
    "RequestLimitExceeded RequestThrottled ThrottledException Throttling "
    "ThrottlingException TooManyRequestsException",
    ErrorKind.UNAVAILABLE: "InternalError InternalFailure InternalServiceError "
    "ServiceException ServiceUnavailable Unavailable",
}
KIND_PER_CODE = {code: kind for kind, codes in CODES.items() for code in codes.split()}

ADVICE = {
    ErrorKind.CREDENTIALS: "Check the AWS credentials of the environment, such as "
    "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE or the instance's role.",
    ErrorKind.EXPIRED: "The credentials have expired: renew them and sync again.",
    ErrorKind.DENIED: "Allow it in the IAM policy (README, Connect an AWS account), "
    "then try `manage.py check_access`.",
    ErrorKind.THROTTLED: "AWS kept refusing after all retries: sync again later, or "
    "raise AWS_MAX_ATTEMPTS.",
    ErrorKind.UNAVAILABLE: "AWS can't be reached or has a fault: sync again later. "
    "What is stored stays.",
    ErrorKind.NOT_ENABLED: "Enable it in the AWS console and wait for its data.",
    ErrorKind.INVALID: "AWS refused the request as wrong.",
    ErrorKind.INCOMPLETE: "Nothing of this answer was stored: sync again.",
}
ASSUME_ROLE_ADVICE = (
    "Check that the role exists, that its trust policy names these credentials, and "
    "that the account's external ID is the one it asks for."
)
# Cost Explorer says so as an AccessDeniedException, which no permission would help.
COST_EXPLORER_NEVER_ENABLED = "not enabled for cost explorer"
COST_EXPLORER_ADVICE = (
    "Enable Cost Explorer in the AWS console (Billing and Cost Management); its data "
    "is there about 24 hours later."
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
}


@contextmanager
def aws_errors(reading: str) -> Iterator[None]:
    """Turn what botocore raises into a ProviderError about `reading`."""
    try:
        yield
    except ClientError as error:
        raise _client_failure(error, reading) from error
    except (BotoCoreError, ResponseParserError) as error:
        kinds = (k for of, k in KIND_PER_EXCEPTION.items() if isinstance(error, of))
        kind = next(kinds, ErrorKind.UNAVAILABLE)
        raise failure(kind, reading, str(error)) from error


def failure(
    kind: ErrorKind, reading: str, reason: str, advice: str = ""
) -> ProviderError:
    one_line = " ".join(reason.split())  # some are written over several
    return ProviderError(kind, reading, one_line, advice or ADVICE[kind])


def _client_failure(error: ClientError, reading: str) -> ProviderError:
    code = error.response["Error"].get("Code", "Unknown")
    message = error.response["Error"].get("Message", "") or "no further reason"
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400)
    fallback = ErrorKind.UNAVAILABLE if status >= 500 else ErrorKind.INVALID
    kind = KIND_PER_CODE.get(code, fallback)
    advice = ""
    if error.operation_name == "AssumeRole" and kind == ErrorKind.DENIED:
        kind, advice = ErrorKind.CREDENTIALS, ASSUME_ROLE_ADVICE
    if code == "DataUnavailableException" or COST_EXPLORER_NEVER_ENABLED in message:
        kind, advice = ErrorKind.NOT_ENABLED, COST_EXPLORER_ADVICE
    return failure(kind, reading, f"{code} ({message})", advice)
