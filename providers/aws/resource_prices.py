"""What storage, databases and network cost, from AWS's Price List: fetch, normalize."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal

from providers.aws.client import AwsClients
from providers.aws.priced_products import (
    DATABASE_HOURS,
    GIB,
    GIB_MONTH,
    HOUR,
    IOPS,
    MIBPS,
    PARTS,
    Asked,
    Line,
    products_of,
)
from providers.aws.products import (
    fetch_products,
    on_demand_rates,
    parsed,
    understood,
)
from providers.complete_prices import complete_prices
from providers.records import ResourceMarket, ResourcePriceRecord

# Usage types begin with a short name of their region, but most of us-east-1.
REGION_PREFIX = re.compile(r"^(?:[A-Z]{3}\d|EU)-")
# As AWS names them, and how many of ours one of theirs is. Its GB is a GiB.
UNITS = {
    HOUR: ("Hrs", 1),
    GIB: ("GB", 1),
    GIB_MONTH: ("GB-Mo", 1),
    IOPS: ("IOPS-Mo", 1),
    MIBPS: ("GiBps-mo", 1024),
}


def fetch_resource_prices(
    clients: AwsClients, market: ResourceMarket
) -> list[ResourcePriceRecord]:
    """Return what each size and variety of one kind costs. Raise ProviderError.

    One whose price is not clear, or of which a part is missing, is left out: an
    unknown price is better than a wrong one.
    """
    reading = f"List prices of {market} (pricing:GetProducts)"
    found: dict[tuple[object, ...], set[ResourcePriceRecord]] = defaultdict(set)
    for asked in products_of(market):
        filters = {"regionCode": market.region, **asked.filters}
        for text in fetch_products(clients, asked.service, filters, reading):
            with understood(reading):
                for record in normalize_product(text, asked, market):
                    key = (record.sku, record.redundancy, record.unit)
                    found[*key, record.from_quantity].add(record)
    unclear = {key[0] for key, records in found.items() if len(records) > 1}
    clear = [
        one for records in found.values() for one in records if one.sku not in unclear
    ]
    return complete_prices(clear, PARTS.get(market.kind, {}))


def normalize_product(
    text: str, asked: Asked, market: ResourceMarket
) -> Iterator[ResourcePriceRecord]:
    """Yield what a product is the price of, if any of that is asked for."""
    attributes, terms = parsed(text)
    for line in _lines(attributes, asked):
        unit, size = UNITS[line.unit]
        for rate in on_demand_rates(terms, unit):
            yield ResourcePriceRecord(
                **market._asdict(),
                sku=line.sku,
                redundancy=line.redundancy,
                unit=line.unit,
                from_quantity=rate.from_quantity + line.from_quantity,
                amount=rate.amount / Decimal(size),
                currency=rate.currency,
                minimum_days=line.minimum_days,
            )


def _lines(attributes: Mapping[str, str], asked: Asked) -> tuple[Line, ...]:
    usage = REGION_PREFIX.sub("", attributes["usagetype"])
    if asked.lines:
        either = f"{usage} {attributes.get('operation', '')}"
        return asked.lines.get(either) or asked.lines.get(usage, ())
    # "InstanceUsageIOOptimized" is of Aurora with another storage.
    redundancy = DATABASE_HOURS.get(usage.partition(":")[0])
    if redundancy is None:
        return ()
    return (Line(attributes["instanceType"], HOUR, redundancy=redundancy),)
