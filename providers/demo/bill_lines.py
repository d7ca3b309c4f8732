"""The lines behind the company's costs, which sum to them to the last decimal.

Costs of a day are split as its tags are: by service, place and team, and each of these
by what it consists of. Lines are written as FOCUS, and stored as any bill's.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal
from itertools import groupby
from json import dumps
from pathlib import Path
from tempfile import TemporaryDirectory

from core.money import QUANTUM, ZERO
from core.windows import ONE_DAY, add_months
from providers.base import Progress
from providers.bill_records import Bill
from providers.demo.bill_parts import Part, Place, other_parts, resource_parts
from providers.demo.company import (
    CLOUD_OF,
    COMPANY_NAME,
    CURRENCY,
    SPOT_SHARE,
    VIRGINIA,
    Cloud,
)
from providers.demo.events import Events, known
from providers.demo.fleet import tags_of
from providers.demo.services import RDS
from providers.demo.tagged_bill import Shares, shares_of, split_by_team
from providers.files.engine import Engine, Source
from providers.files.service_categories import category_of, subcategory
from providers.records import ChargeCategory, CostRecord

ISSUERS = {Cloud.AWS: "AWS", Cloud.AZURE: "Microsoft"}
# Of an amount at the price of a unit; FOCUS has as many places. Requests that cost a
# ten-millionth each are more than ten digits before the point.
QUANTITY, DIGITS = Decimal("1e-18"), Context(prec=38)
# The reserved databases: what used the reservation, and what it would have cost.
RESERVED = ("orders", "orders-replica")
UNUSED_SHARE, RESERVED_SHARE = Decimal("0.06"), Decimal("0.62")
RESERVED_TYPE, RESERVED_HOURLY = "InstanceUsage:db.r6g.large", Decimal("0.225")

Line = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class LinesOf:
    """Whose bill it is, and what happened there."""

    account_id: str
    anchor: date
    events: Events = ()


def write_lines(
    of: LinesOf,
    month: date,
    costs: Iterable[CostRecord],
    target: Path,
    progress: Progress,
) -> Bill:
    """Write the lines of these costs of a month, which are in the order of their days.

    Raise ProviderError.
    """
    reading = f"{month:%Y-%m} of {COMPANY_NAME}"
    with TemporaryDirectory(dir=target.parent) as folder:
        file = Path(folder) / "focus-1.2.csv"
        _write_focus(file, month, lines_of(of, costs), of.account_id)
        engine = Engine(Path(folder), progress)
        try:
            found = engine.write_lines(Source([file]), month, target, reading)
            sums = engine.sums(target, month, found, reading)
        finally:
            engine.close()
    return Bill(
        source_format=sums.source_format,
        line_count=sums.lines,
        currency=sums.currency,
        billed=sums.billed,
        effective=sums.effective,
        days=iter(()),
    )


def lines_of(of: LinesOf, costs: Iterable[CostRecord]) -> Iterator[Line]:
    """Yield lines that sum to these costs, of each service, place and team."""
    for day, rows in groupby(costs, key=lambda row: row.day):
        offset = (day - of.anchor).days
        events = known(of.events, 24 * offset + 23)
        parts = resource_parts(of.account_id, offset, events)
        shares = shares_of(of.account_id, of.anchor, day, of.events)
        for row in rows:
            if row.charge_category is not ChargeCategory.USAGE:
                yield from _fee(row)
                continue
            for team, billed, effective in split_by_team(row, shares):
                place = (row.service, row.region or row.resource_group, team)
                others = other_parts(of.account_id, place, offset, events)
                usual = _usual(shares, place)
                amounts = _amounts(parts.get(place, ()), others, usual, billed)
                yield from _usage(row, team, amounts, effective - billed)


def _usual(shares: Shares, place: Place) -> Decimal:
    service, where, team = place
    return shares.get((service, where), {}).get(team, ZERO)


def _amounts(
    resources: Sequence[Part], others: Sequence[Part], usual: Decimal, billed: Decimal
) -> Iterator[tuple[Part, Decimal]]:
    """Yield what each part is billed. They sum to `billed`.

    Resources cost their list price, less where the day has less than usual; traffic and
    requests cost the rest as usual, and the first of them what is more than that.
    """
    listed = sum((part.usd for part in resources), ZERO)
    scale = min(
        Decimal(1),
        billed / usual if usual > 0 else Decimal(1),
        max(billed, ZERO) / listed if listed else Decimal(1),
    )
    found = [(part, (part.usd * scale).quantize(QUANTUM)) for part in resources]
    rest = billed - sum((usd for _, usd in found), ZERO)
    if abs(rest) < QUANTUM * len(found) and found:  # what rounding leaves
        part, usd = found.pop()
        yield from (*found, (part, usd + rest))
        return
    yield from found
    usual_rest = min(rest, max((usual - listed) * scale, ZERO))
    shared = sum((part.usd for part in others), ZERO)
    first, *more = others
    for part in more:
        usd = (usual_rest * part.usd / shared).quantize(QUANTUM)
        rest -= usd
        yield part, usd
    yield first, rest


def _usage(
    row: CostRecord,
    team: str,
    amounts: Iterable[tuple[Part, Decimal]],
    amortized: Decimal,
) -> Iterator[Line]:
    """Yield the lines of a row's team; `amortized` is what its effective cost adds."""
    for part, billed in amounts:
        if not billed and not amortized:
            continue
        quantity = _quantity(billed, part.unit_usd) if part.unit_usd else ""
        list_usd = part.unit_usd
        if part.is_spot:
            list_usd = (list_usd / SPOT_SHARE).quantize(QUANTUM)
        tags = tags_of(row.sub_account_id, team, part.name)
        yield {
            **_head(row),
            **({"RegionId": part.region} if part.region else {}),
            "ResourceId": part.resource_id,
            "ResourceName": part.name,
            "ChargeDescription": f"{part.usage_type} in {part.region or row.region}"
            if part.region or row.region
            else part.usage_type,
            "SkuMeter": part.usage_type,
            "x_Operation": part.operation,
            "PricingCategory": "Dynamic" if part.is_spot else "Standard",
            "PricingUnit": part.unit,
            "PricingQuantity": quantity,
            "ConsumedUnit": part.unit,
            "ConsumedQuantity": quantity,
            "ListUnitPrice": list_usd if quantity != "" else "",
            "ContractedUnitPrice": part.unit_usd if quantity != "" else "",
            "ListCost": billed / SPOT_SHARE if part.is_spot else billed,
            "ContractedCost": billed,
            "BilledCost": billed,
            "EffectiveCost": billed + amortized,
            "Tags": dumps(tags) if tags else "",
        }
        amortized = ZERO


def _quantity(usd: Decimal, unit_usd: Decimal) -> Decimal:
    return DIGITS.quantize(DIGITS.divide(usd, unit_usd), QUANTITY)


def _head(row: CostRecord) -> dict[str, object]:
    category = category_of(row.service)
    return {
        "ChargePeriodStart": f"{row.day}T00:00:00Z",
        "ChargePeriodEnd": f"{row.day + ONE_DAY}T00:00:00Z",
        "SubAccountId": row.sub_account_id,
        "ServiceName": row.service,
        "ServiceCategory": category,
        "ServiceSubcategory": subcategory(category),
        "RegionId": row.region,
        "x_ResourceGroup": row.resource_group,
        "ChargeCategory": str(row.charge_category.value),
        "ChargeFrequency": "Usage-Based",
        "PricingCategory": "Standard",
    }


def _fee(row: CostRecord) -> Iterator[Line]:
    """Yield a charge that is no usage. A reservation is billed once, and costs its
    share of each day, of which something is left unused."""
    is_reservation = row.charge_category is ChargeCategory.PURCHASE and (
        row.service,
        row.region,
    ) == (RDS, VIRGINIA)
    effective = ZERO if is_reservation else row.effective
    of = _commitment(row) if is_reservation else {}
    if row.billed or effective:
        yield {
            **_head(row),
            **of,
            "CommitmentDiscountStatus": "",
            "ChargeDescription": f"{row.charge_category.value} of {row.service}",
            "ChargeFrequency": "Recurring" if is_reservation else "One-Time",
            "PricingCategory": "Committed" if is_reservation else "",
            "ListCost": row.billed,
            "ContractedCost": row.billed,
            "BilledCost": row.billed,
            "EffectiveCost": effective,
        }
    if is_reservation:
        yield from _reserved(row)


def _reserved(row: CostRecord) -> Iterator[Line]:
    unused = (row.effective * UNUSED_SHARE).quantize(QUANTUM)
    used = row.effective - unused
    half = (used / len(RESERVED)).quantize(QUANTUM)
    costs = [(name, half) for name in RESERVED[1:]]
    costs.append((RESERVED[0], used - half * len(costs)))
    for name, usd in [*costs, ("", unused)]:
        listed = usd / RESERVED_SHARE
        quantity = _quantity(listed, RESERVED_HOURLY)
        tags = tags_of(row.sub_account_id, "shop", name) if name else {}
        yield {
            **_head(row),
            **_commitment(row),
            "ChargeCategory": str(ChargeCategory.USAGE.value),
            "ResourceId": _database_id(row, name) if name else "",
            "ResourceName": name,
            "ChargeDescription": "Reserved database"
            + ("" if name else " that nothing used"),
            "SkuMeter": RESERVED_TYPE,
            "x_Operation": "CreateDBInstance",
            "PricingCategory": "Committed",
            "PricingUnit": "Hours",
            "PricingQuantity": quantity,
            "ConsumedUnit": "Hours" if name else "",
            "ConsumedQuantity": quantity if name else "",
            "ListUnitPrice": RESERVED_HOURLY,
            "ContractedUnitPrice": RESERVED_HOURLY,
            "ListCost": (RESERVED_HOURLY * quantity).quantize(QUANTITY),
            "ContractedCost": (RESERVED_HOURLY * quantity).quantize(QUANTITY),
            "BilledCost": ZERO,
            "EffectiveCost": usd,
            "CommitmentDiscountStatus": "Used" if name else "Unused",
            "Tags": dumps(tags) if tags else "",
        }


def _commitment(row: CostRecord) -> dict[str, object]:
    owner = f"{row.region}:{row.sub_account_id}"
    return {
        "CommitmentDiscountId": f"arn:aws:rds:{owner}:ri:orders-one-year",
        "CommitmentDiscountName": "Two databases, one year, no upfront",
        "CommitmentDiscountCategory": "Usage",
        "CommitmentDiscountType": "Reserved",
    }


def _database_id(row: CostRecord, name: str) -> str:
    return f"arn:aws:rds:{row.region}:{row.sub_account_id}:db:{name}"


COLUMNS = (
    *("ChargePeriodStart", "ChargePeriodEnd", "SubAccountId", "ServiceName"),
    *("ServiceCategory", "ServiceSubcategory"),
    *("RegionId", "x_ResourceGroup", "ResourceId", "ResourceName", "ChargeCategory"),
    *("ChargeFrequency", "ChargeDescription", "SkuMeter", "x_Operation"),
    *("PricingCategory", "PricingUnit", "PricingQuantity", "ConsumedUnit"),
    *("ConsumedQuantity", "ListUnitPrice", "ContractedUnitPrice", "ListCost"),
    *("ContractedCost", "BilledCost", "EffectiveCost", "CommitmentDiscountId"),
    *("CommitmentDiscountName", "CommitmentDiscountCategory"),
    *("CommitmentDiscountType", "CommitmentDiscountStatus", "Tags"),
)


def _write_focus(
    file: Path, month: date, lines: Iterable[Line], account_id: str
) -> None:
    issuer = ISSUERS[CLOUD_OF[account_id]]
    same = {
        "BillingPeriodStart": f"{month}T00:00:00Z",
        "BillingPeriodEnd": f"{add_months(month, 1)}T00:00:00Z",
        "BillingAccountId": account_id,
        "BillingAccountName": COMPANY_NAME,
        "BillingAccountType": "Account",
        "SubAccountType": "Account",
        "ProviderName": issuer,
        "PublisherName": issuer,
        "InvoiceIssuerName": issuer,
        "InvoiceId": f"{month:%Y%m}-{account_id[-4:]}",
        "BillingCurrency": CURRENCY,
        "PricingCurrency": CURRENCY,
    }
    with file.open("w", newline="", encoding="utf-8") as opened:
        writer = csv.writer(opened)
        writer.writerow([*COLUMNS, *same])
        ends = tuple(same.values())
        for line in lines:
            writer.writerow([*(line.get(name, "") for name in COLUMNS), *ends])
