"""What botocore finds out itself, as the kind of failure that says what helps."""

import pytest
from botocore.exceptions import (
    BotoCoreError,
    ConfigParseError,
    CredentialRetrievalError,
    InvalidRegionError,
    ReadTimeoutError,
    SSOTokenLoadError,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
)

from providers.aws.aws_errors import aws_errors
from providers.errors import ErrorKind, ProviderError


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (UnauthorizedSSOTokenError(), ErrorKind.EXPIRED),
        (SSOTokenLoadError(profile_name="x", error_msg="none"), ErrorKind.EXPIRED),
        (TokenRetrievalError(provider="sso", error_msg="old"), ErrorKind.EXPIRED),
        (
            CredentialRetrievalError(provider="custom-process", error_msg="1"),
            ErrorKind.CREDENTIALS,
        ),
        (ConfigParseError(path="~/.aws/config"), ErrorKind.CREDENTIALS),
        (InvalidRegionError(region_name="eu west"), ErrorKind.INVALID),
        (ReadTimeoutError(endpoint_url="https://x"), ErrorKind.UNAVAILABLE),
        (BotoCoreError(), ErrorKind.UNAVAILABLE),
    ],
)
def test_each_has_its_kind(error: BotoCoreError, kind: ErrorKind) -> None:
    with pytest.raises(ProviderError) as raised, aws_errors("Costs"):
        raise error
    assert raised.value.kind == kind
    assert str(raised.value).startswith("Costs: ")
    assert "\n" not in str(raised.value)
