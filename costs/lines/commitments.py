"""Commitments, as reservations and savings plans: what was used, and what was not."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.money import ZERO
from costs.lines.line_source import LineSource
from providers.records import ChargeCategory

# More of them are no list to read.
MOST = 1000


@dataclass(frozen=True, slots=True)
class Commitment:
    """One commitment in the window; `list_cost` is of what used it, None where not all
    of that has a list price."""

    id: str
    name: str
    kind: str
    used: Decimal
    unused: Decimal
    list_cost: Decimal | None
    resource_count: int

    def __str__(self) -> str:
        return self.name or self.id

    @property
    def cost(self) -> Decimal:
        return self.used + self.unused

    @property
    def used_percent(self) -> float | None:
        return float(self.used / self.cost * 100) if self.cost > 0 else None

    @property
    def saved(self) -> Decimal | None:
        """Return what its use would have cost more at list price, less the waste."""
        return None if self.list_cost is None else self.list_cost - self.cost


def commitments(source: LineSource) -> Sequence[Commitment]:
    """Return the commitments of the window's lines, the largest waste first.

    Amounts are effective: what was paid ahead is spread over the hours that it is for.
    What nothing used is usage in FOCUS, and of AWS's reports a part of recurring fees.
    """
    sql = f"""
        SELECT
            CommitmentDiscountId AS commitment,
            max(CommitmentDiscountName) AS name,
            max(CommitmentDiscountType) AS kind,
            sum(CASE WHEN CommitmentDiscountStatus <> 'Unused'
                THEN EffectiveCost END) AS used,
            sum(CASE WHEN CommitmentDiscountStatus = 'Unused'
                THEN EffectiveCost END) AS unused,
            sum(CASE WHEN CommitmentDiscountStatus <> 'Unused'
                THEN ListCost END) AS list_cost,
            count(CASE WHEN CommitmentDiscountStatus <> 'Unused'
                AND EffectiveCost <> 0 AND ListCost IS NULL THEN 1 END) AS unpriced,
            count(DISTINCT CASE WHEN CommitmentDiscountStatus <> 'Unused'
                AND ResourceId <> '' THEN ResourceId END) AS resource_count
        FROM {source.table}
        WHERE {source.where} AND {source.now} AND CommitmentDiscountId <> ''
            AND (ChargeCategory = '{ChargeCategory.USAGE.value}'
                OR CommitmentDiscountStatus = 'Unused')
        GROUP BY 1
        ORDER BY unused DESC NULLS LAST, used DESC, commitment
        LIMIT {MOST}
    """  # noqa: S608 - of our own parts and literals
    return [
        Commitment(
            key,
            name,
            kind,
            used or ZERO,
            unused or ZERO,
            None if unpriced else list_cost,
            count,
        )
        for key, name, kind, used, unused, list_cost, unpriced, count in source.answer(
            sql
        )
    ]
