"""What everything beside machines costs at list price, from resource_prices.csv."""

from collections.abc import Iterator
from decimal import Decimal
from functools import cache

from core.windows import HOURS_PER_MONTH
from providers.demo.company import CURRENCY, REGION_PRICE_FACTOR, REGIONS, Cloud, table
from providers.records import PriceUnit, ResourceMarket, ResourcePriceRecord


@cache
def resource_prices(market: ResourceMarket) -> tuple[ResourcePriceRecord, ...]:
    """Return what is sold there; nothing in a region where the company is not."""
    return tuple(_prices(market))


def _prices(market: ResourceMarket) -> Iterator[ResourcePriceRecord]:
    for row in table("resource_prices"):
        is_there = market.region in REGIONS[Cloud(row["cloud"])]
        if is_there and (row["kind"], row["engine"]) == market[1:]:
            yield ResourcePriceRecord(
                **market._asdict(),
                sku=row["sku"],
                redundancy=row["redundancy"],
                unit=PriceUnit(row["unit"]),
                from_quantity=Decimal(row["above"]),
                amount=Decimal(row["usd"]) * REGION_PRICE_FACTOR[market.region],
                currency=CURRENCY,
                minimum_days=int(row["minimum_days"]),
            )


def hourly_usd(
    market: ResourceMarket, sku: str, quantity: Decimal | int = 1, redundancy: str = ""
) -> Decimal:
    """Return what so much of it costs an hour. Raise LookupError without a price."""
    found = [
        one
        for one in resource_prices(market)
        if (one.sku, one.redundancy) == (sku, redundancy)
        and one.unit in (PriceUnit.HOUR, PriceUnit.GIB_MONTH, PriceUnit.MONTH)
        and one.from_quantity < quantity
    ]
    if not found:
        raise LookupError(f"{sku} {redundancy} in {market} has no price.")
    price = found[-1]
    if price.unit == PriceUnit.HOUR:
        return price.amount
    amount = price.amount * (1 if price.unit == PriceUnit.MONTH else quantity)
    return amount / HOURS_PER_MONTH
