"""What an account of bill files is read with: where they lie, and who fetches them."""

from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlsplit

from providers.aws.account_settings import AwsSettings
from providers.azure.account_settings import AzureSettings
from providers.settings import InvalidSetting, ProviderSettings

S3 = "s3://"
BLOB_HOSTS = (
    ".blob.core.windows.net",
    ".blob.core.usgovcloudapi.net",
    ".blob.core.chinacloudapi.cn",
)
LONGEST_ID = 255
# Begins the ids of these accounts.
BILL = "bill:"


@dataclass(frozen=True, slots=True)
class FilesSettings(ProviderSettings):
    """A directory, file, bucket or container. Files of this machine need nobody."""

    SECRETS: ClassVar[frozenset[str]] = frozenset({"external_id"})

    place: str = ""
    role_arn: str = ""
    """That may read the bucket; empty: the credentials of the environment."""
    external_id: str = ""
    tenant: str = ""
    client_id: str = ""
    client_secret_env: str = ""
    certificate: str = ""
    managed_identity: bool = False
    """Who reads the container, as of an Azure account."""

    @property
    def aws(self) -> AwsSettings:
        return AwsSettings(role_arn=self.role_arn, external_id=self.external_id)

    @property
    def azure(self) -> AzureSettings:
        return AzureSettings(
            tenant=self.tenant,
            client_id=self.client_id,
            client_secret_env=self.client_secret_env,
            certificate=self.certificate,
            managed_identity=self.managed_identity,
        )

    def check(self) -> None:
        check_place(self.place)
        self.aws.check()
        self.azure.check()


def check_place(place: str) -> None:
    """Raise InvalidSetting."""
    parts = urlsplit(place)
    if place.startswith(S3):
        is_one = bool(parts.netloc)
    elif "://" in place:
        is_one = is_container(place)
    else:
        is_one = place.startswith("/")
    if not is_one:
        raise InvalidSetting(
            "place",
            "Give where the bill's files lie: the whole path of a directory or file, "
            "s3://bucket/prefix, or "
            "https://ACCOUNT.blob.core.windows.net/CONTAINER/prefix.",
        )


def is_container(place: str) -> bool:
    """Return whether it is one of Azure's storage, to which a token may be sent."""
    parts = urlsplit(place)
    is_plain = not parts.query and parts.username is None and parts.port is None
    is_azure = (parts.hostname or "").endswith(BLOB_HOSTS)
    return parts.scheme == "https" and is_plain and is_azure and len(parts.path) > 1


def bill_id(billing_account: str) -> str:
    """Return the account's id: an account that is also read from its cloud has the
    billing account's own, and its costs are those of this bill."""
    if billing_account.startswith("/"):
        billing_account = billing_account.lower()  # of Azure, which ignores case
    return BILL + billing_account


def check_account_id(account_id: str) -> None:
    """Raise InvalidSetting."""
    named = account_id.removeprefix(BILL)
    is_one = account_id.startswith(BILL) and named.strip() == named != ""
    if not is_one or not account_id.isprintable() or len(account_id) > LONGEST_ID:
        raise InvalidSetting(
            "account_id",
            "An account of bill files is bill: and the billing account as the files "
            "have it, such as bill:000000000000.",
        )
