"""What of all usage savings plans and reservations cover, from Cost Explorer: fetch,
normalize.

Each page of an answer costs $0.01. Reservations cover hours, savings plans the cost at
on-demand rates, so the two are no parts of one sum.
https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_GetReservationCoverage.html
https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_GetSavingsPlansCoverage.html
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from core.windows import Window
from providers.aws.client import AwsClients
from providers.aws.commitments import (
    PLAN,
    RESERVATION,
    SERVICES,
    ask_all,
    currency_of,
    newest_day,
    pages,
    period_of,
    region_of,
    try_question,
    understood,
)
from providers.base import Progress
from providers.bill_records import HOURS, CoverageRecord

PLANS = "Coverage by savings plans (ce:GetSavingsPlansCoverage)"
# Twenty a page if nothing is asked for, and each page is billed.
LARGEST_PAGE = 1000


def fetch_coverage(
    clients: AwsClients, window: Window, progress: Progress
) -> Sequence[CoverageRecord]:
    """Return what is covered by service and region. Raise ProviderError.

    Nothing ran where there is no data.
    """
    currency = currency_of(clients)
    questions: list[Callable[[], Iterator[CoverageRecord]]] = [
        *(partial(_reservations, clients, window, one, currency) for one in SERVICES),
        partial(_plans, clients, window, currency),
    ]
    found, _ = ask_all("Coverage", questions, progress)
    return [one for one in found if one.total > 0]


def attempts(
    clients: AwsClients, now: datetime
) -> Sequence[tuple[str, Callable[[], object]]]:
    """Return what tries each permission by one question."""
    window = newest_day(now)
    reserved = partial(_reservations, clients, window, SERVICES[0], "USD")
    planned = partial(_plans, clients, window, "USD")
    return [
        ("ce:GetReservationCoverage", partial(try_question, reserved)),
        ("ce:GetSavingsPlansCoverage", partial(try_question, planned)),
    ]


def _plans(
    clients: AwsClients, window: Window, currency: str
) -> Iterator[CoverageRecord]:
    for page in pages(
        *(clients, "get_savings_plans_coverage", PLANS),
        TimePeriod=period_of(window),
        GroupBy=[{"Type": "DIMENSION", "Key": "SERVICE"}],
        Metrics=["SpendCoveredBySavingsPlans"],
        MaxResults=LARGEST_PAGE,
    ):
        with understood(PLANS):
            for raw in page.get("SavingsPlansCoverages", ()):
                yield normalize_by_plans(raw, currency)


def _reservations(
    clients: AwsClients, window: Window, service: str, currency: str
) -> Iterator[CoverageRecord]:
    reading = f"Coverage by reservations of {service} (ce:GetReservationCoverage)"
    for page in pages(
        *(clients, "get_reservation_coverage", reading),
        TimePeriod=period_of(window),
        GroupBy=[{"Type": "DIMENSION", "Key": "REGION"}],
        Filter={"Dimensions": {"Key": "SERVICE", "Values": [service]}},
        Metrics=["Hour", "Cost"],
    ):
        with understood(reading):
            for period in page.get("CoveragesByTime", ()):
                for raw in period.get("Groups", ()):
                    yield normalize_by_reservations(raw, service, currency)


def normalize_by_plans(raw: Mapping[str, Any], currency: str) -> CoverageRecord:
    of = raw["Coverage"]
    return CoverageRecord(
        kind=PLAN,
        service=_attribute(raw, "service"),
        covered=Decimal(of["SpendCoveredBySavingsPlans"]),
        total=Decimal(of["TotalCost"]),
        unit=currency,
        on_demand=Decimal(of["OnDemandCost"]),
        currency=currency,
    )


def normalize_by_reservations(
    raw: Mapping[str, Any], service: str, currency: str
) -> CoverageRecord:
    hours, cost = raw["Coverage"]["CoverageHours"], raw["Coverage"]["CoverageCost"]
    return CoverageRecord(
        kind=RESERVATION,
        service=service,
        region=region_of(_attribute(raw, "region")),
        covered=Decimal(hours["ReservedHours"]),
        total=Decimal(hours["TotalRunningHours"]),
        unit=HOURS,
        on_demand=Decimal(cost["OnDemandCost"]),
        currency=currency,
    )


def _attribute(raw: Mapping[str, Any], name: str) -> str:
    """Return it however its name is written: "region" of one, "SERVICE" of another."""
    found = {str(key).lower(): value for key, value in raw["Attributes"].items()}
    return str(found[name])
