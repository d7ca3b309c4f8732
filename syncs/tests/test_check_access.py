"""check_access tries each permission and says what is missing."""

import re
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from clouds.models import CloudAccount
from clouds.registry import CloudKind
from core.testing.aws_emulator import (
    EmulatedAws,
    EmulatedBucket,
    EmulatedLoadBalancer,
)
from providers.demo.company import PRODUCTION

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(aws: EmulatedAws) -> None:
    aws.now = timezone.now()


def check_access() -> str:
    out = StringIO()
    call_command("check_access", stdout=out)
    return out.getvalue()


def test_it_says_that_all_is_there_and_what_asking_cost(aws: EmulatedAws) -> None:
    CloudAccount.objects.create(account_id="123456789012", name="main")
    answer = check_access()
    assert "missing" not in answer
    assert "ok        ce:GetCostAndUsage" in answer
    assert "18 requests, $0.01" in answer
    # The first sync asks for the same, and is billed.
    assert (
        "for sync_cpu: $0.01 per 1,000 metrics and sync, 6 an instance "
        "(AWS_CPU_STATISTICS, AWS_NETWORK_METRICS); sync_usage: $0.01 per 1,000"
    ) in answer


def test_it_names_what_is_missing_and_ends_with_an_error(aws: EmulatedAws) -> None:
    CloudAccount.objects.create(account_id="123456789012", name="main")
    aws.deny("ce:GetCostAndUsage")
    out = StringIO()
    with pytest.raises(CommandError, match="1 required permission missing"):
        call_command("check_access", stdout=out)
    assert "missing   ce:GetCostAndUsage" in out.getvalue()
    assert "Allow it in the IAM policy" in out.getvalue()


def test_every_region_is_tried_and_those_that_refuse_are_named_in_a_line(
    aws: EmulatedAws,
) -> None:
    CloudAccount.objects.create(account_id="123456789012", name="main")
    aws.world().regions = ["ap-south-1", "eu-west-1", "sa-east-1", "us-east-1"]
    aws.deny_region("ap-south-1")
    aws.deny_region("sa-east-1")
    out = StringIO()
    with pytest.raises(CommandError, match="1 required permission missing"):
        call_command("check_access", stdout=out)
    lines = out.getvalue().splitlines()
    (line,) = (line.strip() for line in lines if "service control policy" in line)
    assert line.startswith(
        "EC2 instances in ap-south-1, sa-east-1 (ec2:DescribeInstances): Unauthorized"
    )
    assert "name the regions to read by `manage.py add_account --region`" in line
    # The other services are tried where the account may be read.
    assert "  ok        cloudwatch:GetMetricData (for sync_cpu" in out.getvalue()
    assert "ok        ec2:DescribeInstanceTypes" in out.getvalue()


def test_a_region_that_is_named_and_not_enabled_is_distinguished_from_credentials(
    aws: EmulatedAws,
) -> None:
    CloudAccount.objects.create(
        account_id="123456789012",
        name="main",
        settings={"regions": ["eu-west-1", "me-south-1"]},
    )
    out = StringIO()
    with pytest.raises(CommandError, match="1 required permission missing"):
        call_command("check_access", stdout=out)
    answer = out.getvalue()
    assert "EC2 instances in me-south-1 (ec2:DescribeInstances): AuthFailure" in answer
    assert "the region is not enabled for this account" in answer
    assert "Check the AWS credentials" not in answer


def test_months_that_cost_explorer_prepares_still_are_named(aws: EmulatedAws) -> None:
    CloudAccount.objects.create(account_id="123456789012", name="main")
    yesterday = aws.now.date() - timedelta(days=1)
    aws.world().costs_since = yesterday
    answer = check_access()
    assert "ok        ce:GetCostAndUsage (for sync_cost)" in answer
    assert "optional  ce:GetCostAndUsage (for sync_cost, the months before)" in answer
    assert "AWS prepares the running month within a day" in answer


def test_what_is_optional_is_no_error(aws: EmulatedAws) -> None:
    CloudAccount.objects.create(account_id="123456789012", name="main")
    aws.deny("ec2:DescribeInstanceTypes")
    assert "optional  ec2:DescribeInstanceTypes" in check_access()


@pytest.mark.parametrize(
    ("permission", "dataset"),
    [
        ("ec2:DescribeVolumes", "sync_storage"),
        ("ec2:DescribeSnapshots", "sync_storage"),
        ("s3:ListAllMyBuckets", "sync_storage"),
        ("s3:GetBucketTagging", "sync_storage, tags of buckets"),
        ("cloudwatch:ListMetrics", "sync_storage, sizes of buckets"),
        ("rds:DescribeDBInstances", "sync_databases"),
        ("ec2:DescribeAddresses", "sync_network"),
        ("ec2:DescribeNatGateways", "sync_network"),
        ("elasticloadbalancing:DescribeLoadBalancers", "sync_network"),
        ("elasticloadbalancing:DescribeTags", "sync_network, tags of load balancers"),
        (
            "elasticloadbalancing:DescribeTargetHealth",
            "sync_network, targets of load balancers",
        ),
        (
            "elasticloadbalancing:DescribeInstanceHealth",
            "sync_network, targets of load balancers",
        ),
    ],
)
def test_datasets_that_can_be_left_out_are_optional(
    aws: EmulatedAws, permission: str, dataset: str
) -> None:
    CloudAccount.objects.create(account_id="123456789012", name="main")
    for region in aws.world().regions:
        aws.world().add_bucket(EmulatedBucket(f"logs-{region}", region))
        for kind in ("application", "classic"):
            aws.world().add_load_balancer(
                EmulatedLoadBalancer(
                    kind, region, balancer_type=kind, targets={"a": {"i-1": "healthy"}}
                )
            )
    aws.deny(permission)
    answer = check_access()
    assert f"optional  {permission} (for {dataset}" in answer
    assert answer.count("optional") == 1


def test_the_price_of_sizes_is_reported_before_any_is_read(
    aws: EmulatedAws, settings: Settings
) -> None:
    CloudAccount.objects.create(account_id="123456789012", name="main")
    assert "sizes of buckets: $0.01 per 1,000 metrics and sync" in check_access()
    settings.AWS_BUCKET_METRICS = False
    answer = check_access()
    assert "sizes of buckets" not in answer
    assert (
        "memory by agents: $0.01 per 1,000 metrics and sync, two an instance" in answer
    )
    settings.AWS_MEMORY_METRICS = False
    assert "cloudwatch:ListMetrics" not in check_access()


def test_the_price_of_use_is_reported_before_any_is_read(
    aws: EmulatedAws, settings: Settings
) -> None:
    CloudAccount.objects.create(account_id="123456789012", name="main")
    price = "sync_usage: $0.01 per 1,000 metrics and sync, five a database"
    assert price in check_access()
    settings.AWS_USAGE_METRICS = False
    assert "sync_usage" not in check_access()


def test_where_commitments_are_read_their_questions_are_tried(
    aws: EmulatedAws, settings: Settings
) -> None:
    settings.AWS_COMMITMENT_UTILIZATION = True
    CloudAccount.objects.create(account_id="123456789012", name="main")
    answer = check_access()
    for of in ("Coverage", "Utilization"):
        assert f"ok        ce:GetReservation{of}" in answer
        assert f"ok        ce:GetSavingsPlans{of}" in answer


def test_without_what_is_tagged_no_tags_are_asked_for(aws: EmulatedAws) -> None:
    CloudAccount.objects.create(account_id="123456789012", name="main")
    assert "tags of" not in check_access()


def test_who_pays_is_unknown_where_asking_is_denied(aws: EmulatedAws) -> None:
    CloudAccount.objects.create(account_id="123456789012", name="main")
    aws.deny("organizations:DescribeOrganization")
    answer = check_access()
    line = "optional  organizations:DescribeOrganization (for sync_cost, which account"
    assert line in answer
    assert "ListAccounts" not in answer


def test_a_payer_is_found_to_pay_and_may_list_its_members(aws: EmulatedAws) -> None:
    aws.add_organization("123456789012", {})
    CloudAccount.objects.create(account_id="123456789012", name="main")
    assert "ok        organizations:ListAccounts" in check_access()


def test_rights_to_act_are_distinguished_and_no_read_needs_them(
    aws: EmulatedAws,
) -> None:
    aws.world().roles = {"acting": "secret"}
    settings = {
        "acting_role_arn": "arn:aws:iam::123456789012:role/acting",
        "acting_external_id": "secret",
    }
    CloudAccount.objects.create(
        account_id="123456789012", name="main", settings=settings
    )
    aws.deny("ec2:ReleaseAddress")
    read, _, acting = check_access().partition("  Acting role:")
    assert "StopInstances" not in read
    assert "ok        ec2:StopInstances (for stop_instance, resize_instance)" in acting
    assert "optional  ec2:ReleaseAddress (for release_address)" in acting


def test_the_demo_may_do_everything() -> None:
    CloudAccount.objects.create(
        provider=CloudKind.DEMO, account_id=PRODUCTION, name="production"
    )
    answer = check_access()
    assert "production" in answer
    assert set(re.findall(r"^  ([a-z]+) ", answer, re.MULTILINE)) == {"ok"}


def test_stored_settings_that_the_cloud_does_not_take_are_one_sentence() -> None:
    CloudAccount.objects.create(
        account_id="123456789012", name="main", settings={"reigons": ["eu-west-1"]}
    )
    out = StringIO()
    with pytest.raises(CommandError, match="1 required permission missing"):
        call_command("check_access", stdout=out)
    assert (
        "  missing   Settings of main (123456789012): Unknown: reigons. "
        "Correct them in the admin under Cloud accounts.\n"
    ) in out.getvalue()
