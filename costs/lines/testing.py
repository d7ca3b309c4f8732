"""Line items for tests: months of a few lines, stored as an import stores them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import duckdb
from django.conf import settings

from clouds.models import CloudAccount
from core.money import QUANTUM, ZERO
from costs.lines.models import LineItemMonth
from providers.files.line_items import LINE_COLUMNS, TAGS

DEFAULTS = {
    "BillingAccountId": "111111111111",
    "SubAccountId": "111111111111",
    "ProviderName": "AWS",
    "ServiceName": "Amazon EC2",
    "RegionId": "eu-west-1",
    "ResourceId": "i-1",
    "ChargeCategory": "Usage",
    "SkuMeter": "BoxUsage:m5.large",
    "x_Operation": "RunInstances",
    "PricingCategory": "Standard",
    "PricingUnit": "Hours",
    "BillingCurrency": "USD",
}


def line(day: date, cost: str, quantity: str | None = "1", **more: Any) -> dict:  # type: ignore[type-arg]
    """Return a line of one hour of that day."""
    start = datetime(day.year, day.month, day.day)
    amounts = {
        "BilledCost": Decimal(cost),
        "EffectiveCost": Decimal(cost),
        "ListCost": Decimal(cost),
        "PricingQuantity": quantity and Decimal(quantity),
    }
    days = {
        "ChargePeriodStart": start,
        "ChargePeriodEnd": start + timedelta(hours=1),
        "x_Day": day,
    }
    return {**DEFAULTS, **days, **amounts, **more}


def store_lines(
    account: CloudAccount, month: date, lines: Sequence[Mapping[str, Any]]
) -> LineItemMonth:
    """Store these as the month of the account, in place of what it has."""
    file = f"{account.pk}/{month:%Y-%m}-{len(lines)}.parquet"
    target = settings.LINE_ITEMS_DIR / file
    target.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as engine:
        columns = ", ".join(f"{name} {kind}" for name, kind in LINE_COLUMNS.items())
        engine.execute(f"CREATE TABLE lines ({columns})")
        # A list for each column: a parameter for each value takes a millisecond a line.
        chosen = ", ".join(f"unnest(?)::{kind}" for kind in LINE_COLUMNS.values())
        values = [[_value(one, name) for one in lines] for name in LINE_COLUMNS]
        engine.execute(f"INSERT INTO lines SELECT {chosen}", values)  # noqa: S608
        engine.execute(f"COPY lines TO '{target}' (FORMAT parquet)")
    stored, _ = LineItemMonth.objects.update_or_create(
        account=account,
        month=month,
        defaults={
            "file": file,
            "source_format": "FOCUS 1.2",
            "source_version": "1",
            "row_count": len(lines),
            "byte_count": target.stat().st_size,
            "currency": lines[0]["BillingCurrency"],
            "billed": _sum(lines, "BilledCost"),
            "effective": _sum(lines, "EffectiveCost"),
            "imported_at": datetime(2026, 12, 2, tzinfo=UTC),
        },
    )
    return stored


def _value(line: Mapping[str, Any], name: str) -> Any:
    kind = LINE_COLUMNS[name]
    if kind == TAGS:
        tags = line.get(name, {})
        return {"key": [*tags], "value": [*tags.values()]}
    value = line.get(name, "" if kind == "VARCHAR" else None)
    # Of many numbers in a list DuckDB would choose one kind.
    return str(value) if isinstance(value, Decimal) else value


def _sum(lines: Sequence[Mapping[str, Any]], name: str) -> Decimal:
    return sum((one[name] for one in lines), ZERO).quantize(QUANTUM)
