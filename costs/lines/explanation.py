"""Why lines of two periods differ: parts that sum to the difference exactly.

What is compared is one use: the lines of a resource, or of all of them, that measure
the same in the same unit. Of a use in both periods, more of it at the old price is
"used more", and the rest of its change is the price.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from core.money import ZERO
from costs.lines.line_source import LineSource
from costs.queries.coverage import Compared
from providers.records import ChargeCategory

# What names a use, and the filter of each.
USE = {
    "ServiceName": "service",
    "SkuMeter": "usage_type",
    "x_Operation": "operation",
    "SubAccountId": "sub_account",
    "RegionId": "region",
    "ChargeCategory": "charge_category",
    "PricingUnit": "",
    "ResourceId": "resource",
}
# Uses that are named of each kind.
NAMED = 8
# Effects of a price are rounded to so much, so that a quotient's last digits are none:
# doubles of every engine agree on these.
MICRO = Decimal("0.000001")


class LineKind(StrEnum):
    """Why lines cost more or less."""

    NEW = "new"
    USED_MORE = "used_more"
    DEARER = "dearer"
    ONE_TIME = "one_time"
    OTHER = "other"
    CHEAPER = "cheaper"
    USED_LESS = "used_less"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class LineCause:
    """What one use adds to the difference, of one kind.

    Quantities are None where the bill has none.
    """

    use: Mapping[str, str]
    change: Decimal
    cost: Decimal
    before: Decimal
    quantity: Decimal | None
    quantity_before: Decimal | None

    @property
    def price(self) -> Decimal | None:
        return _price(self.cost, self.quantity)

    @property
    def price_before(self) -> Decimal | None:
        return _price(self.before, self.quantity_before)


@dataclass(frozen=True, slots=True)
class LineStep:
    """All causes of one kind: those that are named, largest first, and their number."""

    kind: LineKind
    change: Decimal
    causes: Sequence[LineCause]
    count: int

    @property
    def others(self) -> int:
        return self.count - len(self.causes)


@dataclass(frozen=True, slots=True)
class LineExplanation(Compared):
    """The difference between two periods; the steps' changes sum to it."""

    steps: Sequence[LineStep]


def explain_lines(source: LineSource) -> LineExplanation:
    """Explain by how much the window differs from the period before.

    Both are stored whole. One question, and another where nothing differs.
    """
    steps: dict[LineKind, LineStep] = {}
    totals = None
    for cause, change, price, count, *rest in source.answer(_sql(EFFECTS, source)):
        now, before, *named = rest
        totals = now or ZERO, before or ZERO
        kind = LineKind(cause)
        step = steps.get(kind) or LineStep(kind, _exact(change, price), [], int(count))
        steps[kind] = _with_cause(step, named)
    in_order = [steps[kind] for kind in LineKind if kind in steps]
    return LineExplanation(*(totals or _totals(source)), in_order)


def _with_cause(step: LineStep, named: Sequence[Any]) -> LineStep:
    change, price, cost, before, quantity, quantity_before, *use = named
    cause = LineCause(
        dict(zip(USE, use, strict=True)),
        _exact(change, price),
        cost or ZERO,
        before or ZERO,
        quantity,
        quantity_before,
    )
    return LineStep(step.kind, step.change, [*step.causes, cause], step.count)


def _exact(change: Decimal | None, price: int | Decimal | None) -> Decimal:
    """Return an effect: a sum of changes, without millionths of a price's effect."""
    return (change or ZERO) - int(price or 0) * MICRO


def _price(cost: Decimal, quantity: Decimal | None) -> Decimal | None:
    return (cost / quantity).quantize(Decimal("1e-8")) if quantity else None


# A use of which a quantity grows from next to nothing has no old price to speak of.
BOTH = """
    ChargeCategory = '{usage}' AND used_now > 0 AND used_before > 0
    AND CAST(used_before AS DOUBLE) * 10000 > CAST(used_now AS DOUBLE)
"""
USES = """
    WITH parts AS (
        SELECT
            {use},
            {now} AS is_now,
            {before} AS is_before,
            sum({cost}) AS cost,
            sum(PricingQuantity) AS used,
            count(*) AS number
        FROM {table}
        WHERE {where} AND ({now} OR {before})
        GROUP BY {ordinals}
    ),
    uses AS (
        SELECT
            {keys},
            sum(CASE WHEN is_now THEN cost END) AS cost_now,
            sum(CASE WHEN is_before THEN cost END) AS cost_before,
            sum(CASE WHEN is_now THEN used END) AS used_now,
            sum(CASE WHEN is_before THEN used END) AS used_before,
            sum(CASE WHEN is_now THEN number ELSE 0 END) AS lines_now,
            sum(CASE WHEN is_before THEN number ELSE 0 END) AS lines_before
        FROM parts
        GROUP BY {keys}
    ),
    priced AS (
        SELECT
            *,
            sum(cost_now) OVER () AS total_now,
            sum(cost_before) OVER () AS total_before,
            COALESCE(cost_now, CAST(0 AS DECIMAL(38, 18)))
                - COALESCE(cost_before, CAST(0 AS DECIMAL(38, 18))) AS change,
            CASE
                WHEN ChargeCategory <> '{usage}' THEN 'one_time'
                WHEN lines_before = 0 THEN 'new'
                WHEN lines_now = 0 THEN 'gone'
                WHEN {both} THEN 'both'
                ELSE 'other'
            END AS kind,
            CASE WHEN {both} AND lines_before > 0 AND lines_now > 0 THEN
                CAST(floor((CAST(cost_now AS DOUBLE) - CAST(used_now AS DOUBLE)
                    * CAST(cost_before AS DOUBLE) / CAST(used_before AS DOUBLE)
                ) * 1000000 + 0.5) AS BIGINT)
            ELSE 0 END AS price
        FROM uses
    )
"""
PRICES = f"""
    {USES}
    SELECT SubAccountId, ServiceName, sum(cost_now), sum(price)
    FROM priced WHERE price <> 0
    GROUP BY SubAccountId, ServiceName
    ORDER BY SubAccountId, ServiceName
"""  # noqa: S608 - of our own parts, as all of these
EFFECTS = (
    USES
    + """,
    parted AS (
        SELECT
            *,
            CAST(change AS DOUBLE) * 1000000 - price AS use_effect
        FROM priced WHERE change <> 0 OR price <> 0
    ),
    effects AS (
        SELECT
            *,
            CASE
                WHEN kind <> 'both' THEN kind
                WHEN use_effect > 0 THEN 'used_more'
                ELSE 'used_less'
            END AS cause,
            change AS amount,
            price AS less,
            abs(use_effect) AS size
        FROM parted
        WHERE kind <> 'both' OR price = 0 OR abs(use_effect) >= 1
        UNION ALL
        SELECT
            *,
            CASE WHEN price > 0 THEN 'dearer' ELSE 'cheaper' END AS cause,
            CASE WHEN abs(use_effect) < 1 THEN change
                ELSE CAST(0 AS DECIMAL(38, 18)) END AS amount,
            CASE WHEN abs(use_effect) < 1 THEN 0 ELSE -price END AS less,
            abs(CAST(price AS DOUBLE)) AS size
        FROM parted WHERE kind = 'both' AND price <> 0
    ),
    ranked AS (
        SELECT
            *,
            row_number() OVER (PARTITION BY cause ORDER BY size DESC, {keys}) AS place,
            sum(amount) OVER (PARTITION BY cause) AS amount_of_all,
            sum(less) OVER (PARTITION BY cause) AS less_of_all,
            count(*) OVER (PARTITION BY cause) AS count_of_all
        FROM effects
    )
    SELECT
        cause, amount_of_all, less_of_all, count_of_all,
        total_now, total_before,
        amount, less, cost_now, cost_before, used_now, used_before, {keys}
    FROM ranked WHERE place <= {named}
    ORDER BY cause, place
"""
)


def price_changes(source: LineSource) -> Iterator[tuple[str, str, Decimal, Decimal]]:
    """Yield the account and service of uses whose price changed, what these cost, and
    how much of that the new price is.

    Both periods are stored whole. One question.
    """
    for account, service, cost, price in source.answer(_sql(PRICES, source)):
        yield account, service, cost or ZERO, int(price) * MICRO


def _sql(text: str, source: LineSource) -> str:
    use = [*USE]
    if source.query.grain == "usage_type":
        use[use.index("ResourceId")] = "'' AS ResourceId"
    usage = ChargeCategory.USAGE.value
    return text.format(
        use=", ".join(use),
        keys=", ".join(USE),
        # By name, ClickHouse and DuckDB would take the column for our empty text.
        ordinals=", ".join(map(str, range(1, len(USE) + 3))),
        now=source.now,
        before=source.before,
        cost=source.query.cost,
        table=source.table,
        where=source.where,
        both=BOTH.format(usage=usage),
        usage=usage,
        named=NAMED,
    )


def _totals(source: LineSource) -> tuple[Decimal, Decimal]:
    cost = source.query.cost
    sql = f"""
        SELECT
            sum(CASE WHEN {source.now} THEN {cost} END) AS total,
            sum(CASE WHEN {source.before} THEN {cost} END) AS total_before
        FROM {source.table} WHERE {source.where}
    """  # noqa: S608
    ((total, before),) = source.answer(sql)
    return total or ZERO, before or ZERO
