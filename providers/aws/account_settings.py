"""What an AWS account is read with, and what its ids and ARNs look like."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from providers.settings import InvalidSetting, ProviderSettings

ACCOUNT_ID = re.compile(r"\d{12}")
ROLE_NAME = re.compile(r"[\w+=,.@-]{0,64}")
ROLE_ARN = re.compile(r"arn:(?P<partition>aws[a-z-]*):iam::\d{12}:role/.+")


@dataclass(frozen=True, slots=True)
class Partition:
    """Where the services answer of which there is one for all regions."""

    name: str
    """With which its ARNs begin, after "arn:"."""
    home: str
    """STS, and EC2's list of regions."""
    billing: str
    """Cost Explorer, Organizations and the price list."""


PARTITIONS = {
    one.name: one
    for one in (
        Partition("aws", "us-east-1", "us-east-1"),
        Partition("aws-cn", "cn-north-1", "cn-northwest-1"),
    )
}


def refusal_of(partition: str) -> str:
    """Return why the accounts of another partition can't be read."""
    reason = f"Accounts of the partition {partition} can't be read, only those of "
    reason += " and ".join(PARTITIONS)
    if partition == "aws-us-gov":
        reason += ": GovCloud has no Cost Explorer. Its costs are on the bill of the "
        return reason + "standard account that it is linked to, which can be read."
    return reason + "."


@dataclass(frozen=True, slots=True)
class AwsSettings(ProviderSettings):
    """The role to assume, and which regions to read."""

    SECRETS: ClassVar[frozenset[str]] = frozenset({"external_id", "acting_external_id"})

    role_arn: str = ""
    """Empty: the credentials of the environment."""
    external_id: str = ""
    """The ExternalId that the role's trust policy asks for."""
    regions: Sequence[str] = field(default_factory=list)
    """Only these; empty: every enabled one."""
    member_role: str = ""
    """Of a payer: the role by which accounts that join its organization are added."""
    acting_role_arn: str = ""
    """The role that changes resources; empty: nothing is changed."""
    acting_external_id: str = ""

    @property
    def acts(self) -> bool:
        return bool(self.acting_role_arn)

    def check(self) -> None:
        _check_role("role_arn", self.role_arn)
        _check_role("acting_role_arn", self.acting_role_arn)
        if self.acting_role_arn and self.acting_role_arn == self.role_arn:
            raise InvalidSetting(
                "acting_role_arn",
                "Acting needs a role of its own, not the one that reads.",
            )
        if not ROLE_NAME.fullmatch(self.member_role):
            raise InvalidSetting("member_role", "Give a role's name, without its ARN.")
        if not isinstance(self.regions, list | tuple) or not all(
            isinstance(region, str) and region for region in self.regions
        ):
            raise InvalidSetting("regions", 'Give a list such as ["eu-west-1"].')


def _check_role(name: str, value: str) -> None:
    arn = ROLE_ARN.fullmatch(value)
    if value and not arn:
        raise InvalidSetting(
            name, "A role ARN looks like arn:aws:iam::123456789012:role/cloudintel."
        )
    if arn and arn["partition"] not in PARTITIONS:
        raise InvalidSetting(name, refusal_of(arn["partition"]))


def check_account_id(account_id: str) -> None:
    """Raise InvalidSetting."""
    if not ACCOUNT_ID.fullmatch(account_id):
        raise InvalidSetting("account_id", "An AWS account id has 12 digits.")
