"""EC2's dry runs: whether a request would be allowed, without making it."""

from collections.abc import Callable, Sequence
from typing import Any

from botocore.exceptions import ClientError

from providers.acting import ActionKind
from providers.aws.aws_errors import aws_errors
from providers.errors import ErrorKind, ProviderError

# A permission, what it is for, and what tries it.
Attempt = tuple[str, Sequence[ActionKind], Callable[[], object]]
# EC2 checks rights before anything else, so these tell that they are there.
ALLOWED_ENDINGS = (".NotFound", "IncorrectInstanceState", "IncorrectState")
WOULD_SUCCEED = "DryRunOperation"


def dry_run(
    call: Callable[..., Any], permission: str, region: str, **request: Any
) -> str:
    """Return the permission that EC2 says is there. Raise ProviderError."""
    reading = f"Dry run in {region} ({permission})"
    with aws_errors(reading, region):
        try:
            call(DryRun=True, **request)
        except ClientError as error:
            if error.response["Error"]["Code"] != WOULD_SUCCEED:
                raise
            return permission
    reason = "EC2 answered a dry run as if it had been none"
    raise ProviderError(ErrorKind.INCOMPLETE, reading, reason, "", region)


def try_right(
    call: Callable[..., Any], permission: str, region: str, **request: Any
) -> Callable[[], object]:
    """Return what tries a right on something that does not exist."""

    def attempt() -> None:
        try:
            dry_run(call, permission, region, **request)
        except ProviderError as error:
            cause = error.__cause__
            if not isinstance(cause, ClientError):
                raise
            if not cause.response["Error"]["Code"].endswith(ALLOWED_ENDINGS):
                raise

    return attempt


def in_words(permissions: Sequence[str]) -> str:
    return f"EC2 would do it (dry run of {', '.join(permissions)})."
