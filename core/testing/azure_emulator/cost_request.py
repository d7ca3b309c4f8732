"""What Cost Management accepts as a question."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from core.testing.azure_emulator.cost_filter import check_filter, field_named
from core.testing.azure_emulator.wire import AzureError

TYPES = ("ActualCost", "AmortizedCost", "Usage")
GRANULARITIES = ("Daily", "Monthly", "None")
AMOUNTS = ("Cost", "CostUSD", "PreTaxCost", "PreTaxCostUSD")
MAX_GROUPINGS = MAX_AGGREGATIONS = 2
# Older pages of the documentation allow a year of days, newer ones a month.
MAX_DAYS_OF_DAILY = 31
MAX_MONTHS = 37
SMALL_SCOPES = "/subscriptions/"  # where single resources can be distinguished


@dataclass(frozen=True)
class CostQuestion:
    """A checked question: days are [start, end], both included."""

    type: str
    start: date
    end: date
    granularity: str
    amounts: tuple[str, ...]
    groupings: tuple[tuple[str, str], ...]  # (Dimension or TagKey, name)
    filter: dict[str, Any] | None

    @property
    def qpu(self) -> int:
        """One is a month of data."""
        return max(1, -(-((self.end - self.start).days + 1) // 31))


def read_question(body: Any, scope: str, today: date) -> CostQuestion:
    """The question; raises for what Azure would refuse."""
    if not isinstance(body, dict):
        raise invalid("the body is missing or no JSON object")
    dataset = body.get("dataset")
    if body.get("type") not in TYPES:
        raise invalid(f"type '{body.get('type')}' is not one of {', '.join(TYPES)}")
    if not isinstance(dataset, dict):
        raise invalid("Dataset is invalid or not supplied")
    if "configuration" in dataset and "aggregation" in dataset:
        raise invalid("configuration and aggregation exclude each other")
    granularity = dataset.get("granularity", "None")
    if granularity not in GRANULARITIES:
        raise invalid(f"granularity '{granularity}' is not supported")
    start, end = _period(body, today)
    days = (end - start).days + 1
    if granularity == "Daily" and days > MAX_DAYS_OF_DAILY:
        raise invalid(f"{days} days of Daily data, at most {MAX_DAYS_OF_DAILY}")
    if days > MAX_MONTHS * 31:
        raise invalid(f"{days} days of data, at most {MAX_MONTHS} months")
    if "filter" in dataset:
        check_filter(dataset["filter"], invalid)
    return CostQuestion(
        *(body["type"], start, end, granularity),
        _amounts(dataset.get("aggregation")),
        _groupings(dataset.get("grouping", []), scope),
        dataset.get("filter"),
    )


def _period(body: dict[str, Any], today: date) -> tuple[date, date]:
    """Both ends are included. What makes no sense is mended in silence."""
    if body.get("timeframe") == "MonthToDate":
        return today.replace(day=1), today
    if body.get("timeframe") != "Custom":
        raise invalid(f"timeframe '{body.get('timeframe')}' is not supported")
    period = body.get("timePeriod")
    if not isinstance(period, dict) or not {"from", "to"} <= period.keys():
        raise invalid("timePeriod with from and to is required for timeframe Custom")
    start, end = sorted((_day(period["from"]), _day(period["to"])))
    if start > today:  # both are, so that last year's days are answered
        return _last_year(start), _last_year(end)
    return start, min(end, today)


def _day(text: object) -> date:
    try:
        return datetime.fromisoformat(str(text)).date()
    except ValueError:
        raise invalid(f"'{text}' is no valid date") from None


def _last_year(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day - timedelta(days=366)


def _amounts(aggregation: Any) -> tuple[str, ...]:
    if not isinstance(aggregation, dict) or not aggregation:
        raise invalid("at least one aggregation is required")
    if len(aggregation) > MAX_AGGREGATIONS:
        raise invalid(f"at most {MAX_AGGREGATIONS} aggregations are supported")
    for each in aggregation.values():
        if not isinstance(each, dict):
            raise invalid(f"aggregation {each} is invalid")
        if each.get("function") != "Sum":
            raise invalid(f"function '{each.get('function')}' is not Sum")
        if each.get("name") not in AMOUNTS:
            raise invalid(f"'{each.get('name')}' cannot be aggregated")
    return tuple(each["name"] for each in aggregation.values())


def _groupings(groupings: Any, scope: str) -> tuple[tuple[str, str], ...]:
    if not isinstance(groupings, list) or len(groupings) > MAX_GROUPINGS:
        raise invalid(f"at most {MAX_GROUPINGS} groupings are supported")
    for each in groupings:
        if not isinstance(each, dict):
            raise invalid(f"grouping {each} is invalid")
        kind, name = each.get("type"), each.get("name")
        if kind not in ("Dimension", "TagKey") or not name:
            raise invalid(f"grouping {each} is invalid")
        if kind == "Dimension" and field_named(name) is None:
            raise invalid(f"dimension '{name}' is invalid")
        if name == "ResourceId" and not scope.startswith(SMALL_SCOPES):
            raise invalid("ResourceId is supported at a subscription and below")
    return tuple((each["type"], each["name"]) for each in groupings)


def invalid(what: str) -> AzureError:
    """The refusal of a question."""
    return AzureError("BadRequest", f"Invalid query definition: {what}.")
