"""boto3 clients of an emulator, without retries, for tests of the emulator itself."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from core.testing.aws_emulator.identity import DEFAULT_ACCOUNT, SECRET, access_key_of

if TYPE_CHECKING:
    from mypy_boto3_ce import CostExplorerClient
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_organizations import OrganizationsClient
    from mypy_boto3_pricing import PricingClient
    from mypy_boto3_sts import STSClient

    from core.testing.aws_emulator.aws import EmulatedAws

NO_RETRIES = Config(retries={"mode": "standard", "total_max_attempts": 1})


@dataclass
class Clients:
    """One account's clients, or those of the credentials that AssumeRole gave."""

    aws: EmulatedAws
    account_id: str = DEFAULT_ACCOUNT
    # Access key, secret and session token; None: the account's own key.
    credentials: tuple[str, str, str] | None = None

    def ce(self) -> CostExplorerClient:
        """Cost Explorer."""
        return self._session().client(
            "ce", endpoint_url=self.aws.endpoint_url, config=NO_RETRIES
        )

    def cloudwatch(self, region: str = "us-east-1") -> CloudWatchClient:
        """CloudWatch of a region."""
        return self._session(region).client(
            "cloudwatch", endpoint_url=self.aws.endpoint_url, config=NO_RETRIES
        )

    def ec2(self, region: str = "us-east-1") -> EC2Client:
        """EC2 of a region."""
        return self._session(region).client(
            "ec2", endpoint_url=self.aws.endpoint_url, config=NO_RETRIES
        )

    def organizations(self) -> OrganizationsClient:
        """Organizations."""
        return self._session().client(
            "organizations", endpoint_url=self.aws.endpoint_url, config=NO_RETRIES
        )

    def pricing(self, region: str = "us-east-1") -> PricingClient:
        """The Price List, which answers in few regions."""
        return self._session(region).client(
            "pricing", endpoint_url=self.aws.endpoint_url, config=NO_RETRIES
        )

    def sts(self) -> STSClient:
        """STS."""
        return self._session().client(
            "sts", endpoint_url=self.aws.endpoint_url, config=NO_RETRIES
        )

    def other(self, service: Any, region: str = "us-east-1") -> Any:
        """A service that is asked so rarely that its types are not installed."""
        return self._session(region).client(
            service, endpoint_url=self.aws.endpoint_url, config=NO_RETRIES
        )

    def _session(self, region: str = "us-east-1") -> boto3.Session:
        own = (access_key_of(self.account_id), SECRET, None)
        return _make_session(*(self.credentials or own), region)


@cache
def _make_session(
    key: str, secret: str, token: str | None, region: str
) -> boto3.Session:
    """Kept, because a new one reads the services' models again."""
    return boto3.Session(key, secret, token, region)


def code_of(error: ClientError) -> str:
    """The service's error code."""
    return error.response["Error"]["Code"]
