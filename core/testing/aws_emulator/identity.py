"""Who is calling: access keys, AssumeRole and GetCallerIdentity."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING

from core.testing.aws_emulator.faults import access_denied
from core.testing.aws_emulator.wire import Answer, AwsError, Call, Signature

if TYPE_CHECKING:
    from core.testing.aws_emulator.aws import EmulatedAws

DEFAULT_ACCOUNT = "123456789012"
ACCOUNT_KEY = re.compile(r"AKIA(\d{12})")
ROLE_ARN = re.compile(r"arn:aws(?:-cn)?:iam::(\d{12}):role/(?:.*/)?([\w+=,.@-]+)")
SESSION_NAME = re.compile(r"[\w+=,.@-]{2,64}")
SECRET = "emulated-secret"  # noqa: S105 (there is nothing behind it)


@dataclass(frozen=True)
class Session:
    """What AssumeRole handed out. It ends by the real clock, as botocore's does."""

    account_id: str
    arn: str
    token: str
    expires_at: datetime


@dataclass
class Identities:
    """The sessions in force, by access key."""

    sessions: dict[str, Session] = field(default_factory=dict)
    _numbers: count[int] = field(default_factory=lambda: count(1))

    def identify(self, signature: Signature, token: str | None) -> tuple[str, str]:
        """The caller's account and ARN; raises for a bad or expired session."""
        key = signature.access_key
        if not key.startswith("ASIA"):
            account = ACCOUNT_KEY.fullmatch(key)
            account_id = account[1] if account else DEFAULT_ACCOUNT
            return account_id, f"arn:aws:iam::{account_id}:user/cloudintel"
        session = self.sessions.get(key)
        if session is None or session.token != token:
            raise AwsError(
                "InvalidClientTokenId",
                "The security token included in the request is invalid.",
                403,
            )
        if session.expires_at <= datetime.now(UTC):
            raise AwsError(
                "ExpiredToken",
                "The security token included in the request is expired",
                403,
            )
        return session.account_id, session.arn

    def start(self, account_id: str, arn: str, seconds: int) -> tuple[str, Session]:
        """A new session and its access key."""
        number = next(self._numbers)
        expires_at = datetime.now(UTC) + timedelta(seconds=seconds)
        session = Session(account_id, arn, f"emulated-token-{number}", expires_at)
        key = f"ASIA{number:016d}"
        self.sessions[key] = session
        return key, session


def access_key_of(account_id: str) -> str:
    """The long-lived key that the emulator takes for this account's."""
    return f"AKIA{account_id}"


def get_caller_identity(aws: EmulatedAws, call: Call) -> Answer:
    """The account and ARN behind the credentials."""
    return {
        "UserId": call.access_key,
        "Account": call.account_id,
        "Arn": call.caller_arn,
    }


def assume_role(aws: EmulatedAws, call: Call) -> Answer:
    """A session in the role's account, if the role trusts the caller."""
    asked = call.parameters
    seconds: int = asked.get("DurationSeconds", 3600)
    _check_request(asked, seconds, chained=call.access_key.startswith("ASIA"))
    role = ROLE_ARN.fullmatch(asked["RoleArn"])
    if role is None:
        raise _invalid(f"{asked['RoleArn']} is invalid")
    account_id, role_name = role.groups()
    if not _is_trusted(aws, account_id, role_name, asked.get("ExternalId")):
        raise access_denied(call, resource=asked["RoleArn"])
    session_name = asked["RoleSessionName"]
    arn = f"arn:aws:sts::{account_id}:assumed-role/{role_name}/{session_name}"
    key, session = aws.identities.start(account_id, arn, seconds)
    return {
        "Credentials": {
            "AccessKeyId": key,
            "SecretAccessKey": SECRET,
            "SessionToken": session.token,
            "Expiration": session.expires_at,
        },
        "AssumedRoleUser": {"AssumedRoleId": f"AROA:{session_name}", "Arn": arn},
        "PackedPolicySize": 6,
    }


def _check_request(asked: Mapping[str, object], seconds: int, *, chained: bool) -> None:
    name = asked.get("RoleSessionName")
    if not isinstance(name, str) or not SESSION_NAME.fullmatch(name):
        raise _invalid(
            f"1 validation error detected: Value '{name}' at 'roleSessionName' failed "
            "to satisfy constraint"
        )
    if not 900 <= seconds <= 43_200:
        raise _invalid(f"Value '{seconds}' at 'durationSeconds' is out of range")
    if chained and seconds > 3600:
        raise _invalid(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles "
            "assumed by role chaining"
        )


def _is_trusted(
    aws: EmulatedAws, account_id: str, role_name: str, external_id: str | None
) -> bool:
    world = aws.worlds.get(account_id)
    if world is None:
        return False
    if not world.roles:
        return True
    return role_name in world.roles and world.roles[role_name] in (None, external_id)


def _invalid(message: str) -> AwsError:
    return AwsError("ValidationError", message)
