"""What storage, databases and network cost, from Azure's retail prices: fetch,
normalize."""

from collections import defaultdict
from decimal import Decimal
from typing import NamedTuple

from core.money import QUANTUM
from providers.azure.client import AzureClient, Question, understood
from providers.azure.priced_meters import (
    COMPUTE,
    LICENSE,
    PARTS,
    Asked,
    Line,
    meters_of,
)
from providers.azure.retail_meters import (
    DEAREST,
    Meter,
    fetch_meters,
    is_listed,
    meters_question,
    newest_price,
)
from providers.complete_prices import complete_prices
from providers.records import PriceUnit, ResourceMarket, ResourcePriceRecord

GLOBAL = "Global"


class Priced(NamedTuple):
    """What has one price."""

    sku: str
    redundancy: str
    unit: PriceUnit
    from_quantity: Decimal


def fetch_resource_prices(
    client: AzureClient, market: ResourceMarket, currency: str
) -> list[ResourcePriceRecord]:
    """Return what each size and variety of one kind costs. Raise ProviderError.

    One whose price is not clear, or of which a part is missing, is left out: an
    unknown price is better than a wrong one.
    """
    if not is_listed(client):
        return []
    found: dict[Priced, dict[str, list[tuple[Meter, Line]]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for asked in meters_of(market):
        question = _question(asked, market, currency)
        for raw in fetch_meters(client, question):
            with understood(question):
                for line in asked.normalize(raw):
                    found[_priced(raw, line)][line.part].append((raw, line))
    records, unclear = [], set()
    for key, parts in found.items():
        with understood(question):
            record = _record(client, market, key, parts)
        records += [record] if record else []
        unclear |= set() if record else {(key.sku, key.redundancy)}
    clear = [
        one
        for one in records
        if (one.sku, one.redundancy) not in unclear
        # Below the next band, what costs nothing is included.
        and (one.amount or one.unit == PriceUnit.MONTH)
    ]
    return complete_prices(clear, PARTS.get(market.kind, {}))


def _question(asked: Asked, market: ResourceMarket, currency: str) -> Question:
    product = {"productName": asked.product} if asked.product else {}
    return meters_question(
        f"List prices of {market}",
        currency,
        region=market.region,
        serviceName=asked.service,
        armRegionName=GLOBAL if asked.is_global else market.region,
        **product,
    )


def _priced(raw: Meter, line: Line) -> Priced:
    begin = Decimal(raw.get("tierMinimumUnits") or 0) * line.bands
    from_quantity = (begin + line.from_quantity).quantize(Decimal("0.0001"))
    return Priced(line.sku, line.redundancy, line.unit, from_quantity)


def _record(
    client: AzureClient,
    market: ResourceMarket,
    key: Priced,
    parts: dict[str, list[tuple[Meter, Line]]],
) -> ResourcePriceRecord | None:
    """Return the sum of all parts; None where one is not clear, or there is none."""
    if len({COMPUTE, LICENSE} & set(parts)) == 1:
        return None
    prices = [
        newest_price(((raw, line.times) for raw, line in part), client.now)
        for part in parts.values()
    ]
    known = [price for price in prices if price and 0 <= price[1] < DEAREST]
    if len(known) < len(parts) or len({currency for currency, _ in known}) > 1:
        return None
    ((_, line), *_), *_ = parts.values()
    return ResourcePriceRecord(
        **market._asdict(),
        **key._asdict(),
        amount=sum((amount for _, amount in known), Decimal(0)).quantize(QUANTUM),
        currency=known[0][0],
        minimum_days=line.minimum_days,
    )
