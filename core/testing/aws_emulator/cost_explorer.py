"""GetCostAndUsage: totals and groups per period, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from core.testing.aws_emulator.cost_filter import dimension_of, keep_matching, tag_of
from core.testing.aws_emulator.cost_request import METRICS, check_request, periods
from core.testing.aws_emulator.wire import Answer, AwsError, Call
from core.testing.resume_tokens import make_token, read_token

if TYPE_CHECKING:
    from core.testing.aws_emulator.aws import EmulatedAws
    from core.testing.aws_emulator.world import LineItem, World

# Rows on a page: a group of a period, or a period without groups. AWS's own number
# is not published.
ROWS_A_PAGE = 5_000
SMALLEST = Decimal("0.0000000001")  # amounts have ten places

Key = tuple[str, ...]
Sums = list[Decimal]


@dataclass(frozen=True)
class Row:
    """One group of one period; without a key, the period itself."""

    start: date
    end: date
    key: Key | None
    sums: Sums


def get_cost_and_usage(aws: EmulatedAws, call: Call) -> Answer:
    """A page of results; a period may continue on the next page."""
    world = aws.world(call.account_id)
    today = aws.now.date()
    start = call.parameters["TimePeriod"]["Start"]
    is_prepared = world.costs_since is None or start >= f"{world.costs_since}"
    if not (world.cost_explorer_enabled and is_prepared):
        raise AwsError(
            "DataUnavailableException",
            "Data is not available. Please try to adjust the time period. If just "
            "enabled Cost Explorer, data might not be ingested yet",
        )
    check_request(call.parameters, today)
    items = visible_items(aws, world, today)
    rows = list(_rows(world, items, call.parameters))
    bad_token = AwsError(
        "InvalidNextTokenException", "The pagination token is invalid."
    )
    (first,) = read_token(call, call.parameters.get("NextPageToken"), bad_token) or [0]
    end = first + aws.page_size.get(call.name, ROWS_A_PAGE)
    answer = {
        "GroupDefinitions": call.parameters.get("GroupBy", []),
        "ResultsByTime": _results(world, call.parameters, rows[first:end], today),
        "DimensionValueAttributes": _names(aws, rows[first:end], call.parameters),
    }
    if end < len(rows):
        answer["NextPageToken"] = make_token(call, end)
    return answer


def visible_items(aws: EmulatedAws, world: World, today: date) -> list[LineItem]:
    """The bill up to today: a payer's whole; a member's own, wherever it stands."""
    return [item for item in _own_items(aws, world) if item.day <= today]


def _own_items(aws: EmulatedAws, world: World) -> list[LineItem]:
    if world.payer:
        return world.costs
    own = [
        item for item in world.costs if item.linked_account in ("", world.account_id)
    ]
    payer = aws.worlds.get(world.organization)
    if payer is not None:
        own += [item for item in payer.costs if item.linked_account == world.account_id]
    return own


def _rows(world: World, items: list[LineItem], asked: Any) -> Iterator[Row]:
    groups_by: list[dict[str, str]] = asked.get("GroupBy", [])
    metrics = [METRICS[name] for name in asked["Metrics"]]
    items = keep_matching(items, asked.get("Filter"), world)
    by_day: dict[date, list[LineItem]] = {}
    for item in items:
        by_day.setdefault(item.day, []).append(item)
    for start, end, days in periods(asked):
        groups: dict[Key, Sums] = {}
        for day in days:
            today: dict[Key, Sums] = {}
            for item in by_day.get(day, ()):
                key = tuple(_key(item, group, world) for group in groups_by)
                _add(today, key, [read(item) for read in metrics])
            for key, sums in today.items():
                dropped = max(abs(amount) for amount in sums) < world.dropped_below
                if not (groups_by and dropped):
                    _add(groups, key, sums)
        if not groups_by:
            zero = [Decimal(0)] * len(metrics)
            yield Row(start, end, None, groups.get((), zero))
            continue
        for key in sorted(groups):
            yield Row(start, end, key, groups[key])
        if not groups:
            yield Row(start, end, None, [])


def _add(groups: dict[Key, Sums], key: Key, amounts: Sums) -> None:
    known = groups.get(key)
    groups[key] = (
        [a + b for a, b in zip(known, amounts, strict=True)] if known else amounts
    )


def _key(item: LineItem, group: dict[str, str], world: World) -> str:
    if group["Type"] == "TAG":
        return f"{group['Key']}${tag_of(item, group['Key'], world)}"
    value = dimension_of(item, group["Key"], world)
    return value or f"No{group['Key'].title().replace('_', '')}"


def _results(
    world: World, asked: Any, rows: list[Row], today: date
) -> list[dict[str, object]]:
    estimated_from = world.first_estimated_day(today)
    results: dict[date, dict[str, Any]] = {}
    for row in rows:
        result = results.setdefault(
            row.start,
            {
                "TimePeriod": {"Start": str(row.start), "End": str(row.end)},
                "Total": {},
                "Groups": [],
                "Estimated": row.end > estimated_from,
            },
        )
        amounts = {
            metric: {
                "Amount": decimal_string(amount),
                "Unit": "N/A" if metric == "UsageQuantity" else world.currency,
            }
            for metric, amount in zip(asked["Metrics"], row.sums, strict=False)
        }
        if row.key is None:
            result["Total"] = amounts
        else:
            result["Groups"].append({"Keys": list(row.key), "Metrics": amounts})
    return list(results.values())


def _names(aws: EmulatedAws, rows: list[Row], asked: Any) -> list[dict[str, Any]]:
    """What linked accounts are called, where they are grouped by."""
    keys = [group["Key"] for group in asked.get("GroupBy", [])]
    if "LINKED_ACCOUNT" not in keys:
        return []
    at = keys.index("LINKED_ACCOUNT")
    accounts = sorted({row.key[at] for row in rows if row.key})
    return [
        {"Value": account, "Attributes": {"description": aws.worlds[account].name}}
        for account in accounts
        if account in aws.worlds
    ]


def decimal_string(amount: Decimal) -> str:
    """Ten places at most, without trailing zeros or an exponent."""
    text = format(amount.quantize(SMALLEST), "f").rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
