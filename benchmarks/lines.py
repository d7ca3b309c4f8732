"""FOCUS lines of the demo's company, at any scale, the same each time.

    python -m benchmarks.lines 2026-10 1000000 /tmp/bill/focus.csv.gz

writes a month as FOCUS 1.2, as csv, csv.gz or parquet by the name's end. `line_items`
is the month in our own schema, which any engine reads.
"""

import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb

from core.windows import Window, add_months
from providers.demo.company import CLOUD_OF, PRODUCTION, Cloud
from providers.demo.services import SERVICE_LINES
from providers.files.line_items import LINE_COLUMNS

# ruff: noqa: S608 (every text in a statement is made in this file)
# The day on which services.csv has its amounts.
ANCHOR = date(2026, 11, 1)
RESOURCES_PER_GROUP = 40
GROUPS = """
    CREATE OR REPLACE TABLE groups (
        number INTEGER, day DATE, account VARCHAR, service VARCHAR, region VARCHAR,
        team VARCHAR, usd DOUBLE
    )
"""
# Each group's line `i` has the resource and the hour of its number. The price of a unit
# is the group's, so that a line costs its quantity times that.
LINES = """
    SELECT
        *,
        hash(number, i) AS h,
        (hash(number, i) % 1000000)::DECIMAL(38, 18) / 500000 AS quantity,
        round(usd / {per_group}, 10)::DECIMAL(18, 10) AS price,
        i % {resources} AS resource,
        day + to_hours((i % 24)::INTEGER) AS hour,
        CASE
            WHEN (service LIKE '%Database%' OR service LIKE '%Compute%')
            THEN CASE WHEN i % 50 = 49 THEN 'Unused' WHEN i % 4 = 1 THEN 'Used' ELSE ''
            END
            ELSE ''
        END AS commitment
    FROM groups, range({per_group}) lines(i)
"""
ITEMS = """
    SELECT
        hour AS ChargePeriodStart,
        hour + INTERVAL 1 HOUR AS ChargePeriodEnd,
        day AS x_Day,
        '{start}'::TIMESTAMP AS BillingPeriodStart,
        '{end}'::TIMESTAMP AS BillingPeriodEnd,
        '{payer}' AS BillingAccountId,
        'Northpeak Outdoor' AS BillingAccountName,
        'Management account' AS BillingAccountType,
        account AS SubAccountId,
        'account ' || account AS SubAccountName,
        'Account' AS SubAccountType,
        'AWS' AS ProviderName,
        'AWS' AS PublisherName,
        'Amazon Web Services, Inc.' AS InvoiceIssuerName,
        '' AS InvoiceId,
        service AS ServiceName,
        'Other' AS ServiceCategory,
        '' AS ServiceSubcategory,
        region AS RegionId,
        region AS RegionName,
        CASE WHEN region = 'global' THEN '' ELSE region || 'a' END AS AvailabilityZone,
        'arn:aws:' || account || ':' || hash(service) % 10000 || '/r-'
            || lpad((hash(service, region) % 100000)::VARCHAR, 5, '0') || resource
            AS ResourceId,
        '' AS ResourceName,
        'Resource' AS ResourceType,
        '' AS x_ResourceGroup,
        'Usage' AS ChargeCategory,
        '' AS ChargeClass,
        'Usage-Based' AS ChargeFrequency,
        service || ' use ' || i % 5 AS ChargeDescription,
        'SKU' || hash(service, i % 5) % 100000 AS SkuId,
        'SKU' || hash(service, i % 5) % 100000 || '.JRTCKXETXF' AS SkuPriceId,
        '' AS SkuPriceDetails,
        'USE1-Usage:' || i % 5 AS SkuMeter,
        'Operation' || i % 3 AS x_Operation,
        CASE WHEN commitment = '' THEN 'Standard' ELSE 'Committed' END
            AS PricingCategory,
        'Hours' AS PricingUnit,
        quantity AS PricingQuantity,
        'Hours' AS ConsumedUnit,
        CASE WHEN commitment <> 'Unused' THEN quantity END AS ConsumedQuantity,
        price AS ListUnitPrice,
        price AS ContractedUnitPrice,
        price * quantity::DECIMAL(18, 6) AS ListCost,
        price * quantity::DECIMAL(18, 6) AS ContractedCost,
        CASE WHEN commitment = '' THEN price * quantity::DECIMAL(18, 6) ELSE 0 END
            AS BilledCost,
        CASE WHEN commitment = '' THEN price * quantity::DECIMAL(18, 6)
            ELSE price * quantity::DECIMAL(18, 6) * 0.7 END AS EffectiveCost,
        'USD' AS BillingCurrency,
        'USD' AS PricingCurrency,
        '' AS CapacityReservationId,
        '' AS CapacityReservationStatus,
        CASE WHEN commitment <> '' THEN 'sp-' || account ELSE '' END
            AS CommitmentDiscountId,
        '' AS CommitmentDiscountName,
        CASE WHEN commitment <> '' THEN 'Spend' ELSE '' END
            AS CommitmentDiscountCategory,
        CASE WHEN commitment <> '' THEN 'Savings Plan' ELSE '' END
            AS CommitmentDiscountType,
        commitment AS CommitmentDiscountStatus,
        NULL AS CommitmentDiscountQuantity,
        '' AS CommitmentDiscountUnit,
        CASE WHEN team = '' THEN MAP {{}}::MAP(VARCHAR, VARCHAR)
            ELSE MAP {{'team': team, 'env': 'prod'}} END AS Tags
    FROM ({lines})
"""
WRITTEN = {
    ".parquet": "FORMAT parquet, COMPRESSION zstd",
    ".csv": "FORMAT csv, HEADER",
    ".gz": "FORMAT csv, HEADER, COMPRESSION gzip",
}


def line_items(target: Path, month: date, rows: int) -> None:
    """Write the month as we store it."""
    with _with_groups(month) as engine:
        columns = ", ".join(f"{name}::{kind} AS {name}" for name, kind in COLUMNS)
        engine.execute(
            f"COPY (SELECT {columns} FROM ({_items(engine, month, rows)})) "
            f"TO '{target}' (FORMAT parquet, COMPRESSION zstd)"
        )


def focus_file(target: Path, month: date, rows: int) -> None:
    """Write the month as a provider exports it in FOCUS 1.2; empty texts are null."""
    is_text = target.suffix != ".parquet"
    ours = [(name, kind) for name, kind in COLUMNS if not name.startswith("x_")]
    columns = [
        f"nullif({name}, '') AS {name}"
        if kind == "VARCHAR"
        else f"to_json({name}) AS {name}"
        if kind.startswith("MAP") and is_text
        else f"{name}::{kind} AS {name}"
        for name, kind in ours
    ]
    with _with_groups(month) as engine:
        engine.execute(
            f"COPY (SELECT {', '.join(columns)} FROM ({_items(engine, month, rows)})) "
            f"TO '{target}' ({WRITTEN[target.suffix]})"
        )


COLUMNS = tuple(LINE_COLUMNS.items())


def _with_groups(month: date) -> duckdb.DuckDBPyConnection:
    engine = duckdb.connect()
    engine.execute("SET memory_limit = '1GB'; SET preserve_insertion_order = false")
    engine.execute(GROUPS)
    groups = list(_groups(month))
    engine.executemany("INSERT INTO groups VALUES (?, ?, ?, ?, ?, ?, ?)", groups)
    return engine


def _groups(month: date) -> Iterator[tuple[object, ...]]:
    lines = [one for one in SERVICE_LINES if CLOUD_OF[one.account_id] is Cloud.AWS]
    for day in Window(month, add_months(month, 1)).days():
        for number, line in enumerate(lines):
            usd = line.usage(day, ANCHOR)
            where = (line.account_id, line.service, line.place, line.team)
            yield (day.toordinal() * 1000 + number, day, *where, usd)


def _items(engine: duckdb.DuckDBPyConnection, month: date, rows: int) -> str:
    """Return the query of at least so many lines."""
    ((groups,),) = engine.execute("SELECT count(*) FROM groups").fetchall()
    lines = LINES.format(per_group=-(-rows // groups), resources=RESOURCES_PER_GROUP)
    end = add_months(month, 1)
    return ITEMS.format(payer=PRODUCTION, start=month, end=end, lines=lines)


if __name__ == "__main__":
    _, named, count, path = sys.argv
    focus_file(Path(path), date.fromisoformat(f"{named}-01"), int(count))
