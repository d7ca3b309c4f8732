"""How a question was understood, in words that a user can check."""

from collections.abc import Mapping, Sequence
from datetime import date

from assistant.engine.parser import ParsedQuestion
from core.periods import PERIODS
from core.windows import ONE_DAY

TITLES = {
    "action": "Actions",
    "anomaly": "Anomalies",
    "backup": "Backups",
    "budget": "Budgets",
    "carbon": "Carbon emissions",
    "cost": "Cost",
    "count": "Count of resources",
    "forecast": "Forecast",
    "freshness": "Data freshness",
    "health": "Health of the installation",
    "idle": "Idle instances",
    "lines": "Costs by line item",
    "savings": "Savings",
    "top": "Largest costs",
    "trend": "Cost trend",
    "why": "Why costs changed",
}
LABELS = {
    "sub_account": "account",
    "exclude": "without",
    "exclude_service": "without service",
    "exclude_region": "without region",
    "exclude_sub_account": "without account",
    "group_by": "by",
    "search": "name",
    "provider": "cloud",
    "limit": "at most",
    "compare": "compared with",
}
NAMED = {"year_ago": "a year ago", "effective": "effective (amortized)"}
FLAGS = {
    ("open", "true"): "open",
    ("open", "false"): "closed",
    ("realized", "true"): "realized",
    ("verified", "true"): "verified",
    ("untagged", "true"): "untagged",
}
DAYS = ("period", "start", "end", "previous_start", "previous_end")


def understood(asked: ParsedQuestion, labels: Mapping[str, str]) -> list[str]:
    """Return what was asked for, each part by itself; `labels` are of names."""
    parts = [TITLES[asked.intent]]
    for slot, value in asked.slots.items():
        if slot in DAYS or (slot == "group_by" and value == "none"):
            continue
        values = [value] if isinstance(value, str) else list(value)
        shown = ", ".join(labels.get(one) or NAMED.get(one, one) for one in values)
        label = LABELS.get(slot, slot).replace("_", " ")
        parts.append(FLAGS.get((slot, str(value)), f"{label} {shown}"))
    return parts + _days(asked.slots)


def _days(slots: Mapping[str, str | Sequence[str]]) -> list[str]:
    found = []
    if period := slots.get("period"):
        found.append(PERIODS[str(period)][0].lower())
    if slots.get("start"):
        found.append(days(str(slots["start"]), str(slots["end"])))
    if slots.get("previous_start"):
        before = days(str(slots["previous_start"]), str(slots["previous_end"]))
        found.append(f"compared with {before}")
    return found


def days(start: str, end: str) -> str:
    """Return half-open days as people say them: the first and the last."""
    first, last = date.fromisoformat(start), date.fromisoformat(end) - ONE_DAY
    one = f"{first:%-d %b %Y}"
    return one if first == last else f"{one} to {last:%-d %b %Y}"


def moment(day: str, granularity: str) -> str:
    """Return a day, or the month that begins with it."""
    found = date.fromisoformat(day)
    return f"{found:%b %Y}" if granularity == "monthly" else f"{found:%-d %b %Y}"
