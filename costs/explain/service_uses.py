"""Which uses changed the costs of services between two periods, where lines are stored.

A use is what one resource is charged for by one usage type and operation.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple

from clouds.access import AnyUser
from core.money import ZERO
from costs.explain.changed_prices import line_query
from costs.explain.records import Part
from costs.lines.engine import literal
from costs.lines.line_source import LineSource, line_source
from costs.lines.shown import short_id
from costs.queries.query import CostQuery

# Of each service.
NAMED = 3
# A page does not wait for more lines to be summed.
MOST_LINES = 3_000_000
USES = """
    WITH uses AS (
        SELECT
            ServiceName, {account} AS account, ResourceId, SkuMeter, x_Operation,
            max(ResourceName) AS name,
            COALESCE(sum(CASE WHEN {now} THEN {cost} END), CAST(0 AS DECIMAL(38, 18)))
                - COALESCE(sum(CASE WHEN {before} THEN {cost} END),
                    CAST(0 AS DECIMAL(38, 18))) AS change
        FROM {table}
        WHERE {where} AND ({now} OR {before}) AND ServiceName IN ({services})
        GROUP BY 1, 2, 3, 4, 5
    ),
    ranked AS (
        SELECT
            *,
            row_number() OVER (
                PARTITION BY ServiceName, account
                ORDER BY abs(change) DESC, ResourceId, SkuMeter, x_Operation
            ) AS place,
            sum(change) OVER (PARTITION BY ServiceName, account) AS change_of_all,
            count(*) OVER (PARTITION BY ServiceName, account) AS count_of_all
        FROM uses WHERE change <> 0
    )
    SELECT
        account, ServiceName, change_of_all, count_of_all,
        ResourceId, name, SkuMeter, x_Operation, change
    FROM ranked WHERE place <= {named}
    ORDER BY account, ServiceName, place
"""


class Use(NamedTuple):
    """What one use added; its name is that of its resource."""

    resource: str
    name: str
    usage_type: str
    operation: str
    change: Decimal

    def __str__(self) -> str:
        return self.name or short_id(self.resource) or self.usage_type


@dataclass(frozen=True, slots=True)
class ServiceUses:
    """By what a service's lines changed: the largest uses, and how many there are."""

    change: Decimal
    named: Sequence[Use]
    count: int

    @property
    def others(self) -> int:
        return self.count - len(self.named)

    @property
    def others_change(self) -> Decimal:
        return self.change - sum((one.change for one in self.named), ZERO)


def service_uses(
    query: CostQuery,
    user: AnyUser,
    parts: Collection[Part],
    most_lines: int = MOST_LINES,
) -> Mapping[Part, ServiceUses]:
    """Return the uses of these parts of the bill, of those that have lines.

    Nothing where not every bill has its lines of both periods, where there are too many
    lines, or where the query asks for what lines do not sum as costs do. Raises
    LinesFailed.
    """
    is_summed = query.basis == "total" and not query.ignore
    if not is_summed or query.tag_key or query.search or not parts:
        return {}
    source = line_source(line_query(query), user)
    lines = sum(month.row_count for month in source.months)
    if not source.is_comparable or lines > most_lines:
        return {}
    found: dict[Part, ServiceUses] = {}
    for account, service, change, count, *use in source.answer(
        _statement(source, parts)
    ):
        part = Part(account, service)
        one = found.get(part) or ServiceUses(change, [], count)
        found[part] = replace(one, named=[*one.named, Use(*use)])
    return {part: uses for part, uses in found.items() if part in parts}


def _statement(source: LineSource, parts: Collection[Part]) -> str:
    by_account = any(part.account for part in parts)
    return USES.format(
        account="SubAccountId" if by_account else "''",
        now=source.now,
        before=source.before,
        cost=source.query.cost,
        table=source.table,
        where=source.where,
        services=", ".join(sorted({literal(part.service) for part in parts})),
        named=NAMED,
    )
