"""Rows that sum to the bill: what the groups lack is named, never hidden."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from operator import attrgetter
from typing import TypeVar

from core.money import ZERO
from providers.records import (
    ROUNDING,
    UNALLOCATED,
    ChargeCategory,
    CostReading,
    CostRecord,
    CostTotalRecord,
    TagCostRecord,
)

R = TypeVar("R", CostRecord, TagCostRecord)
# What two rows of the same key may differ in.
NOT_OF_THE_KEY = {"billed", "effective", "is_estimated"}
KEYS = {
    record: attrgetter(
        *(one.name for one in fields(record) if one.name not in NOT_OF_THE_KEY)
    )
    for record in (CostRecord, TagCostRecord)
}


def reconciled(
    totals: Sequence[CostTotalRecord],
    rows: Iterable[CostRecord],
    sub_account_id: str,
    rounding_below: Decimal = ZERO,
    tags: Mapping[str, Iterable[TagCostRecord]] | None = None,
) -> CostReading:
    """One row per group, and a row "Unallocated" where a day's groups miss its total.

    A rest below `rounding_below` is a row "Rounding". Rows with the same key are
    summed; a currency that has rows but no total on a day gets a total of its own, so
    that every row is covered by one. The same holds for the rows of each tag key in
    `tags`, whose rest is untagged.
    """
    merged = _merged(rows)
    known = {(total.day, total.currency) for total in totals}
    own_totals = (
        CostTotalRecord(*key, *_sums(group), group[-1].is_estimated)
        for key, group in _grouped(merged).items()
        if key not in known
    )
    every = [*totals, *own_totals]
    blank = CostRecord(
        day=date.min,
        sub_account_id=sub_account_id,
        service="",
        region="",
        # Cost Explorer drops small groups, and those are usage.
        charge_category=ChargeCategory.USAGE,
        currency="",
        billed=ZERO,
        effective=ZERO,
        is_estimated=False,
    )
    rests = _rests(every, merged, blank, rounding_below)
    of_tags: list[TagCostRecord] = []
    for key, found in (tags or {}).items():
        tagged = _merged(found)
        untagged = TagCostRecord(
            day=date.min,
            tag_key=key,
            tag_value="",
            sub_account_id=sub_account_id,
            service="",
            currency="",
            billed=ZERO,
            effective=ZERO,
            is_estimated=False,
        )
        rests_of_key = _rests(every, tagged, untagged, rounding_below)
        of_tags += _merged([*tagged, *rests_of_key])
    return CostReading(every, [*merged, *rests], of_tags)


def _merged(rows: Iterable[R]) -> list[R]:
    merged: dict[tuple[object, ...], R] = {}
    for row in rows:
        key = KEYS[type(row)](row)
        if same := merged.get(key):
            billed, effective = _sums((same, row))
            row = replace(same, billed=billed, effective=effective)
        merged[key] = row
    return list(merged.values())


def _grouped(rows: Iterable[R]) -> Mapping[tuple[date, str], list[R]]:
    grouped: dict[tuple[date, str], list[R]] = defaultdict(list)
    for row in rows:
        grouped[row.day, row.currency].append(row)
    return grouped


def _rests(
    totals: Iterable[CostTotalRecord],
    rows: Iterable[R],
    blank: R,
    rounding_below: Decimal,
) -> Iterator[R]:
    """What the rows of each day miss its total by, as a row like `blank`."""
    grouped = _grouped(rows)
    for total in totals:
        billed, effective = _sums(grouped.get((total.day, total.currency), ()))
        if (billed, effective) == (total.billed, total.effective):
            continue
        rests = total.billed - billed, total.effective - effective
        is_rounding = max(map(abs, rests)) < rounding_below
        yield replace(
            blank,
            day=total.day,
            service=ROUNDING if is_rounding else UNALLOCATED,
            currency=total.currency,
            billed=rests[0],
            effective=rests[1],
            is_estimated=total.is_estimated,
        )


def _sums(rows: Iterable[CostRecord | TagCostRecord]) -> tuple[Decimal, Decimal]:
    billed = effective = ZERO
    for row in rows:
        billed += row.billed
        effective += row.effective
    return billed, effective
