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
from itertools import groupby
from operator import itemgetter

from costs.bills import Bills
from costs.history import AccountDays, HeldAccounts, HeldDays, HeldRows, History
from costs.models import CostRollup
from costs.querysets import GROUPS, BillDayQuerySet
from costs.rows import CostRows
from rest.cache import key_of
from rest.memory import Memory

# Sums of a day and key at most, and what all histories together are: 25 MB.
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
    with_accounts: bool = False,
) -> tuple[CostRows | HeldRows, Bills]:
    """The same rows and totals, answered from memory where that pays.

    `version` names the state of the data, read before; without one nothing is held.
    `asked` tells these rows, which are of any day, from all others. `with_accounts` is
    for whoever asks of the totals how each account's days are stored.
    """
    column = GROUPS[group_by]
    summed, days = rows.by(column), totals.days
    if version is None or not isinstance(days, BillDayQuerySet):
        return rows, totals
    if summed.model is not CostRollup:
        return rows, totals

    def made() -> History | None:
        found = list(summed.series(column, metric, "daily")[: LARGEST + 1])
        if len(found) > LARGEST:
            return None
        history = _history(found, days)
        if not with_accounts or days.count_totals() > LARGEST:
            return history
        return _with_accounts(history, totals)

    key = key_of("history", version, [with_accounts, group_by, metric, *asked])
    history = HELD.find(key, made)
    if history is None:
        return rows, totals
    accounts = None if history.accounts is None else HeldAccounts(history)
    held = replace(totals, days=HeldDays(history), accounts=accounts)
    return HeldRows(history), held


def _history(
    found: Iterable[tuple[str, str | None, date, Decimal]], days: BillDayQuerySet
) -> History:
    amounts: dict[date, list[tuple[str, str, Decimal]]] = defaultdict(list)
    # The same text of many rows is one object.
    same: dict[str, str] = {}
    for currency, key, day, amount in found:
        texts = [same.setdefault(text, text) for text in (currency, key or "")]
        amounts[day].append((texts[0], texts[1], amount))
    estimates: dict[date, dict[str, bool]] = defaultdict(dict)
    for day, currency, is_estimated in days.per_currency():
        estimates[day][currency] = is_estimated
    return History(dict(amounts), dict(estimates))


def _with_accounts(history: History, totals: Bills) -> History:
    stored = totals.totals.order_by("account_id", "currency", "day").values_list(
        "account_id", "account__is_enabled", "currency", "day"
    )
    found = list(stored)
    # The same day of many accounts is one object.
    same = {day: day for *_, day in found}
    accounts = [
        AccountDays(account, is_enabled, currency, [same[day] for *_, day in rows])
        for (account, is_enabled, currency), rows in groupby(found, itemgetter(0, 1, 2))
    ]
    unreconciled = totals.totals.unreconciled().values_list("currency", "day")
    return replace(history, accounts=accounts, unreconciled=list(unreconciled))
