"""List prices for tests."""

from decimal import Decimal
from typing import Any

from clouds.models import CloudAccount
from core.testing.clock import NOW
from pricing.models import InstancePrice, ResourcePrice
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


def list_price(owner: CloudAccount) -> None:
    """Create what an instance of inventory.testing costs: $0.10 an hour."""
    InstancePrice.objects.create(
        provider=owner.provider,
        region="eu-west-1",
        operating_system="Linux",
        instance_type="m6i.large",
        tenancy="Shared",
        hourly=Decimal("0.1"),
        currency="USD",
        vcpus=2,
        memory_mib=8192,
        architecture="x86_64",
        is_current_generation=True,
        read_at=NOW,
    )
