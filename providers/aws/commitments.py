"""Utilization of savings plans and reservations from Cost Explorer: fetch, normalize.

What of all usage they cover is in `commitment_coverage.py`.

Each page of an answer costs $0.01. Without a service Cost Explorer answers of EC2's
reservations alone, so each service that sells them is a question.
https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_GetReservationUtilization.html
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any, TypeVar

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
PRICE = "twelve questions a sync, $0.01 a page of each (AWS_COMMITMENT_UTILIZATION)"
PLANS = "Savings plans (ce:GetSavingsPlansUtilizationDetails)"
# Of AWS in China the bill is in yuan.
CURRENCIES = {"aws-cn": "CNY"}
R = TypeVar("R")


def fetch_commitments(
    clients: AwsClients, window: Window, progress: Progress
) -> Sequence[CommitmentUseRecord]:
    """Return what each cost and how much of it was used. Raise ProviderError."""
    currency = currency_of(clients)
    questions: list[Callable[[], Iterator[CommitmentUseRecord]]] = [
        *(partial(_reservations, clients, window, one, currency) for one in SERVICES),
        partial(_plans, clients, window, currency),
    ]
    found, without_data = ask_all("Commitments", questions, progress)
    if len(without_data) == len(questions):
        raise without_data[0]
    return found


def currency_of(clients: AwsClients) -> str:
    """Return the currency in which Cost Explorer answers."""
    return CURRENCIES.get(clients.partition.name, "USD")


def ask_all(
    what: str, questions: Sequence[Callable[[], Iterator[R]]], progress: Progress
) -> tuple[list[R], list[ProviderError]]:
    """Return all records, and the error of each question of which there is no data.

    So Cost Explorer answers where there is none, and where it is not enabled.
    """
    found: list[R] = []
    without_data: list[ProviderError] = []
    for number, question in enumerate(questions, start=1):
        try:
            found += list(question())
        except ProviderError as error:
            if error.kind != ErrorKind.NOT_ENABLED:
                raise
            without_data.append(error)
        progress(f"{what}: {len(found)} after {number} of {len(questions)}")
    return found, without_data


def attempts(
    clients: AwsClients, now: datetime
) -> Sequence[tuple[str, Callable[[], object]]]:
    """Return what tries each permission by one question."""
    window = newest_day(now)
    reserved = partial(_reservations, clients, window, SERVICES[0], "USD")
    planned = partial(_plans, clients, window, "USD")
    return [
        ("ce:GetReservationUtilization", partial(try_question, reserved)),
        ("ce:GetSavingsPlansUtilizationDetails", partial(try_question, planned)),
    ]


def newest_day(now: datetime) -> Window:
    """Return the newest day that may be asked for: a period ends before today."""
    return last_complete_days(1, now - timedelta(days=1))


def try_question(question: Callable[[], Iterator[object]]) -> None:
    try:
        next(question(), None)
    except ProviderError as error:
        if error.kind != ErrorKind.NOT_ENABLED:
            raise


def _plans(
    clients: AwsClients, window: Window, currency: str
) -> Iterator[CommitmentUseRecord]:
    operation = "get_savings_plans_utilization_details"
    for page in pages(clients, operation, PLANS, TimePeriod=period_of(window)):
        with understood(PLANS):
            for raw in page.get("SavingsPlansUtilizationDetails", ()):
                yield normalize_plan(raw, currency)


def _reservations(
    clients: AwsClients, window: Window, service: str, currency: str
) -> Iterator[CommitmentUseRecord]:
    reading = f"Reservations of {service} (ce:GetReservationUtilization)"
    for page in pages(
        *(clients, "get_reservation_utilization", reading),
        TimePeriod=period_of(window),
        GroupBy=[{"Type": "DIMENSION", "Key": "SUBSCRIPTION_ID"}],
        Filter={"Dimensions": {"Key": "SERVICE", "Values": [service]}},
    ):
        with understood(reading):
            for period in page.get("UtilizationsByTime", ()):
                for raw in period.get("Groups", ()):
                    yield normalize_reservation(raw, currency)


def pages(
    clients: AwsClients, operation: str, reading: str, **question: Any
) -> Iterator[Mapping[str, Any]]:
    """Yield every page of an answer: botocore has no paginator for these operations."""
    while True:
        with aws_errors(reading):
            page = getattr(clients.cost_explorer(), operation)(**question)
        yield page
        tokens = {key: page.get(key) for key in ("NextToken", "NextPageToken")}
        following = {key: token for key, token in tokens.items() if token}
        if not following:
            return
        question |= following


def normalize_plan(raw: Mapping[str, Any], currency: str) -> CommitmentUseRecord:
    attributes, used = raw["Attributes"], raw["Utilization"]
    return CommitmentUseRecord(
        commitment_id=raw["SavingsPlanArn"],
        kind=PLAN,
        description=_joined(attributes, "SavingsPlansType", "PaymentOption"),
        region=region_of(attributes.get("Region", "")),
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
        region=region_of(attributes.get("region", "")),
        cost=Decimal(used["TotalAmortizedFee"]),
        unused=Decimal(used["RICostForUnusedHours"]),
        list_cost=_amount(used.get("OnDemandCostOfRIHoursUsed")),
        currency=currency,
        ends_on=_day(attributes.get("endDateTime")),
    )


@contextmanager
def understood(reading: str) -> Iterator[None]:
    try:
        yield
    except (KeyError, TypeError, ValueError, InvalidOperation) as error:
        reason = f"a commitment can't be understood ({type(error).__name__}: {error})"
        raise failure(ErrorKind.INCOMPLETE, reading, reason) from error


def period_of(window: Window) -> dict[str, str]:
    return {"Start": str(window.start), "End": str(window.end)}


def _joined(attributes: Mapping[str, str], *names: str) -> str:
    return " ".join(filter(None, (attributes.get(name, "") for name in names)))


def region_of(name: str) -> str:
    return "" if name.lower() in ("", "any", "all") else name


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _day(text: str | None) -> date | None:
    return datetime.fromisoformat(text).date() if text else None
