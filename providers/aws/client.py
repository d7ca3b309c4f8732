"""Every boto3 client is made here: credentials, retries, timeouts, metering."""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache, cached_property
from threading import Lock, RLock
from typing import TYPE_CHECKING, Any, cast

import boto3
import botocore.session
from botocore.config import Config
from botocore.credentials import (
    CredentialProvider,
    CredentialResolver,
    DeferredRefreshableCredentials,
)
from botocore.loaders import Loader
from botocore.utils import parse_timestamp

from providers.aws.account_settings import (
    PARTITIONS,
    ROLE_ARN,
    AwsSettings,
    Partition,
    refusal_of,
)
from providers.aws.aws_errors import aws_errors, failure
from providers.aws.unattended import ask_nobody
from providers.errors import ErrorKind, ProviderError
from providers.meter import Meter

if TYPE_CHECKING:
    from mypy_boto3_ce.client import CostExplorerClient
    from mypy_boto3_cloudwatch.client import CloudWatchClient
    from mypy_boto3_ec2.client import EC2Client
    from mypy_boto3_organizations.client import OrganizationsClient
    from mypy_boto3_pricing.client import PricingClient
    from mypy_boto3_sts.client import STSClient
    from mypy_boto3_sts.type_defs import AssumeRoleRequestTypeDef

ROLE_SESSION_NAME = "cloudintel"
# What names an emulator, which S3 shall ask.
ENDPOINTS = {"AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"}
# What AWS charges for reading it; everything else is free.
# https://aws.amazon.com/aws-cost-management/aws-cost-explorer/pricing/
COST_EXPLORER_REQUEST_USD = Decimal("0.01")
# https://aws.amazon.com/cloudwatch/pricing/: $0.01 per 1,000 metrics requested.
GET_METRIC_DATA_METRIC_USD = Decimal("0.00001")
# How IAM names a service whose id botocore spells otherwise.
SERVICE_NAMES = {
    "cost-explorer": "ce",
    "elastic-load-balancing": "elasticloadbalancing",
    "elastic-load-balancing-v2": "elasticloadbalancing",
}


@dataclass(frozen=True, slots=True)
class AwsAccount:
    """The account to read; an empty id accepts the account of the credentials."""

    account_id: str = ""
    settings: AwsSettings = field(default_factory=AwsSettings)
    is_payer: bool | None = False
    """None: unknown, so that its bill is asked whether it covers others."""
    has_own_bill: bool = True
    """Not so where a payer's bill covers it."""


@dataclass(frozen=True, slots=True)
class AwsOptions:
    """Statistics, timeouts and rates of all reads."""

    cpu_statistics: Sequence[str] = ("Average", "Maximum", "p99", "SampleCount")
    network_metrics: bool = True
    bucket_metrics: bool = True
    memory_metrics: bool = True
    usage_metrics: bool = True
    commitments: bool = False
    volume_metrics: bool = True
    connect_timeout: float = 10
    read_timeout: float = 60
    max_attempts: int = 10
    region_workers: int = 8
    cost_explorer_per_second: float = 5


class TokenBucket:
    """Lets `per_second` requests through each second, and that many in one burst."""

    def __init__(self, per_second: float) -> None:
        self._per_second = per_second
        self._tokens = per_second
        self._filled_at = time.monotonic()
        self._lock = Lock()

    def take(self) -> None:
        """Return as soon as one more request may be sent."""
        with self._lock:
            now = time.monotonic()
            gained = (now - self._filled_at) * self._per_second
            self._tokens = min(self._per_second, self._tokens + gained) - 1
            self._filled_at = now
            wait = -self._tokens / self._per_second
        if wait > 0:
            time.sleep(wait)


@dataclass
class AwsClients:
    """The clients of one account. Each request is counted by the meter.

    Before the first one is handed out, STS confirms that the credentials belong to
    the account, so that nothing is ever stored under another account's name. Safe to
    use from several threads.
    """

    account: AwsAccount
    options: AwsOptions = field(default_factory=AwsOptions)
    meter: Meter = field(default_factory=Meter)

    def __post_init__(self) -> None:
        # boto3 sessions are not safe to share while they make clients.
        self._lock = RLock()
        self._made: dict[tuple[str, str], Any] = {}
        self._bucket = TokenBucket(self.options.cost_explorer_per_second)

    def ec2(self, region: str) -> "EC2Client":
        return cast("EC2Client", self._client("ec2", region))

    def cloudwatch(self, region: str) -> "CloudWatchClient":
        return cast("CloudWatchClient", self._client("cloudwatch", region))

    def s3(self, region: str) -> Any:
        return self._client("s3", region)

    def rds(self, region: str) -> Any:
        return self._client("rds", region)

    def load_balancers(self, region: str) -> Any:
        return self._client("elbv2", region)

    def classic_load_balancers(self, region: str) -> Any:
        return self._client("elb", region)

    def cost_explorer(self) -> "CostExplorerClient":
        return cast("CostExplorerClient", self._client("ce", self.partition.billing))

    def organizations(self) -> "OrganizationsClient":
        region = self.partition.billing
        return cast("OrganizationsClient", self._client("organizations", region))

    def pricing(self) -> "PricingClient":
        return cast("PricingClient", self._client("pricing", self.partition.billing))

    @cached_property
    def partition(self) -> Partition:
        """That of the role, of the regions to read, or of the environment's region.

        Raises ProviderError for one that can't be read.
        """
        settings, session = self.account.settings, self._own_session
        if arn := ROLE_ARN.fullmatch(settings.role_arn):
            return PARTITIONS[arn["partition"]]
        environment = os.environ.get("AWS_REGION")
        environment = environment or session.get_config_variable("region")
        region = next(iter(settings.regions), environment) or "us-east-1"
        name = session.get_partition_for_region(region)
        if name not in PARTITIONS:
            reading = f"AWS account in {region}"
            raise ProviderError(ErrorKind.INVALID, reading, refusal_of(name), "")
        return PARTITIONS[name]

    @cached_property
    def identity(self) -> str:
        """The id of the account of the credentials. Raises ProviderError."""
        arn = self.account.settings.role_arn
        reading = "AWS identity (sts:GetCallerIdentity)"
        reading += f" through {arn}" if arn else ""
        with aws_errors(reading):
            sts: STSClient = self._bare_client(
                self._session, "sts", self.partition.home
            )
            account_id = sts.get_caller_identity()["Account"]
        if self.account.account_id not in ("", account_id):
            raise failure(
                ErrorKind.CREDENTIALS,
                reading,
                f"these credentials belong to account {account_id}, not to "
                f"{self.account.account_id}",
                "Give the account a role to assume, or other credentials.",
            )
        return account_id

    def _client(self, service: str, region: str) -> Any:
        with self._lock:
            _ = self.identity
            key = (service, region)
            if key not in self._made:
                self._made[key] = self._bare_client(self._session, service, region)
            return self._made[key]

    @cached_property
    def _session(self) -> boto3.Session:
        """With the credentials of the account's role, if it has one."""
        session = self._own_session
        if self.account.settings.role_arn:
            session = self._new_session()
            role = CredentialResolver([_AssumedRole(self)])
            session.register_component("credential_provider", role)
        return boto3.Session(botocore_session=session)

    @cached_property
    def _own_session(self) -> botocore.session.Session:
        """With the credentials that the environment has."""
        return self._new_session()

    def _new_session(self) -> botocore.session.Session:
        """A session whose clients, those for credentials too, have our deadlines."""
        session = botocore.session.get_session()
        session.register_component("data_loader", _descriptions())
        parsers = session.get_component("response_parser_factory")
        parsers.set_parser_defaults(timestamp_parser=_timestamp)
        config = Config(
            # `legacy` would not retry Cost Explorer's LimitExceededException.
            retries={
                "mode": "standard",
                "total_max_attempts": self.options.max_attempts,
            },
            connect_timeout=self.options.connect_timeout,
            read_timeout=self.options.read_timeout,
            user_agent_extra="cloudintel",
            s3={
                # S3's old address of us-east-1 is that of all regions.
                "us_east_1_regional_endpoint": "regional",
                # An emulator's host has no subdomain for each bucket.
                "addressing_style": "path" if ENDPOINTS & os.environ.keys() else "auto",
            },
        )
        session.set_default_client_config(config)
        ask_nobody(session)
        return session

    def _bare_client(self, session: boto3.Session, service: Any, region: str) -> Any:
        client = session.client(service, region_name=region)
        client.meta.events.register("before-send", self._sending)
        client.meta.events.register("provide-client-params", self._calling)
        return client

    def _sending(self, event_name: str, **_: object) -> None:
        """Count a request that leaves, retries too; wait for Cost Explorer's rate."""
        service_id, operation = event_name.split(".")[1:]
        service = SERVICE_NAMES.get(service_id, service_id)
        if service == "ce":
            self._bucket.take()
            self.meter.count(f"ce:{operation}", COST_EXPLORER_REQUEST_USD)
        else:
            self.meter.count(f"{service}:{operation}")

    def _calling(self, params: dict[str, Any], **_: object) -> None:
        """GetMetricData is billed by the metrics that a call asks for."""
        metrics = len(params.get("MetricDataQueries", ()))
        if metrics:
            usd = GET_METRIC_DATA_METRIC_USD * metrics
            self.meter.count("cloudwatch:GetMetricData", usd, requests=0)


def _timestamp(value: Any) -> datetime:
    """CloudWatch sends numbers by the hundred thousand; botocore's own parser tries
    one format after the other, which takes longer than all the rest of an answer."""
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC)
    moment: datetime = parse_timestamp(value)
    return moment


class _Descriptions(Loader):
    """botocore's descriptions of AWS's services, for many sessions."""

    @property
    def search_paths(self) -> list[str]:
        """Return a copy, as each boto3 session adds a path."""
        return list(super().search_paths)


@cache
def _descriptions() -> _Descriptions:
    """Load them once: that takes longer than most requests."""
    return _Descriptions()


class _AssumedRole(CredentialProvider):
    """Credentials of the account's role, renewed before they expire."""

    METHOD = CANONICAL_NAME = "assume-role"

    def __init__(self, clients: AwsClients) -> None:
        super().__init__()
        self._clients = clients

    def load(self) -> DeferredRefreshableCredentials:
        return DeferredRefreshableCredentials(self._assume, method=self.METHOD)

    def _assume(self) -> dict[str, str]:
        sts: STSClient = self._clients._bare_client(
            boto3.Session(botocore_session=self._clients._own_session),
            "sts",
            self._clients.partition.home,
        )
        settings = self._clients.account.settings
        request: AssumeRoleRequestTypeDef = {
            "RoleArn": settings.role_arn,
            "RoleSessionName": ROLE_SESSION_NAME,
        }
        if settings.external_id:
            request["ExternalId"] = settings.external_id
        credentials = sts.assume_role(**request)["Credentials"]
        return {
            "access_key": credentials["AccessKeyId"],
            "secret_key": credentials["SecretAccessKey"],
            "token": credentials["SessionToken"],
            "expiry_time": credentials["Expiration"].isoformat(),
        }
