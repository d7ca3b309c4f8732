"""The costs page as files: its table, its points and its question, exact."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from costs.groupings import key_cells, keys_of
from costs.models import Restatement
from costs.queries.breakdown import CostBreakdown, label_of
from costs.queries.table import Line
from costs.queries.trend import OTHER
from costs.querysets import RestatementQuerySet

COLUMNS = ["cost", "share_percent", "before", "change", "change_percent", "currency"]
RESTATEMENT = ["day", "account", "account_name", "restated_at", "was_estimated"]
RESTATED = ["currency", "old_billed", "new_billed", "old_effective", "new_effective"]


def table_rows(
    breakdown: CostBreakdown, account_names: Mapping[str, str]
) -> Iterator[Sequence[Any]]:
    """The table's lines in its order, without its total, which they sum to."""
    currency = breakdown.trend.currency or ""
    groups = breakdown.query.groups
    yield [*name_columns(groups), *COLUMNS]
    for line in breakdown.lines:
        names = name_cells(line.key, groups, account_names)
        yield [*names, *_amounts(line).values(), currency]


def name_columns(groups: Sequence[str]) -> list[str]:
    """The columns that name a line: an account's are its id and its name."""
    named = ([one, "account_name"] if one == "account" else [one] for one in groups)
    return [column for columns in named for column in columns]


def name_cells(
    key: str | None, groups: Sequence[str], account_names: Mapping[str, str]
) -> list[str]:
    """What these columns hold."""
    if key is None:
        return [OTHER, *[""] * (len(name_columns(groups)) - 1)]
    cells = []
    for one, group in zip(key_cells(key, groups), groups, strict=True):
        is_account = group == "account"
        names = [one, account_names.get(one, "")]
        cells += names if is_account else [label_of(one, group, account_names)]
    return cells


def as_json(breakdown: CostBreakdown) -> dict[str, Any]:
    """All that the page shows: question, table, points and restatements.

    core.api.json.Encoder writes it: amounts as decimal strings; null is unknown.
    `estimated` and `restated` are the days, or firsts of months, that the cloud may
    still change, or has changed; `still_expected` is what recent days will grow by.
    """
    trend = breakdown.trend
    return {
        "start": trend.start,
        "end": trend.end,
        **breakdown.query.values,
        "currency": trend.currency,
        "total": _amounts(breakdown.total) if breakdown.total else None,
        "before": {
            "start": breakdown.previous.start,
            "end": breakdown.previous.end,
        },
        "lines": [
            {
                "key": line.key and " / ".join(keys_of(line.key)),
                "label": line.label,
                **_amounts(line),
            }
            for line in breakdown.lines
        ],
        "series": [
            {
                "label": series.key,
                "points": [point._asdict() for point in series.points],
            }
            for series in trend.series
        ],
        "estimated": sorted(trend.estimated),
        "restated": {
            day.isoformat(): change for day, change in breakdown.restated.items()
        },
        "still_expected": {
            "amount": breakdown.expected.amount,
            "days": {
                day.isoformat(): amount
                for day, amount in breakdown.expected.per_day.items()
            },
        },
        "restatements": [_restatement(row) for row in breakdown.restatements],
    }


def restatement_rows(rows: RestatementQuerySet) -> Iterator[Sequence[Any]]:
    """Every restatement, the newest day first, with ids and names."""
    yield [*RESTATEMENT, *RESTATED]
    for row in rows.newest_days().iterator():
        yield [
            *(row.day, row.account.account_id, row.account.name, row.restated_at),
            *(row.was_estimated, *(getattr(row, name) for name in RESTATED)),
        ]


def _amounts(line: Line) -> dict[str, Any]:
    return {
        "cost": line.total,
        "share_percent": line.share_percent,
        "before": line.before,
        "change": line.change,
        "change_percent": line.change_percent,
    }


def _restatement(row: Restatement) -> dict[str, Any]:
    return {
        "day": row.day,
        "account": row.account.account_id,
        **{name: getattr(row, name) for name in RESTATED},
        "restated_at": row.restated_at.isoformat(),
        "was_estimated": row.was_estimated,
    }
