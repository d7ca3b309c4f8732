"""Lines summed by one dimension, or each by itself."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from core.money import ZERO
from costs.lines.line_source import LineSource, column_of
from costs.queries.coverage import change_percent

# A file is read as fast as its reader takes it.
DOWNLOAD_SECONDS = 3600
# What a line has, in the order in which it is read.
COLUMNS = (
    *("ChargePeriodStart", "ChargePeriodEnd", "SubAccountId", "ServiceName"),
    *("RegionId", "ResourceId", "ResourceName", "SkuId", "SkuMeter", "x_Operation"),
    *("ChargeCategory", "ChargeDescription", "PricingCategory", "PricingQuantity"),
    *("PricingUnit", "ListUnitPrice", "ContractedUnitPrice", "ListCost"),
    *("BilledCost", "EffectiveCost", "BillingCurrency", "CommitmentDiscountId"),
    *("CommitmentDiscountStatus", "Tags"),
)
# The dearest first; then by what lines of one hour differ in.
ORDER = (
    *("ChargePeriodStart", "SubAccountId", "ServiceName", "RegionId", "ResourceId"),
    *("SkuId", "SkuMeter", "x_Operation", "ChargeCategory", "PricingQuantity"),
    *("ChargeDescription", "CommitmentDiscountId", "CommitmentDiscountStatus"),
)

Line = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Group:
    """What lines of one key sum to, in the window and in the period before it.

    `before` is None where that is not stored whole; `quantity` is None of lines in
    several units, or in none.
    """

    key: str
    cost: Decimal
    before: Decimal | None
    quantity: Decimal | None
    unit: str
    line_count: int
    share_percent: float | None = None

    @property
    def change(self) -> Decimal | None:
        return None if self.before is None else self.cost - self.before

    @property
    def change_percent(self) -> float | None:
        return change_percent(self.before, self.cost)

    @property
    def price(self) -> Decimal | None:
        """Return what a unit cost on average, to eight places."""
        if not self.quantity:
            return None
        return (self.cost / self.quantity).quantize(Decimal("1e-8"))


@dataclass(frozen=True, slots=True)
class LineBreakdown:
    """The groups of one page of an answer, the dearest first, and the sum of all."""

    total: Group
    groups: Sequence[Group]
    group_count: int

    @property
    def others(self) -> Decimal:
        """Return the cost of all groups that are not on this page."""
        return self.total.cost - sum((one.cost for one in self.groups), ZERO)


def line_breakdown(source: LineSource, limit: int, offset: int = 0) -> LineBreakdown:
    """Sum the source's lines by the query's grouping."""
    found = source.answer(_grouped(source, limit, offset))
    if not found and offset:  # each row has the sums of all, of any page
        return replace(line_breakdown(source, 1), groups=[])
    cost = before = None
    lines = count = 0
    if found:
        *_, cost, before, lines, count = found[0]
    total = _group(source, "", cost, before, None, "", lines)
    groups = [
        _group(source, key, cost, before, quantity, unit, lines, total.cost)
        for key, cost, before, quantity, unit, lines, *_ in found
    ]
    return LineBreakdown(total, groups, count)


def _grouped(source: LineSource, limit: int, offset: int) -> str:
    """Sum each line once, by its period and unit: amounts are wide, groups are few."""
    return f"""
        SELECT
            *,
            sum(cost_now) OVER () AS total,
            sum(cost_before) OVER () AS total_before,
            sum(line_count) OVER () AS total_lines,
            count(*) OVER () AS group_count
        FROM (
            SELECT
                key,
                sum(CASE WHEN is_now THEN cost END) AS cost_now,
                sum(CASE WHEN is_before THEN cost END) AS cost_before,
                sum(CASE WHEN is_now THEN used END) AS quantity,
                CASE WHEN min(one_unit) = max(one_unit)
                    THEN min(one_unit) ELSE '' END AS unit,
                sum(CASE WHEN is_now THEN number ELSE 0 END) AS line_count
            FROM (
                SELECT
                    {column_of(source.query.group_by)} AS key,
                    {source.now} AS is_now,
                    {source.before} AS is_before,
                    PricingUnit AS one_unit,
                    sum({source.query.cost}) AS cost,
                    sum(PricingQuantity) AS used,
                    count(*) AS number
                FROM {source.table}
                WHERE {source.where} AND ({source.now} OR {source.before})
                GROUP BY 1, 2, 3, 4
            ) AS parts
            GROUP BY 1
        ) AS grouped
        ORDER BY cost_now DESC NULLS LAST, key
        LIMIT {limit} OFFSET {offset}
    """  # noqa: S608 - of our own parts and literals


def _group(
    source: LineSource,
    key: str,
    cost: Decimal | None,
    before: Decimal | None,
    quantity: Decimal | None,
    unit: str,
    lines: int,
    total: Decimal = ZERO,
) -> Group:
    cost = cost or ZERO
    return Group(
        key,
        cost,
        (before or ZERO) if source.is_comparable else None,
        quantity if unit else None,
        unit,
        lines,
        float(cost / total * 100) if total > 0 else None,
    )


def line_totals(source: LineSource) -> tuple[int, Decimal]:
    """Return how many lines the window has, and their sum."""
    sql = f"""
        SELECT count(*) AS line_count, sum({source.query.cost}) AS total
        FROM {source.table} WHERE {source.where} AND {source.now}
    """  # noqa: S608
    ((count, total),) = source.answer(sql)
    return count, total or ZERO


def lines(
    source: LineSource, limit: int | None = None, offset: int = 0
) -> Iterator[Line]:
    """Yield the lines of the window, the dearest first; all of them without a limit."""
    part = "" if limit is None else f"LIMIT {limit} OFFSET {offset}"
    sql = f"""
        SELECT {", ".join(COLUMNS)}
        FROM {source.table} WHERE {source.where} AND {source.now}
        ORDER BY {source.query.cost} DESC, {", ".join(ORDER)}
        {part}
    """  # noqa: S608
    rows = source.rows(sql, DOWNLOAD_SECONDS) if limit is None else source.answer(sql)
    for row in rows:
        yield dict(zip(COLUMNS, row, strict=True))
