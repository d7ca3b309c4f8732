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
from providers.records import InstancePriceRecord, Market

if TYPE_CHECKING:
    from mypy_boto3_pricing.type_defs import FilterTypeDef

# No machine costs a million an hour: such a price is a mistake, and so unknown.
DEAREST = 10**6
# The most products on a page of GetProducts.
PAGE_SIZE = 100
# Without these a type has products for reservations (at $0) and capacity blocks too.
ORDINARY = {"capacitystatus": "Used", "marketoption": "OnDemand"}
# Operating system with license and software -> the operation that the list has for it.
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/billing-info-fields.html
OPERATIONS = {
    "Linux": "RunInstances",
    "Red Hat BYOL Linux": "RunInstances:00g0",
    "Red Hat Enterprise Linux": "RunInstances:0010",
    "Red Hat Enterprise Linux with HA": "RunInstances:1010",
    "Red Hat Enterprise Linux with SQL Server Standard and HA": "RunInstances:1014",
    "Red Hat Enterprise Linux with SQL Server Enterprise and HA": "RunInstances:1110",
    "Red Hat Enterprise Linux with SQL Server Standard": "RunInstances:0014",
    "Red Hat Enterprise Linux with SQL Server Web": "RunInstances:0210",
    "Red Hat Enterprise Linux with SQL Server Enterprise": "RunInstances:0110",
    "SQL Server Enterprise": "RunInstances:0100",
    "SQL Server Standard": "RunInstances:0004",
    "SQL Server Web": "RunInstances:0200",
    "SUSE Linux": "RunInstances:000g",
    "Ubuntu Pro": "RunInstances:0g00",
    "Ubuntu Pro Linux": "RunInstances:0g00",
    "Windows": "RunInstances:0002",
    "Windows BYOL": "RunInstances:0800",
    "Windows with SQL Server Enterprise": "RunInstances:0102",
    "Windows with SQL Server Standard": "RunInstances:0006",
    "Windows with SQL Server Web": "RunInstances:0202",
}
# On a dedicated host, the host is billed and no instance.
PRICED_TENANCIES = ("Shared", "Dedicated")


def fetch_prices(
    clients: AwsClients, market: Market, families: Sequence[str]
) -> list[InstancePriceRecord]:
    """Return every type of these families that the region offers. Raise ProviderError.

    A type whose price is not one amount per hour is left out: an unknown price is
    better than one of several.
    """
    if not _is_priced(market):
        return []
    found: dict[str, list[InstancePriceRecord]] = {}
    for family in sorted(set(families)):
        reading = f"Prices of {family} in {market.region} (pricing:GetProducts)"
        for text in _products(clients, market, family, reading):
            record = normalize_product(text, market, reading)
            if record and record.instance_type.startswith(f"{family}."):
                found.setdefault(record.instance_type, []).append(record)
    return [records[0] for records in found.values() if len(set(records)) == 1]


def try_prices(clients: AwsClients) -> None:
    """Ask for one product. Raise ProviderError."""
    with aws_errors("AWS's price list (pricing:GetProducts)"):
        clients.pricing().get_products(ServiceCode="AmazonEC2", MaxResults=1)


def _is_priced(market: Market) -> bool:
    return market.operating_system in OPERATIONS and market.tenancy in PRICED_TENANCIES


def normalize_product(
    text: str, market: Market, reading: str
) -> InstancePriceRecord | None:
    """One product, which AWS gives as a text of JSON; None if it lacks a price or
    its size.

    Raises ProviderError for a text that is no product.
    """
    try:
        raw = json.loads(text)
        attributes, terms = raw["product"]["attributes"], raw["terms"]
        price = _hourly(terms.get("OnDemand", {}))
        has_size = "NA" not in (attributes["vcpu"], attributes["memory"])
        if price is None or not has_size:
            return None
        return InstancePriceRecord(
            **market._asdict(),
            instance_type=attributes["instanceType"],
            hourly=price[1],
            currency=price[0],
            vcpus=int(attributes["vcpu"]),
            memory_mib=_mib(attributes["memory"]),
            architecture=_architecture(attributes.get("physicalProcessor", "")),
            is_current_generation=attributes.get("currentGeneration") == "Yes",
        )
    except (ValueError, KeyError, TypeError, AttributeError, InvalidOperation) as error:
        reason = f"a product can't be understood ({type(error).__name__}: {error})"
        raise failure(ErrorKind.INCOMPLETE, reading, reason) from error


def _products(
    clients: AwsClients, market: Market, family: str, reading: str
) -> Iterator[str]:
    wanted = {
        "regionCode": market.region,
        "operation": OPERATIONS[market.operating_system],
        "tenancy": market.tenancy,
        **ORDINARY,
    }
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
