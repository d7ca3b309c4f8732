"""Products of AWS's Price List, and what one unit of each costs on demand.

https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/using-price-list-query-api.html
The API is free, global, and knows nothing of an account's own discounts.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from providers.aws.aws_errors import aws_errors, failure
from providers.aws.client import AwsClients
from providers.errors import ErrorKind

# Nothing costs a million a unit: such a price is a mistake, and so unknown.
DEAREST = 10**6
# The most products on a page of GetProducts.
PAGE_SIZE = 100
# The reservation whose hours cost least without a payment ahead.
ONE_YEAR = {
    "LeaseContractLength": "1yr",
    "OfferingClass": "standard",
    "PurchaseOption": "No Upfront",
}
# How a value is compared; every other filter is TERM_MATCH.
CONTAINS, ANY_OF = "CONTAINS", "ANY_OF"

Filters = Mapping[str, str | tuple[str, str]]
"""Field -> value, or how it is compared and value."""


@dataclass(frozen=True, slots=True)
class Rate:
    """What each unit above a quantity costs, until the next rate begins."""

    from_quantity: Decimal
    amount: Decimal
    currency: str


def fetch_products(
    clients: AwsClients,
    service: str,
    filters: Filters,
    reading: str,
) -> Iterator[str]:
    """Yield products as AWS gives them, each a text of JSON. Raise ProviderError."""
    asked: list[Any] = [
        {"Field": field, "Type": value[0], "Value": value[1]}
        if isinstance(value, tuple)
        else {"Field": field, "Type": "TERM_MATCH", "Value": value}
        for field, value in filters.items()
    ]
    with aws_errors(reading):
        paginator = clients.pricing().get_paginator("get_products")
        for page in paginator.paginate(
            ServiceCode=service,
            Filters=asked,
            PaginationConfig={"PageSize": PAGE_SIZE},
        ):
            yield from page["PriceList"]


@contextmanager
def understood(reading: str) -> Iterator[None]:
    """Raise ProviderError where a product is not what the block takes it for."""
    try:
        yield
    except (ValueError, KeyError, TypeError, AttributeError, InvalidOperation) as error:
        reason = f"a product can't be understood ({type(error).__name__}: {error})"
        raise failure(ErrorKind.INCOMPLETE, reading, reason) from error


def parsed(text: str) -> tuple[Mapping[str, str], Mapping[str, Any]]:
    """Return the attributes and terms of a product."""
    raw = json.loads(text)
    return raw["product"]["attributes"], raw["terms"]


def on_demand_rates(terms: Mapping[str, Any], unit: str) -> list[Rate]:
    """Return the rate of each band of quantities; none where one is not clear.

    What costs nothing is no price: beside it, such a band is included.
    """
    bands: dict[Decimal, set[tuple[str, Decimal]]] = defaultdict(set)
    for term in terms.get("OnDemand", {}).values():
        for dimension in term["priceDimensions"].values():
            if dimension["unit"] == unit:
                for currency, amount in dimension["pricePerUnit"].items():
                    begin = Decimal(dimension.get("beginRange", "0"))
                    bands[begin].add((currency, Decimal(amount)))
    prices = [price for of_band in bands.values() for price in of_band]
    if len(prices) != len(bands) or not all(map(_is_price, prices)):
        return []
    return [
        Rate(begin, amount, currency)
        for begin, of_band in sorted(bands.items())
        for currency, amount in of_band
        if amount > 0
    ]


def reserved_rate(terms: Mapping[str, Any], currency: str) -> Decimal | None:
    """Return what each hour of a year's reservation costs; None where that is unclear.

    https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/reading-an-offer.html
    """
    amounts = {
        Decimal(dimension["pricePerUnit"][currency])
        for term in terms.get("Reserved", {}).values()
        if term.get("termAttributes", {}).items() >= ONE_YEAR.items()
        for dimension in term["priceDimensions"].values()
        if dimension["unit"] == "Hrs" and currency in dimension["pricePerUnit"]
    }
    amount = amounts.pop() if len(amounts) == 1 else None
    return amount if amount and _is_price((currency, amount)) else None


def _is_price(price: tuple[str, Decimal]) -> bool:
    currency, amount = price
    return amount.is_finite() and 0 <= amount < DEAREST and len(currency) == 3
