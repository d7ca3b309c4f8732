"""List prices for tests."""

from decimal import Decimal
from typing import Any

from core.testing.clock import NOW
from pricing.models import ResourcePrice
from providers.records import PriceUnit


def price(
    kind: str, sku: str, unit: PriceUnit, amount: str, **values: Any
) -> ResourcePrice:
    """Create what one unit of an SKU costs in eu-west-1."""
    facts: dict[str, Any] = {
        "provider": "aws",
        "region": "eu-west-1",
        "from_quantity": 0,
        "currency": "USD",
        "minimum_days": 0,
        "read_at": NOW,
    }
    return ResourcePrice.objects.create(
        kind=kind, sku=sku, unit=unit, amount=Decimal(amount), **{**facts, **values}
    )
