"""Changing instances of the emulated AWS, and by whose rights."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from core.testing.aws_emulator import (
    EmulatedAws,
    EmulatedBucket,
)
from core.testing.aws_emulator.builders import ACCOUNT, june, machine
from providers.acting import (
    ActingOptions,
    ActionKind,
    Seen,
)
from providers.aws.account_settings import AwsSettings
from providers.aws.acting_source import AwsActing
from providers.aws.client import AwsAccount, AwsOptions
from providers.errors import ErrorKind, ProviderError
from providers.tests.aws_actions import (
    REGION,
    ROLE,
    acting,
    approved,
    of_kind,
    refused,
    run,
)

# Instances


def test_it_stops_an_instance_as_the_acting_role_and_offers_to_start_it(
    aws: EmulatedAws,
) -> None:
    aws.seconds_to_change = 30
    instance = aws.world().add_instance(machine("i-1", tags={"team": "shop"}))
    source = acting(aws)
    outcome = run(source, approved(source, ActionKind.STOP_INSTANCE, "i-1"))
    assert instance.state == "stopped"
    assert outcome.seen == Seen("stopped", "t3.micro", "", outcome.seen.tags)  # type: ignore[union-attr]
    assert outcome.undo
    assert outcome.undo.kind == ActionKind.START_INSTANCE
    callers = {call.caller_arn for call in aws.calls if call.service == "ec2"}
    assert callers == {
        f"arn:aws:sts::{ACCOUNT}:assumed-role/cloudintel-acting/cloudintel"
    }
    run(source, replace(outcome.undo, key="ci-2"))
    assert instance.state == "running"
    assert source.meter.requests_by_operation["ec2:StopInstances"] == 1


def test_what_is_stopped_is_billed_until_then(aws: EmulatedAws) -> None:
    aws.now = datetime(2026, 6, 20, 6, tzinfo=UTC)
    aws.world().add_instance(machine("i-1"))
    source = acting(aws)
    run(source, approved(source, ActionKind.STOP_INSTANCE, "i-1"))
    for day in (19, 20, 21):
        aws.world().bill_instances(june(day), {"t3.micro": Decimal("0.01")})
    amounts = [item.unblended for item in aws.world().costs]
    assert amounts == [Decimal("0.24"), Decimal("0.06"), 0]


def test_it_resizes_a_running_instance_and_back(aws: EmulatedAws) -> None:
    aws.seconds_to_change = 30
    instance = aws.world().add_instance(machine("i-1", instance_type="m5.xlarge"))
    source = acting(aws)
    action = approved(source, ActionKind.RESIZE_INSTANCE, "i-1", "m5.large")
    outcome = run(source, action)
    assert (instance.state, instance.instance_type) == ("running", "m5.large")
    assert outcome.undo
    run(source, replace(outcome.undo, key="ci-2"))
    assert (instance.state, instance.instance_type) == ("running", "m5.xlarge")


def test_a_stopped_instance_stays_stopped_when_it_is_resized(aws: EmulatedAws) -> None:
    instance = aws.world().add_instance(machine("i-1", state="stopped"))
    source = acting(aws)
    run(source, approved(source, ActionKind.RESIZE_INSTANCE, "i-1", "t3.small"))
    assert (instance.state, instance.instance_type) == ("stopped", "t3.small")


def test_where_the_new_type_can_not_start_the_old_one_runs_again(
    aws: EmulatedAws,
) -> None:
    instance = aws.world().add_instance(machine("i-1", instance_type="m5.xlarge"))
    aws.world().types_sold_out = {"m5.large"}
    source = acting(aws)
    action = approved(source, ActionKind.RESIZE_INSTANCE, "i-1", "m5.large")
    error = refused(source, action)
    of_kind(
        error,
        ErrorKind.CONFLICT,
        "InsufficientInstanceCapacity",
        "It is running as m5.xlarge",
    )
    assert (instance.state, instance.instance_type) == ("running", "m5.xlarge")


def test_a_right_lost_in_the_middle_of_a_resize_leaves_the_instance_as_it_was(
    aws: EmulatedAws,
) -> None:
    instance = aws.world().add_instance(machine("i-1", instance_type="m5.xlarge"))
    source = acting(aws)
    action = approved(source, ActionKind.RESIZE_INSTANCE, "i-1", "m5.large")
    aws.deny("ec2:ModifyInstanceAttribute")
    of_kind(refused(source, action), ErrorKind.DENIED, "ec2:ModifyInstanceAttribute")
    assert (instance.state, instance.instance_type) == ("running", "m5.xlarge")


def test_what_is_protected_while_it_stops_is_not_resized_and_runs_again(
    aws: EmulatedAws,
) -> None:
    aws.seconds_to_change = 30
    instance = aws.world().add_instance(machine("i-1", instance_type="m5.xlarge"))
    source = acting(aws)
    action = approved(source, ActionKind.RESIZE_INSTANCE, "i-1", "m5.large")
    aws.later(lambda: instance.tags.update(keep="yes"))
    error = refused(source, action)
    of_kind(error, ErrorKind.PROTECTED, "keep=yes", "It is running as m5.xlarge")
    assert (instance.state, instance.instance_type) == ("running", "m5.xlarge")
    assert not aws.requests["ec2:ModifyInstanceAttribute"]


def test_it_says_so_where_a_resize_can_not_be_taken_back(aws: EmulatedAws) -> None:
    instance = aws.world().add_instance(machine("i-1", instance_type="m5.xlarge"))
    source = acting(aws)
    action = approved(source, ActionKind.RESIZE_INSTANCE, "i-1", "m5.large")
    aws.deny("ec2:StartInstances")
    error = refused(source, action)
    of_kind(error, ErrorKind.DENIED, "ec2:StartInstances", "may be off")
    assert (instance.state, instance.instance_type) == ("stopped", "m5.xlarge")


def test_an_action_that_was_begun_goes_on_where_it_stopped(aws: EmulatedAws) -> None:
    """As after a killed worker: the instance is stopped, and not yet resized."""
    instance = aws.world().add_instance(machine("i-1", instance_type="m5.xlarge"))
    source = acting(aws)
    action = approved(source, ActionKind.RESIZE_INSTANCE, "i-1", "m5.large")
    instance.state = "stopped"
    of_kind(refused(source, action), ErrorKind.CHANGED, "state was running")
    run(source, action, is_repeated=True)
    assert (instance.state, instance.instance_type) == ("running", "m5.large")
    run(source, action, is_repeated=True)
    assert aws.requests["ec2:ModifyInstanceAttribute"] == 1


def test_at_the_deadline_the_cloud_is_said_to_work_on_it_still(
    aws: EmulatedAws,
) -> None:
    aws.seconds_to_change = 500
    instance = aws.world().add_instance(machine("i-1"))
    source = acting(aws)
    action = approved(source, ActionKind.STOP_INSTANCE, "i-1")
    of_kind(refused(source, action), ErrorKind.UNFINISHED, "120 s", "run the action")
    aws.wait(500)
    run(source, action, is_repeated=True)
    assert instance.state == "stopped"
    assert aws.requests["ec2:StopInstances"] == 1


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"is_stop_protected": True}, "disableApiStop"),
        ({"lifecycle": "spot"}, "one-time Spot"),
        ({"tags": {"aws:autoscaling:groupName": "web"}}, "Auto Scaling group web"),
    ],
)
def test_what_ec2_would_not_stop_or_start_again_is_refused(
    aws: EmulatedAws, fields: dict[str, Any], words: str
) -> None:
    instance = aws.world().add_instance(machine("i-1", **fields))
    source = acting(aws)
    action = approved(source, ActionKind.STOP_INSTANCE, "i-1")
    of_kind(refused(source, action), ErrorKind.CONFLICT, words)
    assert instance.state == "running"


def test_it_is_reported_at_once_that_an_instance_stops_where_it_is_to_start(
    aws: EmulatedAws,
) -> None:
    aws.seconds_to_change = 20
    instance = aws.world().add_instance(machine("i-1", state="stopped", lacks_key=True))
    source = acting(aws)
    action = approved(source, ActionKind.START_INSTANCE, "i-1")
    of_kind(refused(source, action), ErrorKind.CONFLICT, "stopped again", "kms:")
    assert instance.state == "stopped"


def test_a_terminated_instance_is_gone(aws: EmulatedAws) -> None:
    instance = aws.world().add_instance(machine("i-1"))
    source = acting(aws)
    action = approved(source, ActionKind.STOP_INSTANCE, "i-1")
    instance.state, instance.terminated_at = "terminated", aws.now
    of_kind(refused(source, action), ErrorKind.CHANGED, "it is gone")
    aws.world().remove_instance("i-1")
    of_kind(refused(source, action), ErrorKind.CHANGED, "it is gone")


def test_what_changed_since_it_was_approved_is_left_alone(aws: EmulatedAws) -> None:
    instance = aws.world().add_instance(machine("i-1", tags={"team": "shop"}))
    source = acting(aws)
    action = approved(source, ActionKind.STOP_INSTANCE, "i-1")
    instance.tags, instance.instance_type = {"team": "data"}, "t3.large"
    error = refused(source, action)
    of_kind(error, ErrorKind.CHANGED, "type was t3.micro and is t3.large", "team=data")
    assert not aws.requests["ec2:StopInstances"]


@pytest.mark.parametrize("protected", ["Keep", "keep=YES"])
def test_a_protected_tag_is_respected_whatever_was_approved(
    aws: EmulatedAws, protected: str
) -> None:
    aws.world().add_instance(machine("i-1", tags={"keep": "yes"}))
    source = acting(aws, protected)
    action = approved(source, ActionKind.STOP_INSTANCE, "i-1")
    of_kind(refused(source, action), ErrorKind.PROTECTED, "keep=yes")
    with pytest.raises(ProviderError):
        source.dry_run(action)
    assert not aws.requests["ec2:StopInstances"]


# Dry runs


def test_a_dry_run_changes_nothing_and_names_what_is_allowed(aws: EmulatedAws) -> None:
    instance = aws.world().add_instance(machine("i-1", instance_type="m5.xlarge"))
    source = acting(aws)
    action = approved(source, ActionKind.RESIZE_INSTANCE, "i-1", "m5.large")
    assert source.dry_run(action) == (
        "EC2 would do it (dry run of ec2:StopInstances, ec2:ModifyInstanceAttribute, "
        "ec2:StartInstances)."
    )
    assert (instance.state, instance.instance_type) == ("running", "m5.xlarge")


def test_a_dry_run_tells_a_right_that_is_missing(aws: EmulatedAws) -> None:
    aws.world().add_instance(machine("i-1"))
    aws.deny("ec2:StopInstances")
    source = acting(aws)
    with pytest.raises(ProviderError) as raised:
        source.dry_run(approved(source, ActionKind.STOP_INSTANCE, "i-1"))
    of_kind(raised.value, ErrorKind.DENIED, "ec2:StopInstances")


def test_a_dry_run_tells_a_type_that_does_not_exist(aws: EmulatedAws) -> None:
    aws.world().add_instance(machine("i-1"))
    source = acting(aws)
    action = approved(source, ActionKind.RESIZE_INSTANCE, "i-1", "t3.tiny")
    with pytest.raises(ProviderError) as raised:
        source.dry_run(action)
    of_kind(raised.value, ErrorKind.INVALID, "t3.tiny")


# Whose rights


def test_without_an_acting_role_nothing_acts() -> None:
    with pytest.raises(ProviderError) as raised:
        AwsActing(
            AwsAccount(ACCOUNT, AwsSettings(role_arn=ROLE)),
            AwsOptions(),
            ActingOptions(),
        )
    of_kind(raised.value, ErrorKind.NOT_ENABLED, "no acting role", "--acting-role-arn")


def test_a_role_that_does_not_trust_us_is_not_replaced_by_the_reading_one(
    aws: EmulatedAws,
) -> None:
    aws.world().add_instance(machine("i-1"))
    source = acting(aws)
    aws.world().roles = {"cloudintel": None}
    (check,) = source.acting_checks()
    assert check.error
    of_kind(check.error, ErrorKind.CREDENTIALS, "trust policy")
    assert not [call for call in aws.calls if call.service == "ec2"]


def test_each_acting_right_is_tried_without_changing_anything(aws: EmulatedAws) -> None:
    instance = aws.world().add_instance(machine("i-1"))
    aws.world().add_bucket(EmulatedBucket("logs", REGION))
    aws.deny("ec2:DeleteVolume")
    checks = [*acting(aws).acting_checks()]
    denied = {check.permission for check in checks if check.error}
    assert denied == {"ec2:DeleteVolume"}
    assert len(checks) == 12
    assert not any(check.is_required for check in checks[1:])
    assert instance.state == "running"
