"""What can go wrong in AWS is told in a sentence; what was stored stays."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.test import override_settings
from pytest_django import Settings

from clouds.models import CloudAccount
from clouds.testing import aws_account
from core.testing.aws_emulator import EmulatedAws
from core.testing.aws_emulator.builders import OTHER, charge, june, machine
from core.testing.aws_emulator.server import OPERATIONS
from costs.sync import sync_cost
from inventory.sync import sync_ec2
from metrics.sync import sync_cpu
from syncs.models import SyncRun, Watermark
from syncs.testing import outcome
from tests.stored_rows import stored

pytestmark = pytest.mark.django_db
Sync = Callable[[CloudAccount, datetime], SyncRun]
SYNCS: list[Sync] = [sync_ec2, sync_cost, sync_cpu]
HOUR = timedelta(hours=1)


def fill(aws: EmulatedAws) -> None:
    aws.world().add_costs([charge(june(day), "5") for day in (1, 19)])
    aws.world().add_instance(machine("i-eu", "eu-west-1"))
    aws.world().add_instance(machine("i-us", "us-east-1"))


@pytest.fixture(scope="module")
def read_once(module_db: None, module_aws: EmulatedAws, now: datetime) -> int:
    """The key of an account of which everything was read."""
    fill(module_aws)
    found = aws_account(regions=["eu-west-1", "us-east-1"])
    with override_settings(CPU_FIRST_SYNC_DAYS=2):
        for sync in SYNCS:
            assert outcome(sync(found, now)) == ("succeeded", "")
    return found.pk


@pytest.fixture
def mine(read_once: int, aws: EmulatedAws, settings: Settings) -> CloudAccount:
    """That account, whose cloud is as it was."""
    settings.AWS_MAX_ATTEMPTS = 1
    settings.CPU_FIRST_SYNC_DAYS = 2
    fill(aws)
    return CloudAccount.objects.get(pk=read_once)


def failed(sync: Sync, mine: CloudAccount, at: datetime) -> tuple[SyncRun, str]:
    """A sync that must fail, and change nothing: its run and its error."""
    before = stored(), list(Watermark.objects.values_list("dataset", "read_until"))
    run = sync(mine, at)
    status, error = outcome(run)
    assert status == "failed"
    assert (
        stored(),
        list(Watermark.objects.values_list("dataset", "read_until")),
    ) == before
    assert "\n" not in error
    assert run.requests == sum(run.requests_by_operation.values())
    assert not SyncRun.objects.active().exists()
    return run, error


@pytest.mark.parametrize("sync", SYNCS)
def test_bad_credentials(
    sync: Sync, mine: CloudAccount, aws: EmulatedAws, now: datetime
) -> None:
    aws.fail("sts:GetCallerIdentity", "InvalidClientTokenId", "It is invalid.", 403)
    run, error = failed(sync, mine, now + HOUR)
    assert error.startswith(
        "AWS identity (sts:GetCallerIdentity): InvalidClientTokenId (It is invalid.)."
    )
    assert "Check the AWS credentials" in error
    # Whoever it is, they are asked once, however many regions there are.
    assert run.requests_by_operation == {"sts:GetCallerIdentity": 1}


def test_no_credentials_at_all(
    mine: CloudAccount, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, "/nowhere")
    run, error = failed(sync_cost, mine, now + HOUR)
    assert "Unable to locate credentials" in error
    assert "Check the AWS credentials" in error
    assert run.requests == 0


def test_a_profile_that_is_not_there(
    mine: CloudAccount, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "elsewhere")
    _, error = failed(sync_cost, mine, now + HOUR)
    assert "elsewhere" in error
    assert "Check the AWS credentials" in error


@pytest.mark.parametrize("sync", SYNCS)
def test_credentials_of_another_account(
    sync: Sync,
    mine: CloudAccount,
    aws: EmulatedAws,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = aws.world(OTHER)
    other.add_instance(machine("i-theirs"))
    other.add_costs([charge(june(2), "999")])
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", f"AKIA{OTHER}")
    run, error = failed(sync, mine, now + HOUR)
    assert f"belong to account {OTHER}, not to {mine.account_id}" in error
    assert dict(aws.requests) == {"sts:GetCallerIdentity": 1}


@pytest.mark.parametrize(
    ("sync", "permission"),
    [
        (sync_ec2, "ec2:DescribeInstances"),
        (sync_cost, "ce:GetCostAndUsage"),
        (sync_cpu, "cloudwatch:GetMetricData"),
    ],
)
def test_a_permission_that_is_missing(
    sync: Sync, permission: str, mine: CloudAccount, aws: EmulatedAws, now: datetime
) -> None:
    aws.deny(permission)
    mine.settings["regions"] = ["eu-west-1"]
    aws.world().remove_instance("i-us")
    mine.resources.filter(region="us-east-1").delete()
    _, error = failed(sync, mine, now + HOUR)
    assert f"({permission})" in error
    assert f"not authorized to perform: {permission}" in error
    assert "Allow it in the IAM policy" in error


def test_a_permission_that_is_missing_in_all_regions_is_one_line_that_names_them(
    mine: CloudAccount, aws: EmulatedAws, now: datetime
) -> None:
    aws.deny("ec2:DescribeInstances")
    _, error = failed(sync_ec2, mine, now + HOUR)
    assert error.startswith(
        "EC2 instances in eu-west-1, us-east-1 (ec2:DescribeInstances): Unauthorized"
    )


def test_regions_that_an_organization_denies_are_one_line_with_what_to_do(
    mine: CloudAccount, aws: EmulatedAws, now: datetime
) -> None:
    denied = ["ap-south-1", "eu-north-1", "sa-east-1"]
    aws.world().regions += denied
    mine.settings["regions"] = []
    for region in denied:
        aws.deny_region(region)
    status, error = outcome(sync_ec2(mine, now + HOUR))
    assert status == "partial"
    assert error.startswith(
        "EC2 instances in ap-south-1, eu-north-1, sa-east-1 (ec2:DescribeInstances): "
    )
    assert "name the regions to read by `manage.py add_account --region`" in error
    assert "\n" not in error
    assert "Allow it in the IAM policy" not in error


def test_causes_that_differ_have_a_line_each(
    mine: CloudAccount, aws: EmulatedAws, now: datetime
) -> None:
    aws.world().regions += ["sa-east-1", "eu-north-1"]
    mine.settings["regions"] = []
    aws.deny_region("sa-east-1")
    aws.take_down("eu-north-1")
    _, error = outcome(sync_ec2(mine, now + HOUR))
    assert sorted(line.split(" (")[0] for line in error.splitlines()) == [
        "EC2 instances in eu-north-1",
        "EC2 instances in sa-east-1",
    ]


def test_regions_that_can_not_be_listed(
    mine: CloudAccount, aws: EmulatedAws, now: datetime
) -> None:
    mine.settings["regions"] = []
    aws.deny("ec2:DescribeRegions")
    _, error = failed(sync_ec2, mine, now + HOUR)
    assert error.startswith("Enabled regions (ec2:DescribeRegions)")


def test_a_token_that_expired(
    mine: CloudAccount, aws: EmulatedAws, now: datetime
) -> None:
    aws.fail("ce:GetCostAndUsage", "ExpiredTokenException", "It has expired")
    run, error = failed(sync_cost, mine, now + HOUR)
    assert "Costs of 2026-06-01..2026-06-20 (ce:GetCostAndUsage)" in error
    assert "renew them and sync again" in error
    assert (run.requests, run.api_cost_usd) == (3, Decimal("0.01"))


def test_cost_explorer_that_was_never_enabled(
    mine: CloudAccount, aws: EmulatedAws, now: datetime
) -> None:
    aws.world().cost_explorer_enabled = False
    _, error = failed(sync_cost, mine, now + HOUR)
    assert "DataUnavailableException" in error
    assert "Enable Cost Explorer in the AWS console" in error


def test_cost_explorer_that_answers_so_when_it_was_never_enabled(
    mine: CloudAccount, aws: EmulatedAws, now: datetime
) -> None:
    aws.fail(
        *("ce:GetCostAndUsage", "AccessDeniedException"),
        "User not enabled for cost explorer access",
    )
    _, error = failed(sync_cost, mine, now + HOUR)
    assert "Enable Cost Explorer in the AWS console" in error


def test_a_global_service_whose_region_is_down(
    mine: CloudAccount, aws: EmulatedAws, now: datetime
) -> None:
    aws.take_down("us-east-1")
    for sync in SYNCS:
        _, error = failed(sync, mine, now + HOUR)
        assert "ServiceUnavailable" in error
        assert "What is stored stays." in error


def test_an_address_where_nobody_answers(
    mine: CloudAccount, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    _, error = failed(sync_cost, mine, now + HOUR)
    assert "127.0.0.1:9" in error
    assert "AWS can't be reached" in error


def test_an_answer_that_is_not_of_aws(
    mine: CloudAccount,
    aws: EmulatedAws,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = b"<html>Sign in to the guest network</html"
    monkeypatch.setitem(OPERATIONS, "ec2:DescribeRegions", lambda aws, call: page)
    mine.settings["regions"] = []
    _, error = failed(sync_ec2, mine, now + HOUR)
    assert "Enabled regions (ec2:DescribeRegions)" in error
    assert "AWS can't be reached" in error


def test_an_external_id_that_aws_does_not_take(
    mine: CloudAccount, now: datetime
) -> None:
    mine.settings["role_arn"] = f"arn:aws:iam::{mine.account_id}:role/cloudintel"
    mine.settings["external_id"] = "x"
    _, error = failed(sync_cost, mine, now + HOUR)
    assert "ExternalId" in error
    assert "AWS can't be reached" not in error
