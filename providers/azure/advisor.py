"""What Azure Advisor recommends to save: fetch, normalize.

Advisor computes it by itself, and answers what it found last. Variants of one saving
lie side by side, so that their savings must not be added up.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from providers.azure.client import AzureClient, Question, understood
from providers.azure.resource_ids import region_name
from providers.azure.resources import instant
from providers.base import Progress
from providers.records import AdviceRecord

# https://learn.microsoft.com/rest/api/advisor/recommendations/list
API_VERSION = "2020-01-01"
OPERATION = "Microsoft.Advisor/recommendations"
MONTHS = 12
# Told in fields of their own.
NAMED = {"savingsAmount", "annualSavingsAmount", "savingsCurrency", "term", "region"}


def fetch_advice(client: AzureClient, progress: Progress) -> list[AdviceRecord]:
    """Return what Advisor says of the subscription's costs. Raise ProviderError."""
    found = list(_fetch(client))
    progress(f"{len(found)} recommendations of Azure Advisor")
    return found


def _fetch(client: AzureClient) -> Iterator[AdviceRecord]:
    question = _question(client)
    with understood(question):
        for raw in client.values(question):
            if not is_dismissed(raw):
                yield normalize_advice(raw)


def _question(client: AzureClient) -> Question:
    return Question(
        what=f"Recommendations of Azure Advisor for {client.account}",
        operation=OPERATION,
        path=f"{client.account.scope}/providers/{OPERATION}",
        api_version=API_VERSION,
        params={"$filter": "Category eq 'Cost'"},
    )


def try_advice(client: AzureClient) -> None:
    """Ask for one page. Raise ProviderError."""
    client.ask(_question(client))


def is_dismissed(raw: Mapping[str, Any]) -> bool:
    """Return whether somebody dismissed or postponed it in the portal."""
    return bool(raw["properties"].get("suppressionIds"))


def normalize_advice(raw: Mapping[str, Any]) -> AdviceRecord:
    properties = raw["properties"]
    extended: Mapping[str, str] = properties.get("extendedProperties") or {}
    short = properties["shortDescription"]
    savings = monthly_savings(extended)
    return AdviceRecord(
        advice_id=raw["id"].lower(),
        type_id=properties["recommendationTypeId"],
        impact=properties["impact"].lower(),
        problem=short["problem"],
        solution=short["solution"],
        resource_id=(properties.get("resourceMetadata") or {})
        .get("resourceId", "")
        .lower(),
        resource_type=properties.get("impactedField", ""),
        resource_name=properties.get("impactedValue", ""),
        region=region_name(extended.get("region", "")),
        term=extended.get("term", ""),
        monthly_savings=savings,
        currency="" if savings is None else extended.get("savingsCurrency", ""),
        details={
            name: str(value) for name, value in extended.items() if name not in NAMED
        },
        updated_at=instant(properties.get("lastUpdated")),
    )


def monthly_savings(extended: Mapping[str, str]) -> Decimal | None:
    """Return the amount, which is a text; None where there is none in a currency."""
    month, year = (
        _amount(extended.get(name)) for name in ("savingsAmount", "annualSavingsAmount")
    )
    if not extended.get("savingsCurrency"):
        return None
    return year / MONTHS if month is None and year is not None else month


def _amount(text: str | None) -> Decimal | None:
    try:
        amount = Decimal(text or "")
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None
