"""Utilization of savings plans and reservations from Cost Explorer: fetch, normalize.

Each page of an answer costs $0.01. Without a service Cost Explorer answers of EC2's
reservations alone, so each service that sells them is a question.
https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_GetReservationUtilization.html
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any

from core.windows import Window, last_complete_days
from providers.aws.aws_errors import aws_errors, failure
from providers.aws.client import AwsClients
from providers.base import Progress
from providers.bill_records import CommitmentUseRecord
from providers.errors import ErrorKind, ProviderError

RESERVATION, PLAN = "Reservation", "Savings Plan"
# How Cost Explorer names what sells reservations.
SERVICES = (
    "Amazon Elastic Compute Cloud - Compute",
    "Amazon Relational Database Service",
    "Amazon ElastiCache",
    "Amazon Redshift",
    "Amazon OpenSearch Service",
)
PRICE = "six questions a sync, $0.01 a page of each (AWS_COMMITMENT_UTILIZATION)"
PLANS = "Savings plans (ce:GetSavingsPlansUtilizationDetails)"
# Of AWS in China the bill is in yuan.
CURRENCIES = {"aws-cn": "CNY"}


def fetch_commitments(
    clients: AwsClients, window: Window, progress: Progress
) -> Sequence[CommitmentUseRecord]:
    """Return what each cost and how much of it was used. Raise ProviderError."""
    currency = CURRENCIES.get(clients.partition.name, "USD")
    questions: list[Callable[[], Iterator[CommitmentUseRecord]]] = [
        *(partial(_reservations, clients, window, one, currency) for one in SERVICES),
        partial(_plans, clients, window, currency),
    ]
    found: list[CommitmentUseRecord] = []
    without_data: list[ProviderError] = []
    for number, question in enumerate(questions, start=1):
        try:
            found += list(question())
        except ProviderError as error:
            # So it answers where there is none, and where it is not enabled.
            if error.kind != ErrorKind.NOT_ENABLED:
                raise
            without_data.append(error)
        progress(f"Commitments: {len(found)} after {number} of {len(questions)}")
    if len(without_data) == len(questions):
        raise without_data[0]
    return found


def attempts(
    clients: AwsClients, now: datetime
) -> Sequence[tuple[str, Callable[[], object]]]:
    """Return what tries each permission by one question."""
    # A period ends before today.
    window = last_complete_days(1, now - timedelta(days=1))
    return [
        (
            "ce:GetReservationUtilization",
            lambda: _try_question(_reservations(clients, window, SERVICES[0], "USD")),
        ),
        (
            "ce:GetSavingsPlansUtilizationDetails",
            lambda: _try_question(_plans(clients, window, "USD")),
        ),
    ]


def _try_question(records: Iterable[CommitmentUseRecord]) -> None:
    try:
        next(iter(records), None)
    except ProviderError as error:
        if error.kind != ErrorKind.NOT_ENABLED:
            raise


def _plans(
    clients: AwsClients, window: Window, currency: str
) -> Iterator[CommitmentUseRecord]:
    question: dict[str, Any] = {"TimePeriod": _period(window)}
    while True:
        with aws_errors(PLANS):
            client = clients.cost_explorer()
            answer = client.get_savings_plans_utilization_details(**question)
        with _understood(PLANS):
            for raw in answer.get("SavingsPlansUtilizationDetails", ()):
                yield normalize_plan(raw, currency)
        if not (token := answer.get("NextToken")):
            return
        question["NextToken"] = token


def _reservations(
    clients: AwsClients, window: Window, service: str, currency: str
) -> Iterator[CommitmentUseRecord]:
    reading = f"Reservations of {service} (ce:GetReservationUtilization)"
    question: dict[str, Any] = {
        "TimePeriod": _period(window),
        "GroupBy": [{"Type": "DIMENSION", "Key": "SUBSCRIPTION_ID"}],
        "Filter": {"Dimensions": {"Key": "SERVICE", "Values": [service]}},
    }
    while True:
        with aws_errors(reading):
            client = clients.cost_explorer()
            answer = client.get_reservation_utilization(**question)
        with _understood(reading):
            for period in answer.get("UtilizationsByTime", ()):
                for raw in period.get("Groups", ()):
                    yield normalize_reservation(raw, currency)
        if not (token := answer.get("NextPageToken")):
            return
        question["NextPageToken"] = token


def normalize_plan(raw: Mapping[str, Any], currency: str) -> CommitmentUseRecord:
    attributes, used = raw["Attributes"], raw["Utilization"]
    return CommitmentUseRecord(
        commitment_id=raw["SavingsPlanArn"],
        kind=PLAN,
        description=_joined(attributes, "SavingsPlansType", "PaymentOption"),
        region=_region(attributes.get("Region", "")),
        cost=Decimal(used["TotalCommitment"]),
        unused=Decimal(used["UnusedCommitment"]),
        list_cost=_amount(raw.get("Savings", {}).get("OnDemandCostEquivalent")),
        currency=currency,
        ends_on=_day(attributes.get("EndDateTime")),
    )


def normalize_reservation(raw: Mapping[str, Any], currency: str) -> CommitmentUseRecord:
    attributes, used = raw["Attributes"], raw["Utilization"]
    return CommitmentUseRecord(
        commitment_id=raw["Value"],
        kind=RESERVATION,
        description=_joined(
            attributes, "numberOfInstances", "instanceType", "offeringType"
        ),
        region=_region(attributes.get("region", "")),
        cost=Decimal(used["TotalAmortizedFee"]),
        unused=Decimal(used["RICostForUnusedHours"]),
        list_cost=_amount(used.get("OnDemandCostOfRIHoursUsed")),
        currency=currency,
        ends_on=_day(attributes.get("endDateTime")),
    )


@contextmanager
def _understood(reading: str) -> Iterator[None]:
    try:
        yield
    except (KeyError, TypeError, ValueError, InvalidOperation) as error:
        reason = f"a commitment can't be understood ({type(error).__name__}: {error})"
        raise failure(ErrorKind.INCOMPLETE, reading, reason) from error


def _period(window: Window) -> dict[str, str]:
    return {"Start": str(window.start), "End": str(window.end)}


def _joined(attributes: Mapping[str, str], *names: str) -> str:
    return " ".join(filter(None, (attributes.get(name, "") for name in names)))


def _region(name: str) -> str:
    return "" if name.lower() in ("", "any", "all") else name


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _day(text: str | None) -> date | None:
    return datetime.fromisoformat(text).date() if text else None
