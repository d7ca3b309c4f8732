"""The WSGI application: read, check, answer; what is not ours goes to moto."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING

from moto.core.request import Request
from werkzeug.wrappers import Response

from core.testing.aws_emulator.addresses import describe_addresses
from core.testing.aws_emulator.bucket_lifecycles import (
    get_bucket_lifecycle,
    put_bucket_lifecycle,
)
from core.testing.aws_emulator.buckets import get_bucket_tagging, list_buckets
from core.testing.aws_emulator.cloudwatch import get_metric_data
from core.testing.aws_emulator.commitments import (
    get_reservation_coverage,
    get_reservation_utilization,
    get_savings_plans_coverage,
    get_savings_plans_utilization_details,
)
from core.testing.aws_emulator.cost_explorer import get_cost_and_usage
from core.testing.aws_emulator.databases import (
    describe_db_instances,
    start_db_instance,
    stop_db_instance,
)
from core.testing.aws_emulator.ec2 import (
    describe_instance_types,
    describe_instances,
    describe_regions,
)
from core.testing.aws_emulator.identity import assume_role, get_caller_identity
from core.testing.aws_emulator.instance_changes import (
    modify_instance_attribute,
    start_instances,
    stop_instances,
)
from core.testing.aws_emulator.load_balancers import (
    describe_instance_health,
    describe_load_balancers,
    describe_tags,
    describe_target_groups,
    describe_target_health,
)
from core.testing.aws_emulator.metric_lists import list_metrics
from core.testing.aws_emulator.metric_statistics import get_metric_statistics
from core.testing.aws_emulator.nat_gateways import describe_nat_gateways
from core.testing.aws_emulator.organizations import describe_organization, list_accounts
from core.testing.aws_emulator.price_list import get_products
from core.testing.aws_emulator.snapshots import describe_snapshots
from core.testing.aws_emulator.volume_changes import (
    create_snapshot,
    create_volume,
    delete_volume,
    describe_volumes_modifications,
    modify_volume,
    release_address,
)
from core.testing.aws_emulator.volumes import describe_volumes
from core.testing.aws_emulator.wire import (
    CLASSIC,
    Answer,
    AwsError,
    Call,
    Parameters,
    Signature,
    permission_of,
    read_operation,
    read_parameters,
    read_protocol,
    read_signature,
    write_answer,
    write_error,
)

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

    from core.testing.aws_emulator.aws import EmulatedAws

OPERATIONS: dict[str, Callable[[EmulatedAws, Call], Answer]] = {
    "ce:GetCostAndUsage": get_cost_and_usage,
    "ce:GetReservationCoverage": get_reservation_coverage,
    "ce:GetReservationUtilization": get_reservation_utilization,
    "ce:GetSavingsPlansCoverage": get_savings_plans_coverage,
    "ce:GetSavingsPlansUtilizationDetails": get_savings_plans_utilization_details,
    "cloudwatch:GetMetricData": get_metric_data,
    "cloudwatch:GetMetricStatistics": get_metric_statistics,
    "cloudwatch:ListMetrics": list_metrics,
    "ec2:CreateSnapshot": create_snapshot,
    "ec2:CreateVolume": create_volume,
    "ec2:DeleteVolume": delete_volume,
    "ec2:DescribeAddresses": describe_addresses,
    "ec2:DescribeInstanceTypes": describe_instance_types,
    "ec2:DescribeInstances": describe_instances,
    "ec2:DescribeNatGateways": describe_nat_gateways,
    "ec2:DescribeRegions": describe_regions,
    "ec2:DescribeSnapshots": describe_snapshots,
    "ec2:DescribeVolumes": describe_volumes,
    "ec2:DescribeVolumesModifications": describe_volumes_modifications,
    "ec2:ModifyInstanceAttribute": modify_instance_attribute,
    "ec2:ModifyVolume": modify_volume,
    "ec2:ReleaseAddress": release_address,
    "ec2:StartInstances": start_instances,
    "ec2:StopInstances": stop_instances,
    "elasticloadbalancing:DescribeInstanceHealth": describe_instance_health,
    "elasticloadbalancing:DescribeLoadBalancers": describe_load_balancers,
    "elasticloadbalancing:DescribeTags": describe_tags,
    "elasticloadbalancing:DescribeTargetGroups": describe_target_groups,
    "elasticloadbalancing:DescribeTargetHealth": describe_target_health,
    "organizations:DescribeOrganization": describe_organization,
    "organizations:ListAccounts": list_accounts,
    "pricing:GetProducts": get_products,
    "rds:DescribeDBInstances": describe_db_instances,
    "rds:StartDBInstance": start_db_instance,
    "rds:StopDBInstance": stop_db_instance,
    "s3:GetBucketTagging": get_bucket_tagging,
    "s3:GetLifecycleConfiguration": get_bucket_lifecycle,
    "s3:ListAllMyBuckets": list_buckets,
    "s3:PutLifecycleConfiguration": put_bucket_lifecycle,
    "sts:AssumeRole": assume_role,
    "sts:GetCallerIdentity": get_caller_identity,
}
# Global services, and the region that cannot be disabled.
REGIONAL_SERVICES = frozenset(
    {"ec2", "cloudwatch", "rds", "elasticloadbalancing", CLASSIC, "s3"}
)
ALWAYS_ENABLED = "us-east-1"
XML = "text/xml; charset=utf-8"
CONTENT_TYPES = {"json": "application/x-amz-json-1.1"}


def respond(aws: EmulatedAws, request: Request) -> WSGIApplication:
    """AWS's answer to a request, or moto's."""
    request.get_data(cache=True, parse_form_data=False)
    protocol = "query"
    try:
        signature = read_signature(request)
        protocol = read_protocol(request, signature.service)
        call = _admit(aws, request, signature, protocol)
        if call.name not in OPERATIONS:
            return _moto(request, call)
        answer = OPERATIONS[call.name](aws, call)
        body, headers = write_answer(call, protocol, answer)
        content_type = CONTENT_TYPES.get(protocol, XML)
        return Response(body, headers=headers, content_type=content_type)
    except AwsError as error:
        body, headers = write_error(error, protocol)
        content_type = CONTENT_TYPES.get(protocol, XML)
        return Response(body, error.status, headers, content_type=content_type)


def _admit(
    aws: EmulatedAws, request: Request, signature: Signature, protocol: str
) -> Call:
    """Counts the request; raises for its faults; names its caller."""
    service = signature.service
    operation = read_operation(request, service)
    name = permission_of(service, operation)
    aws.count(name)
    aws.faults.check_region(signature.region)
    account_id, arn = aws.identities.identify(
        signature, request.headers.get("X-Amz-Security-Token")
    )
    parameters: Parameters = {}
    if name in OPERATIONS:
        parameters = read_parameters(request, service, operation, protocol)
    call = Call(
        *(service, operation, signature.region, account_id, parameters),
        access_key=signature.access_key,
        caller_arn=arn,
    )
    aws.record(call)
    _check_region_enabled(aws, call)
    aws.faults.check_throttle(call)
    aws.check_right(call)
    aws.faults.check_failure(call)
    return call


def _check_region_enabled(aws: EmulatedAws, call: Call) -> None:
    """A region the account has not enabled knows none of its credentials."""
    enabled = (ALWAYS_ENABLED, *aws.world(call.account_id).regions)
    if call.service not in REGIONAL_SERVICES or call.region in enabled:
        return
    if call.service == "ec2":
        raise AwsError(
            "AuthFailure",
            "AWS was not able to validate the provided access credentials",
            401,
        )
    if call.service == "s3":
        message = "The AWS Access Key Id you provided does not exist in our records."
        raise AwsError("InvalidAccessKeyId", message, 403)
    raise AwsError(
        "InvalidClientTokenId",
        "The security token included in the request is invalid.",
        403,
    )


def _moto(request: Request, call: Call) -> WSGIApplication:
    """moto's own answer, for everything the emulator does not know."""
    request.environ["wsgi.input"] = BytesIO(request.get_data())
    request.environ["HTTP_X_MOTO_ACCOUNT_ID"] = call.account_id
    return _moto_application()


@cache
def _moto_application() -> WSGIApplication:
    from moto.moto_server.werkzeug_app import (
        DomainDispatcherApplication,
        create_backend_app,
    )

    dispatcher = DomainDispatcherApplication(create_backend_app)
    application: WSGIApplication = dispatcher.__call__
    return application
