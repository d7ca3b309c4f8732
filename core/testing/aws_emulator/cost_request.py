"""What Cost Explorer accepts as a question."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from core.testing.aws_emulator.cost_filter import DIMENSIONS, check_filter
from core.testing.aws_emulator.wire import AwsError

if TYPE_CHECKING:
    from core.testing.aws_emulator.world import LineItem

MONTHS_OF_HISTORY = 13  # before the current one
MAX_GROUPS = 2
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def _first(*amounts: Decimal | None) -> Decimal:
    return next((amount for amount in amounts if amount is not None), Decimal(0))


METRICS: dict[str, Callable[[LineItem], Decimal]] = {
    "UnblendedCost": lambda item: item.unblended,
    "AmortizedCost": lambda item: _first(item.amortized, item.unblended),
    "NetUnblendedCost": lambda item: _first(item.net_unblended, item.unblended),
    "NetAmortizedCost": lambda item: _first(
        item.net_amortized, item.amortized, item.net_unblended, item.unblended
    ),
    "BlendedCost": lambda item: _first(item.blended, item.unblended),
    "UsageQuantity": lambda item: item.usage_quantity,
}


def check_request(asked: Any, today: date) -> None:
    """Raises ValidationException for what AWS would refuse."""
    _check_period(asked["TimePeriod"], today)
    if asked["Granularity"] not in ("DAILY", "MONTHLY"):
        raise _invalid(f"{asked['Granularity']} granularity is not enabled")
    if not asked["Metrics"]:
        raise _invalid("At least one metric is required")
    for metric in asked["Metrics"]:
        if metric not in METRICS:
            raise _invalid(f"Invalid metric: {metric}")
    groups = asked.get("GroupBy", [])
    if len(groups) > MAX_GROUPS:
        raise _invalid("You can only group by up to 2 dimensions")
    for group in groups:
        _check_group(group)
    if "Filter" in asked:
        check_filter(asked["Filter"])


def periods(asked: Any) -> Iterator[tuple[date, date, list[date]]]:
    """Days, or months cut to the period asked for: start, end and days of each."""
    start = date.fromisoformat(asked["TimePeriod"]["Start"])
    end = date.fromisoformat(asked["TimePeriod"]["End"])
    while start < end:
        until = start + timedelta(days=1)
        if asked["Granularity"] == "MONTHLY":
            until = min(add_months(start.replace(day=1), 1), end)
        days = (until - start).days
        yield start, until, [start + timedelta(days=number) for number in range(days)]
        start = until


def add_months(first: date, months: int) -> date:
    """The first of a month so many months later (or earlier)."""
    number = first.year * 12 + first.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def _check_period(period: dict[str, str], today: date) -> None:
    start, end = _date(period["Start"]), _date(period["End"])
    this_month = today.replace(day=1)
    if start >= end:
        raise _invalid("Start date (and hour) should be before end date (and hour)")
    if start > today:
        raise _invalid("Start date should not be after the current date")
    if end > add_months(this_month, 1):
        raise _invalid("end date past the beginning of next month")
    if start < add_months(this_month, -MONTHS_OF_HISTORY):
        raise _invalid("You haven't enabled historical data beyond 14 months")


def _date(text: str) -> date:
    try:
        if DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise _invalid(f"Failed to parse date {text!r}: expected YYYY-MM-DD")


def _check_group(group: dict[str, str]) -> None:
    kind, key = group.get("Type"), group.get("Key")
    if kind not in ("DIMENSION", "TAG") or not key:
        raise _invalid(f"Group Definition {group} is invalid")
    if kind == "DIMENSION" and key not in DIMENSIONS:
        raise _invalid(f"Group Definition dimension is invalid: {key}")


def _invalid(message: str) -> AwsError:
    return AwsError("ValidationException", message)
