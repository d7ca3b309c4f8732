"""What botocore finds out itself, as the kind of failure that says what helps."""

import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConfigParseError,
    CredentialRetrievalError,
    EndpointConnectionError,
    InvalidRegionError,
    ReadTimeoutError,
    SSOTokenLoadError,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
    UnknownRegionError,
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
        (UnknownRegionError(region_name="eu-1", error_msg="none"), ErrorKind.INVALID),
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


@pytest.mark.parametrize(
    ("code", "region", "kind"),
    [
        ("SlowDown", "eu-west-1", ErrorKind.THROTTLED),
        ("RequestTimeout", "eu-west-1", ErrorKind.UNAVAILABLE),
        ("NotSignedUp", "eu-west-1", ErrorKind.NOT_ENABLED),
        ("InvalidToken", "", ErrorKind.CREDENTIALS),
        ("InvalidToken", "me-south-1", ErrorKind.NOT_ENABLED),
    ],
)
def test_what_s3_calls_otherwise(code: str, region: str, kind: ErrorKind) -> None:
    assert told(code, region=region).kind == kind


def told(code: str, message: str = "", region: str = "") -> ProviderError:
    """What is made of an error that AWS answers with."""
    answer = {"Error": {"Code": code, "Message": message}}
    with pytest.raises(ProviderError) as raised, aws_errors("Costs", region):
        raise ClientError(answer, "GetCostAndUsage")  # type: ignore[arg-type]
    return raised.value


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("SignatureDoesNotMatch", "Signature expired: 20260620T0900Z is now earlier"),
        ("InvalidSignatureException", "Signature not yet current: 20260620T0900Z is"),
        ("RequestTimeTooSkewed", "The difference between the request time and"),
        ("RequestInTheFuture", ""),
    ],
)
def test_a_clock_that_is_wrong_is_not_blamed_on_the_credentials(
    code: str, message: str
) -> None:
    error = told(code, message)
    assert error.kind == ErrorKind.CLOCK
    assert "This machine's clock is wrong: set it" in str(error)
    assert "Check the AWS credentials" not in str(error)


def test_a_secret_that_is_wrong_is_blamed_on_the_credentials() -> None:
    reason = "The request signature we calculated does not match the signature you"
    for code in ("SignatureDoesNotMatch", "InvalidSignatureException"):
        assert told(code, reason).kind == ErrorKind.CREDENTIALS


def test_a_request_that_expired_names_both_causes() -> None:
    assert "renew them" in str(told("RequestExpired", "Request has expired."))
    assert "clock is wrong" in str(told("RequestExpired", "Request has expired."))


@pytest.mark.parametrize(
    "code",
    [
        "BillExpirationException",
        "RequestChangedException",
        "InvalidNextTokenException",
        "InvalidNextToken",
        "InvalidPaginationToken",
        "ExpiredNextTokenException",
    ],
)
def test_pages_that_changed_while_they_were_read_are_read_again(code: str) -> None:
    error = told(code, "It expired.")
    assert error.kind == ErrorKind.INCOMPLETE
    assert str(error) == (
        f"Costs: {code} (It expired.). The answer changed while its pages were read. "
        "Nothing of it was stored: sync again."
    )


@pytest.mark.parametrize(
    "code",
    [
        "AuthFailure",
        "OptInRequired",
        "UnrecognizedClientException",
        "InvalidClientTokenId",
    ],
)
def test_a_region_that_is_not_enabled_is_not_blamed_on_the_credentials(
    code: str,
) -> None:
    error = told(code, "It is invalid.", region="me-south-1")
    assert error.kind == ErrorKind.NOT_ENABLED
    assert "the region is not enabled for this account" in str(error)
    assert "Check the AWS credentials" not in str(error)


def test_what_an_organization_denies_is_not_blamed_on_the_accounts_policy() -> None:
    reason = "not authorized to perform: x with an explicit deny in a service control "
    for code in ("UnauthorizedOperation", "AccessDenied", "AccessDeniedException"):
        error = told(code, reason + "policy")
        assert error.kind == ErrorKind.DENIED
        assert "A policy of the organization denies it" in str(error)
        regional = told(code, reason + "policy", region="sa-east-1")
        assert "denies this region" in str(regional)
        assert "add_account --region" in str(regional)
        for one in (error, regional):
            assert "Allow it in the IAM policy" not in str(one)


def test_a_region_that_does_not_exist_may_be_a_name_to_correct() -> None:
    url = "https://ec2.eu-west-9.amazonaws.com"
    with pytest.raises(ProviderError) as raised, aws_errors("EC2", "eu-west-9"):
        raise EndpointConnectionError(endpoint_url=url)
    assert raised.value.kind == ErrorKind.UNAVAILABLE
    assert "correct the name of the region" in str(raised.value)


def test_other_errors_are_not_taken_for_old_credentials() -> None:
    with pytest.raises(RuntimeError, match="dictionary changed"), aws_errors("Costs"):
        raise RuntimeError("dictionary changed size during iteration")
