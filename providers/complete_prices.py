"""Prices of which a part is missing, which would be too low."""

from collections.abc import Collection, Mapping, Sequence

from providers.records import PriceUnit, ResourcePriceRecord


def complete_prices(
    records: Sequence[ResourcePriceRecord], parts: Mapping[str, Collection[PriceUnit]]
) -> list[ResourcePriceRecord]:
    """Return those whose SKU has a price in each unit that it needs."""
    units = {(one.sku, one.unit) for one in records}
    return [
        one
        for one in records
        if all((one.sku, unit) in units for unit in parts.get(one.sku, ()))
    ]
