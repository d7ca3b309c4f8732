"""Rows that sum to the bill: what the groups lack is named, never hidden."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from core.money import ZERO
from providers.records import (
    UNALLOCATED,
    ChargeCategory,
    CostReading,
    CostRecord,
    CostTotalRecord,
)


def reconciled(
    totals: Sequence[CostTotalRecord], rows: Iterable[CostRecord], sub_account_id: str
) -> CostReading:
    """One row per group, and a row "Unallocated" where a day's groups miss its total.

    Rows with the same key are summed; a currency that has rows but no total on a day
    gets a total of its own, so that every row is covered by one.
    """
    merged = _merged(rows)
    grouped: dict[tuple[date, str], tuple[Decimal, Decimal]] = defaultdict(
        lambda: (ZERO, ZERO)
    )
    estimated: dict[tuple[date, str], bool] = {}
    for row in merged:
        key = (row.day, row.currency)
        billed, effective = grouped[key]
        grouped[key] = (billed + row.billed, effective + row.effective)
        estimated[key] = row.is_estimated
    known = {(total.day, total.currency) for total in totals}
    complete = [
        *totals,
        *(
            CostTotalRecord(
                day, currency, *grouped[day, currency], estimated[day, currency]
            )
            for day, currency in grouped.keys() - known
        ),
    ]
    rest = (
        _unallocated(total, *grouped[total.day, total.currency], sub_account_id)
        for total in totals
    )
    return CostReading(complete, [*merged, *(row for row in rest if row)])


def _merged(rows: Iterable[CostRecord]) -> list[CostRecord]:
    merged: dict[tuple[object, ...], CostRecord] = {}
    for row in rows:
        key = (
            row.day,
            row.sub_account_id,
            row.service,
            row.region,
            row.resource_group,
            row.charge_category,
            row.currency,
        )
        same = merged.get(key)
        merged[key] = row if same is None else _sum(same, row)
    return list(merged.values())


def _sum(one: CostRecord, other: CostRecord) -> CostRecord:
    return replace(
        one,
        billed=one.billed + other.billed,
        effective=one.effective + other.effective,
    )


def _unallocated(
    total: CostTotalRecord, billed: Decimal, effective: Decimal, sub_account_id: str
) -> CostRecord | None:
    if (billed, effective) == (total.billed, total.effective):
        return None
    return CostRecord(
        day=total.day,
        sub_account_id=sub_account_id,
        service=UNALLOCATED,
        region="",
        # Cost Explorer drops small groups, and those are usage.
        charge_category=ChargeCategory.USAGE,
        currency=total.currency,
        billed=total.billed - billed,
        effective=total.effective - effective,
        is_estimated=total.is_estimated,
    )
