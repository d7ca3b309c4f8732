"""Utilization and coverage of reservations and savings plans in Cost Explorer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

from core.testing.aws_emulator.wire import Answer, AwsError, Call
from core.testing.resume_tokens import make_token, read_token

if TYPE_CHECKING:
    from core.testing.aws_emulator.aws import EmulatedAws

T = TypeVar("T")
ROWS_A_PAGE = 100
EC2 = "Amazon Elastic Compute Cloud - Compute"
BAD_TOKEN = AwsError("InvalidNextTokenException", "The pagination token is invalid.")


@dataclass
class EmulatedCommitment:
    """What it costs a period, amortized, and what of that nothing used."""

    commitment_id: str
    cost: Decimal
    unused: Decimal
    on_demand: Decimal
    ends_at: str = "2027-03-01T00:00:00.000Z"
    region: str = "us-east-1"
    # "" is a savings plan.
    service: str = ""
    instance_type: str = "db.r6g.large"


@dataclass
class EmulatedCoverage:
    """What of a service's usage is covered: hours, or of savings plans the cost."""

    service: str
    covered: Decimal
    total: Decimal
    on_demand: Decimal
    # "" is of savings plans.
    region: str = ""


def get_reservation_utilization(aws: EmulatedAws, call: Call) -> Answer:
    """The reservations of a service, EC2's without one, each over the whole period."""
    asked = call.parameters
    _check_period(aws, call)
    if asked.get("GroupBy") and asked.get("Granularity"):
        raise AwsError(
            "ValidationException", "Granularity can't be set if GroupBy is set"
        )
    services = asked.get("Filter", {}).get("Dimensions", {}).get("Values", [EC2])
    found = [
        one
        for one in aws.world(call.account_id).commitments
        if one.service and one.service in services
    ]
    page, token = _page(aws, call, found, "NextPageToken")
    groups = [
        {
            "Key": "SUBSCRIPTION_ID",
            "Value": one.commitment_id,
            "Attributes": {
                "accountId": call.account_id,
                "region": one.region,
                "instanceType": one.instance_type,
                "numberOfInstances": "2",
                "offeringType": "No Upfront",
                "endDateTime": one.ends_at,
            },
            "Utilization": _utilization(one),
        }
        for one in page
    ]
    period = {"TimePeriod": asked["TimePeriod"], "Groups": groups, "Total": {}}
    return {"UtilizationsByTime": [period], "Total": {}, **token}


def get_savings_plans_utilization_details(aws: EmulatedAws, call: Call) -> Answer:
    """The savings plans; without one there is no data, which is an error."""
    _check_period(aws, call)
    found = [one for one in aws.world(call.account_id).commitments if not one.service]
    if not found:
        raise AwsError("DataUnavailableException", "The requested data is unavailable")
    page, token = _page(aws, call, found, "NextToken")
    details = [
        {
            "SavingsPlanArn": one.commitment_id,
            "Attributes": {
                "SavingsPlansType": "ComputeSavingsPlans",
                "PaymentOption": "No Upfront",
                "Region": "Any",
                "EndDateTime": one.ends_at,
            },
            "Utilization": {
                "TotalCommitment": str(one.cost),
                "UsedCommitment": str(one.cost - one.unused),
                "UnusedCommitment": str(one.unused),
                "UtilizationPercentage": "0",
            },
            "Savings": {
                "NetSavings": str(one.on_demand - one.cost),
                "OnDemandCostEquivalent": str(one.on_demand),
            },
            "AmortizedCommitment": {"TotalAmortizedCommitment": str(one.cost)},
        }
        for one in page
    ]
    period = call.parameters["TimePeriod"]
    return {"SavingsPlansUtilizationDetails": details, "TimePeriod": period, **token}


def get_reservation_coverage(aws: EmulatedAws, call: Call) -> Answer:
    """The hours of a service, EC2's without one, by region."""
    asked = call.parameters
    _check_coverage(aws, call, "REGION")
    services = asked.get("Filter", {}).get("Dimensions", {}).get("Values", [EC2])
    found = [
        one
        for one in aws.world(call.account_id).coverage
        if one.region and one.service in services
    ]
    page, token = _page(aws, call, found, "NextPageToken")
    groups = [
        {
            "Attributes": {"region": one.region},
            "Coverage": {
                "CoverageHours": {
                    "OnDemandHours": str(one.total - one.covered),
                    "ReservedHours": str(one.covered),
                    "TotalRunningHours": str(one.total),
                },
                "CoverageCost": {"OnDemandCost": str(one.on_demand)},
            },
        }
        for one in page
    ]
    period = {"TimePeriod": asked["TimePeriod"], "Groups": groups, "Total": {}}
    return {"CoveragesByTime": [period], "Total": {}, **token}


def get_savings_plans_coverage(aws: EmulatedAws, call: Call) -> Answer:
    """The cost by service; without any there is no data, which is an error."""
    _check_coverage(aws, call, "SERVICE")
    found = [one for one in aws.world(call.account_id).coverage if not one.region]
    if not found:
        raise AwsError("DataUnavailableException", "The requested data is unavailable")
    page, token = _page(aws, call, found, "NextToken")
    coverages = [
        {
            "Attributes": {"SERVICE": one.service},
            "Coverage": {
                "SpendCoveredBySavingsPlans": str(one.covered),
                "OnDemandCost": str(one.on_demand),
                "TotalCost": str(one.total),
            },
            "TimePeriod": call.parameters["TimePeriod"],
        }
        for one in page
    ]
    return {"SavingsPlansCoverages": coverages, **token}


def _check_coverage(aws: EmulatedAws, call: Call, key: str) -> None:
    _check_period(aws, call)
    keys = [one["Key"] for one in call.parameters.get("GroupBy", ())]
    if keys != [key]:
        raise AwsError("ValidationException", f"The emulator groups by {key} alone")


def _check_period(aws: EmulatedAws, call: Call) -> None:
    period = call.parameters["TimePeriod"]
    if period["Start"] >= period["End"] or period["End"] >= f"{aws.now.date()}":
        raise AwsError("ValidationException", "The time period is not valid")
    if not aws.world(call.account_id).cost_explorer_enabled:
        raise AwsError("DataUnavailableException", "Data is not available")


def _utilization(one: EmulatedCommitment) -> Mapping[str, str]:
    return {
        "TotalAmortizedFee": str(one.cost),
        "RICostForUnusedHours": str(one.unused),
        "OnDemandCostOfRIHoursUsed": str(one.on_demand),
        "UtilizationPercentage": "0",
    }


def _page(
    aws: EmulatedAws, call: Call, found: list[T], name: str
) -> tuple[list[T], dict[str, str]]:
    (first,) = read_token(call, call.parameters.get(name), BAD_TOKEN) or [0]
    end = first + aws.page_size.get(call.name, ROWS_A_PAGE)
    return found[first:end], {name: make_token(call, end)} if end < len(found) else {}
