"""What EC2 instances cost on demand, from AWS's Price List: fetch, normalize."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from providers.aws.aws_errors import aws_errors
from providers.aws.client import AwsClients
from providers.aws.products import (
    CONTAINS,
    Filters,
    fetch_products,
    on_demand_rates,
    parsed,
    reserved_rate,
    understood,
)
from providers.records import InstancePriceRecord, Market

SERVICE = "AmazonEC2"
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
        filters: Filters = {
            "regionCode": market.region,
            "operation": OPERATIONS[market.operating_system],
            "tenancy": market.tenancy,
            **ORDINARY,
            "instanceType": (CONTAINS, f"{family}."),
        }
        for text in fetch_products(clients, SERVICE, filters, reading):
            with understood(reading):
                record = normalize_product(*parsed(text), market)
            if record and record.instance_type.startswith(f"{family}."):
                found.setdefault(record.instance_type, []).append(record)
    return list(filter(None, map(_agreed, found.values())))


def _agreed(records: Sequence[InstancePriceRecord]) -> InstancePriceRecord | None:
    """Return what all products of a type say. A reservation's price is left out where
    they do not agree on it, and not the type."""
    if len({*records}) == 1:
        return records[0]
    on_demand = {replace(one, committed_hourly=None) for one in records}
    return on_demand.pop() if len(on_demand) == 1 else None


def try_prices(clients: AwsClients) -> None:
    """Ask for one product. Raise ProviderError."""
    with aws_errors("AWS's price list (pricing:GetProducts)"):
        clients.pricing().get_products(ServiceCode=SERVICE, MaxResults=1)


def _is_priced(market: Market) -> bool:
    return market.operating_system in OPERATIONS and market.tenancy in PRICED_TENANCIES


def normalize_product(
    attributes: Mapping[str, str], terms: Mapping[str, Any], market: Market
) -> InstancePriceRecord | None:
    """One product; None if it lacks one price of all hours, or its size."""
    rates = on_demand_rates(terms, "Hrs")
    has_size = "NA" not in (attributes["vcpu"], attributes["memory"])
    if len(rates) != 1 or not has_size:
        return None
    return InstancePriceRecord(
        **market._asdict(),
        instance_type=attributes["instanceType"],
        hourly=rates[0].amount,
        currency=rates[0].currency,
        vcpus=int(attributes["vcpu"]),
        memory_mib=_mib(attributes["memory"]),
        architecture=_architecture(attributes.get("physicalProcessor", "")),
        is_current_generation=attributes.get("currentGeneration") == "Yes",
        committed_hourly=reserved_rate(terms, rates[0].currency),
    )


def _mib(memory: str) -> int:
    """AWS writes "0.5 GiB" and "1,952 GiB"."""
    number, unit = memory.split()
    if unit != "GiB":
        raise ValueError(f"memory {memory!r} is not in GiB")
    return int(Decimal(number.replace(",", "")) * 1024)


def _architecture(processor: str) -> str:
    """`processorArchitecture` says "64-bit" of both, so the processor's name tells."""
    return "arm64" if processor.startswith(("AWS Graviton", "Apple")) else "x86_64"
