"""What changed most: a service in the account that used it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from costs.kept import kept
from costs.question import query_string
from costs.rows import CostRows
from costs.summary import change_percent
from providers.windows import Window

MOVERS = 6
# Below it nobody moved anything.
SMALLEST = Decimal("0.01")
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Mover:
    """A service in one account: what a period cost, beside the one before it."""

    service: str
    account_id: str
    account: str
    total: Decimal
    before: Decimal
    query: str
    """That of the costs page which shows it day by day."""

    @property
    def change(self) -> Decimal:
        return self.total - self.before

    @property
    def change_percent(self) -> float | None:
        return change_percent(self.before, self.total)


def biggest_movers(
    rows: CostRows,
    window: Window,
    before: Window,
    currency: str,
    account_names: Mapping[str, str],
) -> Sequence[Mover]:
    """The largest changes, up or down, of `rows` in one currency.

    Each service of each account is summed, of which no rollup tells, so the cache keeps
    the few that are found.
    """

    def made() -> list[tuple[str, str, Decimal, Decimal]]:
        keys = ("service", "sub_account_id")
        return _moved(rows.compared(keys, "billed", window, before))

    found = kept("movers", rows.user, rows.rows, (window, before), made)
    return [
        Mover(
            service,
            account_id,
            account_names.get(account_id, account_id),
            now,
            former,
            _query(service, account_id, window, currency),
        )
        for service, account_id, now, former in found
    ]


def _moved(
    compared: Iterable[tuple[str, str, Decimal | None, Decimal | None]],
) -> list[tuple[str, str, Decimal, Decimal]]:
    amounts = [
        (service, account_id, now or ZERO, former or ZERO)
        for service, account_id, now, former in compared
    ]
    moved = [row for row in amounts if abs(row[2] - row[3]) >= SMALLEST]
    return sorted(moved, key=lambda row: (-abs(row[2] - row[3]), row[:2]))[:MOVERS]


def _query(service: str, account_id: str, window: Window, currency: str) -> str:
    return query_string(
        {
            "start": window.start.isoformat(),
            "end": window.end.isoformat(),
            "service": [service],
            "sub_account": [account_id] if account_id else [],
            "group_by": "region",
            "currency": currency,
        }
    )
