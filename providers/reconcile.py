"""Rows that sum to the bill: what the groups lack is named, never hidden."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from core.money import ZERO
from providers.records import (
    ROUNDING,
    UNALLOCATED,
    ChargeCategory,
    CostReading,
    CostRecord,
    CostTotalRecord,
)


def reconciled(
    totals: Sequence[CostTotalRecord],
    rows: Iterable[CostRecord],
    sub_account_id: str,
    rounding_below: Decimal = ZERO,
) -> CostReading:
    """One row per group, and a row "Unallocated" where a day's groups miss its total.

    A rest below `rounding_below` is a row "Rounding". Rows with the same key are
    summed; a currency that has rows but no total on a day gets a total of its own, so
    that every row is covered by one.
    """
    merged = _merged(rows)
    grouped: dict[tuple[date, str], list[CostRecord]] = defaultdict(list)
    for row in merged:
        grouped[row.day, row.currency].append(row)
    unallocated = []
    for total in totals:
        billed, effective = _sums(grouped.pop((total.day, total.currency), ()))
        if (billed, effective) != (total.billed, total.effective):
            rests = total.billed - billed, total.effective - effective
            is_rounding = max(map(abs, rests)) < rounding_below
            rest = CostRecord(
                day=total.day,
                sub_account_id=sub_account_id,
                service=ROUNDING if is_rounding else UNALLOCATED,
                region="",
                # Cost Explorer drops small groups, and those are usage.
                charge_category=ChargeCategory.USAGE,
                currency=total.currency,
                billed=rests[0],
                effective=rests[1],
                is_estimated=total.is_estimated,
            )
            unallocated.append(rest)
    own_totals = (
        CostTotalRecord(*key, *_sums(group), group[-1].is_estimated)
        for key, group in grouped.items()
    )
    return CostReading([*totals, *own_totals], [*merged, *unallocated])


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
        if same := merged.get(key):
            billed, effective = _sums((same, row))
            row = replace(same, billed=billed, effective=effective)
        merged[key] = row
    return list(merged.values())


def _sums(rows: Iterable[CostRecord]) -> tuple[Decimal, Decimal]:
    billed = effective = ZERO
    for row in rows:
        billed += row.billed
        effective += row.effective
    return billed, effective
