"""The costs page as files: its table, its points and its question, exact."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from core.money import as_text
from costs.models import Restatement
from costs.queries.breakdown import CostBreakdown
from costs.queries.table import Line

COLUMNS = ["cost", "share_percent", "before", "change", "change_percent", "currency"]


def table_rows(breakdown: CostBreakdown) -> Iterator[Sequence[Any]]:
    """The table's lines in its order, without its total, which they sum to."""
    currency = breakdown.trend.currency or ""
    group = breakdown.query.group_by
    yield COLUMNS if group == "none" else [group, *COLUMNS]
    for line in breakdown.lines:
        name = [] if group == "none" else [line.label]
        yield [*name, *_amounts(line).values(), currency]


def as_json(breakdown: CostBreakdown) -> dict[str, Any]:
    """All that the page shows: question, table, points and restatements.

    Amounts are decimal strings; null is unknown. `estimated` and `restated` are the
    days, or firsts of months, that the cloud may still change, or has changed.
    """
    trend = breakdown.trend
    return {
        **breakdown.query.values,
        "currency": trend.currency,
        "total": _amounts(breakdown.total) if breakdown.total else None,
        "before": {
            "start": breakdown.previous.start.isoformat(),
            "end": breakdown.previous.end.isoformat(),
        },
        "lines": [
            {"key": line.key, "label": line.label, **_amounts(line)}
            for line in breakdown.lines
        ],
        "series": [
            {
                "label": series.key,
                "points": [
                    {"day": point.day.isoformat(), "amount": _text(point.amount)}
                    for point in series.points
                ],
            }
            for series in trend.series
        ],
        "estimated": [day.isoformat() for day in sorted(trend.estimated)],
        "restated": {
            day.isoformat(): as_text(change)
            for day, change in breakdown.restated.items()
        },
        "restatements": [_restatement(row) for row in breakdown.restatements],
    }


def _amounts(line: Line) -> dict[str, Any]:
    return {
        "cost": as_text(line.total),
        "share_percent": line.share_percent,
        "before": _text(line.before),
        "change": _text(line.change),
        "change_percent": line.change_percent,
    }


def _restatement(row: Restatement) -> dict[str, Any]:
    return {
        "day": row.day.isoformat(),
        "account": row.account.account_id,
        "currency": row.currency,
        "old_billed": as_text(row.old_billed),
        "new_billed": as_text(row.new_billed),
        "old_effective": as_text(row.old_effective),
        "new_effective": as_text(row.new_effective),
        "restated_at": row.restated_at.isoformat(),
        "was_estimated": row.was_estimated,
    }


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else as_text(amount)
