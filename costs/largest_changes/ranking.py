"""What changed most between a window and what it is compared with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from clouds.access import AnyUser
from core.money import CENT, ZERO
from core.windows import ONE_DAY, Window
from costs.groupings import TOTAL, columns_of
from costs.queries.breakdown import compared, names_of
from costs.queries.coverage import Compared
from costs.queries.query import CostQuery
from costs.queries.source import CostSource
from costs.queries.top_changes import of_any
from costs.queries.trend import SeveralCurrencies

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Change(Compared):
    """What a key cost, beside what it cost before."""

    key: str
    names: Sequence[str]


@dataclass(frozen=True, slots=True)
class LargestChanges:
    """The largest changes, up or down, and the sum of all, `whole`.

    `query` names the currency, and its window ends with the newest stored day. Accounts
    that `not_compared` names by their keys lack days of either window: nobody knows
    what they changed by, and they are in no sum. `whole` is None without any costs.
    """

    query: CostQuery
    changes: Sequence[Change]
    whole: Change | None
    not_compared: Sequence[int]
    currencies: Sequence[str]

    @property
    def others(self) -> Decimal:
        """By how much all that is not listed changed."""
        listed = sum((one.change for one in self.changes), ZERO)
        return (self.whole.change if self.whole else ZERO) - listed


def largest_changes(
    query: CostQuery,
    user: AnyUser,
    account_names: Mapping[str, str],
    *,
    in_any_currency: bool = False,
) -> LargestChanges:
    """Return the `limit` largest changes; of several currencies those of the one in
    which bills go on, if any will do. Raise InvalidQuery, and SeveralCurrencies.

    Three queries: the newest day per currency, how far both windows are stored, and
    what each key cost in both; and one where rows answer.
    """
    source = CostSource.visible_to(user).filtered(query, user)
    newest = source.in_window(query.window).newest_days()
    currencies = list(newest)
    if not query.currency and len(newest) > 1 and not in_any_currency:
        raise SeveralCurrencies(sorted(newest))
    currency = query.currency or next(iter(newest), "")
    if currency not in newest:
        return LargestChanges(query, [], None, [], currencies)
    # What is not stored yet is no fall in costs.
    end = min(query.window.end, newest[currency] + ONE_DAY)
    query = replace(query, window=Window(query.window.start, end), currency=currency)
    source, unknown = _comparable(source.in_currency(currency), query)
    sums = [
        (key, now or ZERO, former or ZERO)
        for key, now, former in compared(source, query)
    ]
    total = sum((now for _, now, _ in sums), ZERO)
    before = sum((former for *_, former in sums), ZERO)
    return LargestChanges(
        query,
        _largest(sums, query, account_names),
        Change(total, before, TOTAL, [TOTAL]),
        unknown,
        currencies,
    )


def _comparable(
    source: CostSource, query: CostQuery
) -> tuple[CostSource, Sequence[int]]:
    """The costs of accounts that are stored whole in both windows, and the others."""
    windows = (query.window, query.compared_with)
    source = source.without_archived(columns_of(query.group_by), *windows)
    lengths = tuple(map(len, windows))
    spans = source.spans(*windows)
    unknown = [one.account for one in spans if any(one.days) and one.days != lengths]
    if not unknown:
        return source, []
    rows = source.rows.exclude(of_any(unknown))
    source = replace(source, rows=rows, rollups=None).without_archived([], *windows)
    if source.archived:
        known_in_part = [one.account for one in spans if any(one.days)]
        return replace(source, rows=rows.none()), known_in_part
    return source, unknown


def _largest(
    sums: Sequence[tuple[str, Decimal, Decimal]],
    query: CostQuery,
    account_names: Mapping[str, str],
) -> list[Change]:
    """Return what changed most. There may be ten thousand keys, so few are named."""
    changed = [one for one in sums if abs(one[1] - one[2]) >= CENT]
    changed.sort(key=lambda one: (-abs(one[1] - one[2]), one[0]))
    return [
        Change(now, before, key, names_of(key, query.group_by, account_names))
        for key, now, before in changed[: query.limit or SHOWN]
    ]
