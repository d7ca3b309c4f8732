"""prices.azure.com: the public price list, which must never see a token."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from core.testing.azure_emulator.machines import guid
from core.testing.azure_emulator.sizes import SIZES, Size, hourly_dollars
from core.testing.azure_emulator.wire import Answer, AzureError, Call, Route, path_of

if TYPE_CHECKING:
    from core.testing.azure_emulator.azure import EmulatedAzure

ITEMS_A_PAGE = 1_000
SKIP = "$skip"
FIELDS = {
    name.lower(): name
    for name in (
        *("armRegionName", "armSkuName", "location", "meterId", "meterName"),
        *("productId", "productName", "serviceFamily", "serviceId", "serviceName"),
        *("skuId", "skuName"),
    )
} | {"pricetype": "type"}
TERM = re.compile(
    r"(?:(?P<field>\w+) (?P<operator>eq|ne) '(?P<value>(?:[^']|'')*)'"
    r"|(?P<function>contains|startswith|endswith)"
    r"\((?P<argument>\w+), ?'(?P<text>(?:[^']|'')*)'\))"
)
FUNCTIONS: dict[str, Callable[[str, str], bool]] = {
    "contains": lambda value, text: text in value,
    "startswith": lambda value, text: value.startswith(text),
    "endswith": lambda value, text: value.endswith(text),
}
# Of a dollar; the list is in dollars, others are for reference.
CURRENCIES = {"USD": 1.0, "EUR": 0.9228, "GBP": 0.7743}

Item = dict[str, Any]


def list_prices(azure: EmulatedAzure, call: Call) -> Answer:
    """A page of items; its next page has an address."""
    if token := call.headers.get("authorization"):
        azure.leaks.append(f"GET {call.path} with {token}")
        raise AzureError("BadRequest", "No token may be sent to the price list.")
    currency = call.parameters.get("currencycode", "USD").strip("'")
    if currency not in CURRENCIES:
        raise AzureError("BadRequest", f"Invalid currency code {currency}.")
    keeps = _filter(call.parameters.get("$filter", ""))
    items = [_in(currency, item) for item in azure.prices if keeps(item)]
    start = call.number(SKIP, 0)
    end = start + azure.page_size.get(call.operation, ITEMS_A_PAGE)
    link = None
    if end < len(items):
        asked = urlencode(dict(call.parameters) | {SKIP: str(end)})
        link = f"{azure.endpoint_url}{call.path}?{asked}"
    page = items[start:end]
    return Answer(
        {
            "BillingCurrency": currency,
            "CustomerEntityId": "Default",
            "CustomerEntityType": "Retail",
            "Items": page,
            "NextPageLink": link,
            "Count": len(page),
        }
    )


def _filter(text: str) -> Callable[[Item], bool]:
    """Terms joined by `and`; their values are compared with their case."""
    terms = [_term(each) for each in text.split(" and ")] if text else []
    return lambda item: all(term(item) for term in terms)


def _term(text: str) -> Callable[[Item], bool]:
    found = TERM.fullmatch(text.strip(" ()") if text.startswith("(") else text.strip())
    if not found:
        raise AzureError("BadRequest", f"Invalid OData parameters supplied: {text}")
    name = (found["field"] or found["argument"]).lower()
    if name not in FIELDS:
        raise AzureError("BadRequest", f"Invalid OData parameters supplied: {text}")
    key = FIELDS[name]
    if found["function"]:
        holds, wanted = FUNCTIONS[found["function"]], found["text"].replace("''", "'")
        return lambda item: holds(item.get(key, ""), wanted)
    value = found["value"].replace("''", "'")
    equal = found["operator"] == "eq"
    return lambda item: (item.get(key, "") == value) is equal


def _in(currency: str, item: Item) -> Item:
    rate = CURRENCIES[currency]
    priced = item | {"currencyCode": currency}
    for key in ("retailPrice", "unitPrice"):
        priced[key] = item[key] * rate
    return priced


def price(size_name: str, region: str, dollars: float, **fields: Any) -> Item:
    """One item: Linux on demand unless the fields say otherwise."""
    size = SIZES[size_name.lower()]
    short = size.name.removeprefix("Standard_").replace("_", " ")
    item = {
        "currencyCode": "USD",
        "tierMinimumUnits": 0.0,
        "retailPrice": dollars,
        "unitPrice": dollars,
        "armRegionName": region,
        "location": region.upper(),
        "effectiveStartDate": "2023-01-01T00:00:00Z",
        "meterId": guid(f"{size_name}{region}{fields}"),
        "meterName": short,
        "productId": "DZH318Z0BQPS",
        "skuId": "DZH318Z0BQPS/00TG",
        "productName": f"Virtual Machines {size.series} Series",
        "skuName": short,
        "serviceName": "Virtual Machines",
        "serviceId": "DZH313Z7MMC8",
        "serviceFamily": "Compute",
        "unitOfMeasure": "1 Hour",
        "type": "Consumption",
        "isPrimaryMeterRegion": True,
        "armSkuName": size.name,
    }
    return item | fields


def meter(
    names: tuple[str, str, str, str],
    region: str,
    dollars: float,
    unit: str = "1 Hour",
    **fields: Any,
) -> Item:
    """One item of anything else, by the names of service, product, SKU and meter."""
    service, product, sku, name = names
    item = {
        "currencyCode": "USD",
        "tierMinimumUnits": 0.0,
        "retailPrice": dollars,
        "unitPrice": dollars,
        "armRegionName": region,
        "location": region.upper(),
        "effectiveStartDate": "2023-01-01T00:00:00Z",
        "meterId": guid(f"{product}{sku}{name}{region}{fields}"),
        "meterName": name,
        "productId": guid(product),
        "skuId": guid(f"{product}{sku}"),
        "productName": product,
        "skuName": sku,
        "serviceName": service,
        "serviceId": guid(service),
        "serviceFamily": "Storage" if service == "Storage" else "Networking",
        "unitOfMeasure": unit,
        "type": "Consumption",
        "isPrimaryMeterRegion": True,
        "armSkuName": "",
    }
    return item | fields


def prices_of_region(region: str) -> list[Item]:
    """All rows of all sizes: only one of each is Linux on demand today."""
    return [item for size in SIZES.values() for item in _rows_of(size, region)]


def _rows_of(size: Size, region: str) -> list[Item]:
    linux = hourly_dollars(size.name, windows=False)
    windows = hourly_dollars(size.name, windows=True)
    short = size.name.removeprefix("Standard_").replace("_", " ")
    product = f"Virtual Machines {size.series} Series"

    def row(dollars: float, **fields: Any) -> Item:
        return price(size.name, region, dollars, **fields)

    return [
        row(linux * 0.2, skuName=f"{short} Spot", meterName=f"{short} Spot"),
        row(
            linux * 0.4,
            skuName=f"{short} Low Priority",
            meterName=f"{short} Low Priority",
        ),
        row(windows, productName=f"{product} Windows"),
        row(linux * 0.9, type="DevTestConsumption"),
        row(linux * 5_000, type="Reservation", reservationTerm="1 Year"),
        row(linux * 9_000, type="Reservation", reservationTerm="3 Years"),
        row(linux * 1.1, isPrimaryMeterRegion=False),
        row(linux * 1.2, effectiveStartDate="2021-01-01T00:00:00Z"),
        row(linux * 0.5, effectiveStartDate="2099-01-01T00:00:00Z"),
        row(linux * 1.3, productName=f"{size.series} Series Cloud Services"),
        row(
            linux,
            savingsPlan=[
                {"unitPrice": amount, "retailPrice": amount, "term": term}
                for term, amount in (
                    ("1 Year", round(linux * 0.7, 6)),
                    ("3 Years", round(linux * 0.5, 6)),
                )
            ],
        ),
    ]


ROUTES = (
    Route(
        "RetailPrices/read",
        "GET",
        path_of("/api/retail/prices"),
        list_prices,
        frozenset({"2023-01-01-preview"}),
        audience="",
    ),
)
