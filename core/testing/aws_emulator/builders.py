"""Small things that tests fill the emulated AWS with."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from core.testing.aws_emulator.world import EmulatedInstance, LineItem

ACCOUNT, OTHER = "123456789012", "222222222222"
LAUNCHED = datetime(2026, 1, 1, tzinfo=UTC)
USED = "AWS Lambda"


def machine(
    instance_id: str, region: str = "eu-west-1", **fields: Any
) -> EmulatedInstance:
    """A running instance, launched at the beginning of the year."""
    return EmulatedInstance(
        instance_id, region, **{"launched_at": LAUNCHED, "name": instance_id, **fields}
    )


def charge(
    day: date,
    dollars: str,
    service: str = USED,
    kind: str = "Usage",
    region: str = "us-east-1",
    amortized: str | None = None,
    owner: str = "",
    tags: dict[str, str] | None = None,
) -> LineItem:
    """A line of the bill."""
    return LineItem(
        *(day, service, region, kind, Decimal(dollars)),
        amortized=None if amortized is None else Decimal(amortized),
        linked_account=owner,
        tags=tags or {},
    )


def june(day: int) -> date:
    return date(2026, 6, day)
