"""Which questions are answered from memory, and what is held for them.

People ask the same of ever other windows: last week, this month, a year. Where rollups
answer, all days are few rows: a process that was asked twice since the data moved reads
them once, and needs no database for the next window.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from costs.bills import Bills
from costs.history import HeldDays, HeldRows, History
from costs.models import CostRollup
from costs.querysets import GROUPS, BillDayQuerySet
from costs.rows import CostRows
from rest.cache import key_of
from rest.memory import Memory

# Sums of a day and key, of which a thousand take a quarter of a megabyte.
LARGEST, ROOM = 30_000, 100_000
HELD: Memory[History] = Memory("history", ROOM)


def remembered(
    rows: CostRows,
    totals: Bills,
    *,
    version: str | None,
    asked: Sequence[object],
    group_by: str,
    metric: str,
) -> tuple[CostRows | HeldRows, Bills]:
    """The same rows and totals, answered from memory where that pays.

    `version` names the state of the data, read before; without one nothing is held.
    `asked` tells these rows, which are of any day, from all others.
    """
    column = GROUPS[group_by]
    summed, days = rows.by(column), totals.days
    if version is None or not isinstance(days, BillDayQuerySet):
        return rows, totals
    if summed.model is not CostRollup:
        return rows, totals

    def made() -> History | None:
        found = list(summed.series(column, metric, "daily")[: LARGEST + 1])
        return None if len(found) > LARGEST else _history(found, days)

    key = key_of("history", version, [group_by, metric, *asked])
    history = HELD.find(key, made)
    if history is None:
        return rows, totals
    return HeldRows(history), replace(totals, days=HeldDays(history))


def _history(
    found: Iterable[tuple[str, str | None, date, Decimal]], days: BillDayQuerySet
) -> History:
    amounts: dict[date, list[tuple[str, str, Decimal]]] = defaultdict(list)
    for currency, key, day, amount in found:
        amounts[day].append((currency, key or "", amount))
    estimates: dict[date, dict[str, bool]] = defaultdict(dict)
    for day, currency, is_estimated in days.per_currency():
        estimates[day][currency] = is_estimated
    return History(dict(amounts), dict(estimates))
