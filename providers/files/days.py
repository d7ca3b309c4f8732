"""A month's line items as the days of the ledger, each reconciled with its lines."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain, groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from core.money import QUANTUM, ZERO
from core.windows import Window
from providers.files.columns import quoted_text
from providers.files.engine import Engine, read_files, rounded
from providers.reconcile import reconciled
from providers.records import (
    ChargeCategory,
    CostReading,
    CostRecord,
    CostTotalRecord,
    TagCostRecord,
)

# ruff: noqa: S608 (names are of this room; texts are quoted)
ROWS_AT_ONCE = 10_000
# What rows are kept by, in the order in which they are made of groups.
GROUPS = ("SubAccountId", "ServiceName", "RegionId", "x_ResourceGroup")
TAG_GROUPS = ("SubAccountId", "ServiceName")
Group = tuple[Any, ...]
Days = Iterator[tuple[date, list[Group]]]


@dataclass(frozen=True, slots=True)
class DaysOf:
    """How the days of a month's lines are stored."""

    currency: str
    is_estimated: bool
    tag_keys: Sequence[str] = ()


def days_of(
    engine: Engine, lines: Path, window: Window, wanted: DaysOf
) -> Iterator[CostReading]:
    """Yield each day of the window: its total, and rows that sum to it."""
    totals = dict(_by_day(engine, lines, window))
    groups = _by_day(engine, lines, window, *GROUPS, "ChargeCategory")
    tags = {
        key: _by_day(engine, lines, window, _value(key), *TAG_GROUPS)
        for key in wanted.tag_keys
    }
    for day in window.days():
        ((billed, effective),) = totals.get(day, [(ZERO, ZERO)])
        total = CostTotalRecord(
            day, wanted.currency, billed, effective, wanted.is_estimated
        )
        if day not in totals:
            yield CostReading([total], [])
            continue
        # Each day that has lines has groups of each kind.
        rows = [_cost(group, total) for group in next(groups)[1]]
        tagged = {
            key: [_tag_cost(key, group, total) for group in next(found)[1]]
            for key, found in tags.items()
        }
        # Each group is rounded by up to half of the last place; no account is named by
        # what that leaves.
        below = QUANTUM * max([len(rows), *map(len, tagged.values())])
        yield reconciled([total], rows, "", below, tagged)


def _by_day(engine: Engine, lines: Path, window: Window, *keys: str) -> Days:
    """Yield each day that has lines, with the keys and sums of its groups."""
    by = ", ".join(("x_Day", *keys))
    asked = engine.cursor()
    asked.execute(
        f"SELECT {by}, sum(BilledCost), sum(EffectiveCost) FROM {read_files([lines])} "
        f"WHERE x_Day >= DATE '{window.start}' AND x_Day < DATE '{window.end}' "
        f"GROUP BY {by} ORDER BY x_Day"
    )
    rows = iter(lambda: asked.fetchmany(ROWS_AT_ONCE), [])
    for day, found in groupby(chain.from_iterable(rows), itemgetter(0)):
        yield day, [(*key, rounded(a), rounded(b)) for _, *key, a, b in found]


def _cost(group: Group, total: CostTotalRecord) -> CostRecord:
    sub_account, service, region, resource_group, category, billed, effective = group
    return CostRecord(
        day=total.day,
        sub_account_id=sub_account,
        service=service,
        region=region,
        resource_group=resource_group,
        charge_category=ChargeCategory(category),
        currency=total.currency,
        billed=billed,
        effective=effective,
        is_estimated=total.is_estimated,
    )


def _tag_cost(key: str, group: Group, total: CostTotalRecord) -> TagCostRecord:
    value, sub_account, service, billed, effective = group
    return TagCostRecord(
        day=total.day,
        tag_key=key,
        tag_value=value,
        sub_account_id=sub_account,
        service=service,
        currency=total.currency,
        billed=billed,
        effective=effective,
        is_estimated=total.is_estimated,
    )


def _value(key: str) -> str:
    return f"coalesce(Tags[{quoted_text(key)}], '')"
