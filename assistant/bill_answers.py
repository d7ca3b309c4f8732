"""Answers about the bill: what it was, how it went, what costs most, why it changed."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import partial
from typing import Any

from assistant.answer import Asking, Found, Row, money, said
from assistant.engine.wording import days, moment
from clouds.labels import account_labels
from clouds.models import CloudAccount
from costs.groupings import BY_TAG, UNTAGGED

SUMMARY, TREND, WHY = "costs/summary/", "costs/trend/", "costs/explanation/"
TOP = "10"
CAUSES = 2


def answer_cost(asking: Asking) -> Found:
    data = asking.get(SUMMARY, **asking.slots)
    text = _no_costs(data)
    if data["total"] is not None:
        text = f"{said(data['total'], data['currency'])} for {_days_of(data)}."
        text += _beside(data, asking.slots) + _caveats(data)
    return Found(text=text, page="costs", endpoint=SUMMARY, parameters=asking.slots)


def _no_costs(data: Mapping[str, Any]) -> str:
    return f"No costs are stored for {_days_of(data)}."


def _beside(data: Mapping[str, Any], slots: Mapping[str, Any]) -> str:
    before = data["previous_total"]
    if before is None:
        return ""
    name = "a year before" if slots.get("compare") else "in the period before"
    change = data["change_percent"]
    percent = "" if change is None else f" ({change:+.1f}%)"
    return f" It was {said(before, data['currency'])} {name}{percent}."


def _caveats(data: Mapping[str, Any]) -> str:
    notes = []
    if data["missing_days"]:
        notes.append(f"{data['missing_days']} days of an account are missing.")
    if data["estimated_days"]:
        notes.append(f"{data['estimated_days']} days are estimated and may change.")
    if data["unreconciled_days"]:
        notes.append(f"{data['unreconciled_days']} days differ from the bill.")
    return "".join(f" {note}" for note in notes)


def answer_trend(asking: Asking) -> Found:
    data = asking.get(TREND, **asking.slots)
    found = partial(Found, page="costs", endpoint=TREND, parameters=asking.slots)
    currency, series = data["currency"], data["series"]
    if data["total"] is None or not series:
        return found(text=_no_costs(data))
    text = f"{said(data['total'], currency)} for {_days_of(data)}"
    if len(series) > 1 or asking.slots.get("group_by") != "none":
        named = _namer(asking)
        rows = [Row([named(one), money(one["total"], currency)]) for one in series]
        text += f", in {len(series)} line{'' if len(series) == 1 else 's'}."
        return found(text=text, columns=("Name", "Cost"), rows=rows)
    points = [one for one in series[0]["points"] if one["amount"] is not None]
    unit = "Day" if data["granularity"] == "daily" else "Month"
    text += _extremes(points, currency, data["granularity"])
    rows = [
        Row([moment(one["day"], data["granularity"]), money(one["amount"], currency)])
        for one in points
    ]
    return found(text=text, columns=(unit, "Cost"), rows=rows)


def _extremes(
    points: Iterable[Mapping[str, Any]], currency: str, granularity: str
) -> str:
    ordered = sorted(points, key=lambda one: (Decimal(one["amount"]), one["day"]))
    if len(ordered) < 2:
        return "."
    low, high = ordered[0], ordered[-1]
    return (
        f": from {said(low['amount'], currency)} ({moment(low['day'], granularity)}) "
        f"to {said(high['amount'], currency)} ({moment(high['day'], granularity)})."
    )


def answer_top(asking: Asking) -> Found:
    slots = {"limit": TOP, **asking.slots}
    data = asking.get(SUMMARY, **slots)
    found = partial(Found, page="costs", endpoint=SUMMARY, parameters=slots)
    groups, currency = data["groups"], data["currency"]
    if not groups:
        return found(text=_no_costs(data))
    named = _namer(asking)
    rows = [
        Row(
            [
                named(one),
                money(one["total"], currency),
                money(one["previous_total"], currency),
                _percent(one["change_percent"]),
            ]
        )
        for one in groups
    ]
    first = groups[0]
    text = (
        f"{named(first)} costs most: "
        f"{said(first['total'], currency)} of {said(data['total'], currency)} for "
        f"{_days_of(data)}." + _caveats(data)
    )
    columns = ("Name", "Cost", "Period before", "Change")
    return found(text=text, columns=columns, rows=rows)


def answer_why(asking: Asking) -> Found:
    data = asking.get(WHY, **asking.slots)
    found = partial(Found, page="costs", endpoint=WHY, parameters=asking.slots)
    if data["incomplete"] or data["change"] is None:
        text = "The two periods cannot be compared, as days of them are not stored."
        return found(text=text)
    currency, change = data["currency"], Decimal(data["change"])
    verb = "rose" if change > 0 else "fell" if change < 0 else "did not change"
    by = f" by {said(abs(change), currency)}" if change else ""
    before = days(data["previous_start"], data["previous_end"])
    text = (
        f"Costs {verb}{by}: {said(data['total'], currency)} for {_days_of(data)}, "
        f"{said(data['previous_total'], currency)} for {before}."
    )
    if not data["is_significant"]:
        text += " No single reason is significant."
    rows = [row for step in data["steps"] for row in _step_rows(step, currency)]
    return found(text=text, columns=("Reason", "Change"), rows=rows)


def _step_rows(step: Mapping[str, Any], currency: str) -> Iterable[Row]:
    """A step with its largest causes; one that is its only cause is one line."""
    causes = step["causes"][:CAUSES]
    is_its_cause = len(causes) == 1 and causes[0]["change"] == step["change"]
    if not is_its_cause:
        yield Row([step["name"], money(step["change"], currency)], step["costs"] or "")
    for cause in causes:
        name = f"{step['name']}: {cause['name']}"
        url = cause["anomaly"] or cause["costs"] or ""
        yield Row([name, money(cause["change"], currency)], url)


def _days_of(data: Mapping[str, Any]) -> str:
    return days(data["start"], data["end"])


def _percent(value: float | None) -> str | None:
    return None if value is None else f"{value:+.1f}%"


def _namer(asking: Asking) -> Callable[[Mapping[str, Any]], str]:
    """Return what labels a line: accounts by name, untagged as such, the rest as Other.

    One query for all lines.
    """
    groups = str(asking.slots.get("group_by", "")).split(",")
    names = account_labels(CloudAccount.objects.visible_to(asking.user))
    empty = UNTAGGED if groups[0].startswith(BY_TAG) else "(none)"

    def named(line: Mapping[str, Any]) -> str:
        shown = [names.get(one, one) or empty for one in line["keys"]]
        return " · ".join(shown) or str(line["key"])

    return named
