"""Acting in the emulated AWS as its acting role, for tests."""

from dataclasses import replace

import pytest

from core.testing.aws_emulator import (
    EmulatedAws,
)
from core.testing.aws_emulator.builders import ACCOUNT
from providers.acting import (
    ActingOptions,
    ActionKind,
    ActionOutcome,
    CloudAction,
    seen,
)
from providers.aws.account_settings import AwsSettings
from providers.aws.acting_source import AwsActing
from providers.aws.client import AwsAccount, AwsOptions
from providers.errors import ErrorKind, ProviderError

REGION = "eu-west-1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/cloudintel-acting"
SNAPSHOT = f"snap-{1:017x}"


def acting(aws: EmulatedAws, protected: str = "keep") -> AwsActing:
    """The account's acting source, which waits on the emulator's clock."""
    aws.world().roles = {"cloudintel": None, "cloudintel-acting": "secret"}
    account = AwsAccount(
        ACCOUNT, AwsSettings(acting_role_arn=ROLE, acting_external_id="secret")
    )
    options = ActingOptions(
        [protected],
        deadline_seconds=120,
        clock=lambda: aws.now.timestamp(),
        wait=aws.wait,
        now=lambda: aws.now,
    )
    return AwsActing(account, AwsOptions(max_attempts=2), options)


def approved(
    source: AwsActing, kind: ActionKind, resource_id: str, target: str = ""
) -> CloudAction:
    """The action with what is seen now as what was approved."""
    action = CloudAction(
        key="ci-1",
        kind=kind,
        resource_id=resource_id,
        region=REGION,
        target=target,
    )
    record = source.look(action)
    assert record is not None
    return replace(action, expected=seen(record))


def run(source: AwsActing, action: CloudAction, **options: bool) -> ActionOutcome:
    return source.act(action, lambda _: None, **options)


def refused(source: AwsActing, action: CloudAction, **options: bool) -> ProviderError:
    with pytest.raises(ProviderError) as raised:
        run(source, action, **options)
    return raised.value


def of_kind(error: ProviderError, kind: ErrorKind, *words: str) -> None:
    assert error.kind == kind
    assert all(word in str(error) for word in words), str(error)
