"""What an AWS account is read with, and what its ids and ARNs look like."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from providers.settings import InvalidSetting, ProviderSettings

ACCOUNT_ID = re.compile(r"\d{12}")
ROLE_NAME = re.compile(r"[\w+=,.@-]{0,64}")
ROLE_ARN = re.compile(r"arn:(?P<partition>aws[a-z-]*):iam::\d{12}:role/.+")
# China and GovCloud have endpoints, identities and bills of their own.
PARTITION = "aws"


@dataclass(frozen=True, slots=True)
class AwsSettings(ProviderSettings):
    """The role to assume, and which regions to read."""

    SECRETS: ClassVar[frozenset[str]] = frozenset({"external_id"})

    role_arn: str = ""
    """Empty: the credentials of the environment."""
    external_id: str = ""
    """The ExternalId that the role's trust policy asks for."""
    regions: Sequence[str] = field(default_factory=list)
    """Only these; empty: every enabled one."""
    member_role: str = ""
    """Of a payer: the role by which accounts that join its organization are added."""

    def check(self) -> None:
        arn = ROLE_ARN.fullmatch(self.role_arn)
        if self.role_arn and not arn:
            raise InvalidSetting(
                "role_arn",
                "A role ARN looks like arn:aws:iam::123456789012:role/cloudintel.",
            )
        if arn and arn["partition"] != PARTITION:
            raise InvalidSetting(
                "role_arn",
                f"Accounts of the partition {arn['partition']} can't be read, only "
                f"those of {PARTITION}.",
            )
        if not ROLE_NAME.fullmatch(self.member_role):
            raise InvalidSetting("member_role", "Give a role's name, without its ARN.")
        if not isinstance(self.regions, list | tuple) or not all(
            isinstance(region, str) and region for region in self.regions
        ):
            raise InvalidSetting("regions", 'Give a list such as ["eu-west-1"].')


def check_account_id(account_id: str) -> None:
    """Raise InvalidSetting."""
    if not ACCOUNT_ID.fullmatch(account_id):
        raise InvalidSetting("account_id", "An AWS account id has 12 digits.")
