"""What EC2 instances cost on demand, from AWS's Price List: fetch, normalize.

https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/using-price-list-query-api.html
The API is free, global, and knows nothing of an account's own discounts.
"""

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from providers.aws.aws_errors import aws_errors, failure
from providers.aws.client import AwsClients
from providers.errors import ErrorKind
from providers.records import InstancePriceRecord

if TYPE_CHECKING:
    from mypy_boto3_pricing.type_defs import FilterTypeDef

# No machine costs a million an hour: such a price is a mistake, and so unknown.
DEAREST = 10**6
# The most products on a page of GetProducts.
PAGE_SIZE = 100
# What an ordinary machine is billed for. Without the last three, a type has a dozen
# products: with databases installed, for reservations (at $0) and capacity blocks.
ORDINARY = {
    "tenancy": "Shared",
    "licenseModel": "No License required",
    "preInstalledSw": "NA",
    "capacitystatus": "Used",
    "marketoption": "OnDemand",
}


def fetch_prices(
    clients: AwsClients, region: str, operating_system: str, families: Sequence[str]
) -> list[InstancePriceRecord]:
    """Return every type of these families that the region offers. Raise ProviderError.

    A type whose price is not one amount per hour is left out: an unknown price is
    better than one of several.
    """
    found: dict[str, list[InstancePriceRecord]] = {}
    for family in sorted(set(families)):
        reading = f"Prices of {family} in {region} (pricing:GetProducts)"
        for text in _products(clients, region, operating_system, family, reading):
            record = normalize_product(text, reading)
            if record and record.instance_type.startswith(f"{family}."):
                found.setdefault(record.instance_type, []).append(record)
    return [records[0] for records in found.values() if len(set(records)) == 1]


def try_prices(clients: AwsClients) -> None:
    """Ask for one product. Raise ProviderError."""
    with aws_errors("AWS's price list (pricing:GetProducts)"):
        clients.pricing().get_products(ServiceCode="AmazonEC2", MaxResults=1)


def normalize_product(text: str, reading: str) -> InstancePriceRecord | None:
    """One product, which AWS gives as a text of JSON; None if it has no price.

    Raises ProviderError for a text that is no product.
    """
    try:
        raw = json.loads(text)
        attributes, terms = raw["product"]["attributes"], raw["terms"]
        price = _hourly(terms.get("OnDemand", {}))
        if price is None:
            return None
        return InstancePriceRecord(
            region=attributes["regionCode"],
            instance_type=attributes["instanceType"],
            operating_system=attributes["operatingSystem"],
            hourly=price[1],
            currency=price[0],
            vcpus=int(attributes["vcpu"]),
            memory_mib=_mib(attributes["memory"]),
            architecture=_architecture(attributes.get("physicalProcessor", "")),
            is_current_generation=attributes.get("currentGeneration") == "Yes",
            tenancy=attributes["tenancy"],
        )
    except (ValueError, KeyError, TypeError, AttributeError, InvalidOperation) as error:
        reason = f"a product can't be understood ({type(error).__name__}: {error})"
        raise failure(ErrorKind.INCOMPLETE, reading, reason) from error


def _products(
    clients: AwsClients, region: str, operating_system: str, family: str, reading: str
) -> Iterator[str]:
    wanted = {"regionCode": region, "operatingSystem": operating_system, **ORDINARY}
    filters: list[FilterTypeDef] = [
        {"Type": "TERM_MATCH", "Field": field, "Value": value}
        for field, value in wanted.items()
    ]
    filters.append({"Type": "CONTAINS", "Field": "instanceType", "Value": f"{family}."})
    with aws_errors(reading):
        paginator = clients.pricing().get_paginator("get_products")
        for page in paginator.paginate(
            ServiceCode="AmazonEC2",
            Filters=filters,
            PaginationConfig={"PageSize": PAGE_SIZE},
        ):
            yield from page["PriceList"]


def _hourly(on_demand: Any) -> tuple[str, Decimal] | None:
    """The currency and the one amount of these terms; None if they have no such."""
    amounts = {
        (currency, Decimal(amount))
        for term in on_demand.values()
        for dimension in term["priceDimensions"].values()
        if dimension["unit"] == "Hrs"
        for currency, amount in dimension["pricePerUnit"].items()
    }
    if len(amounts) != 1:
        return None
    ((currency, amount),) = amounts
    is_price = amount.is_finite() and 0 < amount < DEAREST and len(currency) == 3
    return (currency, amount) if is_price else None


def _mib(memory: str) -> int:
    """AWS writes "0.5 GiB" and "1,952 GiB"."""
    number, unit = memory.split()
    if unit != "GiB":
        raise ValueError(f"memory {memory!r} is not in GiB")
    return int(Decimal(number.replace(",", "")) * 1024)


def _architecture(processor: str) -> str:
    """`processorArchitecture` says "64-bit" of both, so the processor's name tells."""
    return "arm64" if processor.startswith(("AWS Graviton", "Apple")) else "x86_64"
