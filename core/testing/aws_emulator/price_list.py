"""GetProducts of AWS's Price List."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from core.testing.aws_emulator.wire import Answer, AwsError, Call
from core.testing.resume_tokens import make_token, read_token

if TYPE_CHECKING:
    from core.testing.aws_emulator.aws import EmulatedAws

SERVICE = "AmazonEC2"
SERVICES = {
    *(SERVICE, "AmazonVPC", "AWSELB", "AmazonRDS"),
    *("AmazonS3", "AmazonS3GlacierDeepArchive"),
}
# The API answers in these regions alone, whatever region is asked about.
ENDPOINTS = frozenset({"us-east-1", "eu-central-1", "ap-south-1"})
PRODUCTS_A_PAGE = 100
ON_DEMAND, PER_HOUR = "JRTCKXETXF", "6YS6EN2CT7"  # AWS's codes of offer and rate
RESERVED = "38NPMPTW36"
# Code of the offer, its terms, and the share of the price on demand that it costs.
RESERVATIONS = (
    ("4NA7Y494T4", "1yr", "standard", "No Upfront", "0.63"),
    ("HU7G6KETJZ", "1yr", "standard", "Partial Upfront", "0.30"),
    ("7NE97W5U4E", "1yr", "convertible", "No Upfront", "0.72"),
    ("BPH4J8HBKS", "3yr", "standard", "No Upfront", "0.43"),
)

# Operating system, software and license -> AWS's code of them.
OWN_LICENSE, INCLUDED = "Bring your own license", "No License required"
OPERATIONS = {
    ("Linux", "NA", INCLUDED): "RunInstances",
    ("Linux", "SQL Std", INCLUDED): "RunInstances:0004",
    ("RHEL", "NA", INCLUDED): "RunInstances:0010",
    ("SUSE", "NA", INCLUDED): "RunInstances:000g",
    ("Windows", "NA", INCLUDED): "RunInstances:0002",
    ("Windows", "NA", OWN_LICENSE): "RunInstances:0800",
    ("Windows", "SQL Std", INCLUDED): "RunInstances:0006",
}

MATCHES: dict[str, Callable[[str, str], bool]] = {
    "TERM_MATCH": lambda value, wanted: value.lower() == wanted.lower(),
    "EQUALS": lambda value, wanted: value == wanted,
    "CONTAINS": lambda value, wanted: wanted in value,
    "ANY_OF": lambda value, wanted: value in wanted.split(","),
    "NONE_OF": lambda value, wanted: value not in wanted.split(","),
}


def get_products(aws: EmulatedAws, call: Call) -> Answer:
    """A page of products, each a text of JSON as AWS gives it."""
    if call.region not in ENDPOINTS:
        raise AwsError("UnknownEndpoint", f"No Price List in {call.region}", 404)
    if call.parameters["ServiceCode"] not in SERVICES:
        raise AwsError("NotFoundException", "The service code was not found.")
    most = call.parameters.get("MaxResults", PRODUCTS_A_PAGE)
    if not 1 <= most <= PRODUCTS_A_PAGE:
        raise AwsError("InvalidParameterException", "MaxResults must be 1 to 100.")
    found = [product for product in aws.products if _matches(product, call)]
    invalid = AwsError("InvalidNextTokenException", "Invalid NextToken.")
    (start,) = read_token(call, call.parameters.get("NextToken"), invalid) or [0]
    end = start + min(most, aws.page_size.get(call.name, PRODUCTS_A_PAGE))
    page = [each if isinstance(each, str) else json.dumps(each) for each in found]
    answer: dict[str, object] = {
        "FormatVersion": "aws_v1",
        "PriceList": page[start:end],
    }
    return answer | ({"NextToken": make_token(call, end)} if end < len(found) else {})


def product(
    instance_type: str,
    hourly_usd: str,
    region: str = "us-east-1",
    *,
    vcpus: int = 2,
    memory: str = "8 GiB",
    processor: str = "Intel Xeon Platinum 8175",
    **changed: str,
) -> dict[str, Any]:
    """One product as AWS shapes it; `changed` are attributes that differ."""
    attributes = {
        "enhancedNetworkingSupported": "Yes",
        "memory": memory,
        "vcpu": str(vcpus),
        "capacitystatus": "Used",
        "locationType": "AWS Region",
        "storage": "EBS only",
        "instanceFamily": "General purpose",
        "operatingSystem": "Linux",
        "regionCode": region,
        "physicalProcessor": processor,
        "instanceType": instance_type,
        "tenancy": "Shared",
        "usagetype": f"BoxUsage:{instance_type}",
        "servicecode": SERVICE,
        "licenseModel": INCLUDED,
        "currentGeneration": "Yes",
        "preInstalledSw": "NA",
        "processorArchitecture": "64-bit",
        "marketoption": "OnDemand",
    } | changed
    what = (
        *(attributes["operatingSystem"], attributes["preInstalledSw"]),
        attributes["licenseModel"],
    )
    attributes.setdefault("operation", OPERATIONS.get(what, "RunInstances:other"))
    found = _product("Compute Instance", attributes, "Hrs", {"0": hourly_usd})
    found["terms"]["Reserved"] |= _reserved(found["product"]["sku"], hourly_usd)
    return found


def other_product(
    service: str,
    family: str,
    usagetype: str,
    region: str,
    unit: str,
    usd: str | Mapping[str, str],
    **attributes: str,
) -> dict[str, Any]:
    """What no instance is; `usd` may be one amount, or by where its band begins."""
    attributes = {
        "regionCode": region,
        "locationType": "AWS Region",
        "servicecode": service,
        "usagetype": usagetype,
        "operation": "",
    } | attributes
    bands = {"0": usd} if isinstance(usd, str) else usd
    return _product(family, attributes, unit, bands)


def _product(
    family: str, attributes: dict[str, str], unit: str, bands: Mapping[str, str]
) -> dict[str, Any]:
    sku = sha256(json.dumps(attributes).encode()).hexdigest()[:16].upper()
    return {
        "product": {"productFamily": family, "attributes": attributes, "sku": sku},
        "serviceCode": attributes["servicecode"],
        "terms": {
            "OnDemand": _term(sku, ON_DEMAND, unit, bands),
            "Reserved": _term(sku, RESERVED, "Quantity", {"0": "1000"}),
        },
        "version": "20260601000000",
        "publicationDate": "2026-06-01T00:00:00Z",
    }


def _share_of(amount: str, share: str) -> str:
    """Return that share; what is no number stays as it is."""
    try:
        return str(Decimal(amount) * Decimal(share))
    except InvalidOperation:
        return amount


def _reserved(sku: str, hourly_usd: str) -> dict[str, Any]:
    """What reserving it costs each hour, by term and kind."""
    terms: dict[str, Any] = {}
    for offer, length, kind, option, share in RESERVATIONS:
        amount = _share_of(hourly_usd, share)
        term = _term(sku, offer, "Hrs", {"0": amount})
        next(iter(term.values()))["termAttributes"] = {
            "LeaseContractLength": length,
            "OfferingClass": kind,
            "PurchaseOption": option,
        }
        terms |= term
    return terms


def _term(sku: str, offer: str, unit: str, bands: Mapping[str, str]) -> dict[str, Any]:
    begins = list(bands)
    dimensions = {
        f"{sku}.{offer}.{PER_HOUR}{number or ''}": {
            "unit": unit,
            "endRange": end,
            "description": f"${bands[begin]} per {unit}",
            "appliesTo": [],
            "rateCode": f"{sku}.{offer}.{PER_HOUR}{number or ''}",
            "beginRange": begin,
            "pricePerUnit": {"USD": bands[begin]},
        }
        for number, (begin, end) in enumerate(
            zip(begins, [*begins[1:], "Inf"], strict=True)
        )
    }
    term = {
        "priceDimensions": dimensions,
        "sku": sku,
        "effectiveDate": "2026-06-01T00:00:00Z",
        "offerTermCode": offer,
        "termAttributes": {},
    }
    return {f"{sku}.{offer}": term}


def _matches(product: Mapping[str, Any] | str, call: Call) -> bool:
    """All filters hold; a product given as text is not looked into."""
    if isinstance(product, str):
        return True
    attributes = product["product"]["attributes"] | {
        "productFamily": product["product"]["productFamily"]
    }
    of_service = product["serviceCode"] == call.parameters["ServiceCode"]
    return of_service and all(
        MATCHES[each["Type"]](attributes.get(each["Field"], ""), each["Value"])
        for each in call.parameters.get("Filters", [])
    )
