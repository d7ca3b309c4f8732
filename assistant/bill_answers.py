"""Answers about the bill: what it was, how it went, what costs most, why it changed."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import partial
from typing import Any

from assistant.answer import Answer, Question, Row, amount_text, are, counted, money
from assistant.engine.wording import days, moment
from clouds.labels import account_labels
from clouds.models import CloudAccount
from costs.groupings import BY_TAG, UNTAGGED

SUMMARY, TREND, WHY = "costs/summary/", "costs/trend/", "costs/explanation/"
TOP = "10"
CAUSES = 2


def answer_cost(question: Question) -> Answer:
    data = question.get(SUMMARY, **question.slots)
    text = _no_costs(data, question.slots)
    if data["total"] is not None:
        text = f"{amount_text(data['total'], data['currency'])} for {_days_of(data)}."
        text += _beside(data, question.slots) + _caveats(data)
    return Answer(text=text, page="costs", endpoint=SUMMARY, parameters=question.slots)


def _no_costs(data: Mapping[str, Any], slots: Mapping[str, Any]) -> str:
    currency = f" in {asked}" if (asked := slots.get("currency")) else ""
    return f"No costs{currency} are stored for {_days_of(data)}."


def _beside(data: Mapping[str, Any], slots: Mapping[str, Any]) -> str:
    before = data["previous_total"]
    if before is None:
        return ""
    name = "a year before" if slots.get("compare") else "in the period before"
    change = data["change_percent"]
    percent = "" if change is None else f" ({change:+.1f}%)"
    return f" It was {amount_text(before, data['currency'])} {name}{percent}."


def _caveats(data: Mapping[str, Any]) -> str:
    notes = []
    if missing := data["missing_days"]:
        notes.append(f"{counted(missing, 'day')} of an account {are(missing)} missing.")
    if estimated := data["estimated_days"]:
        estimate = f"{counted(estimated, 'day')} {are(estimated)} estimated"
        notes.append(f"{estimate} and may change.")
    if differing := data["unreconciled_days"]:
        verb = "differs" if differing == 1 else "differ"
        notes.append(f"{counted(differing, 'day')} {verb} from the bill.")
    return "".join(f" {note}" for note in notes)


def answer_trend(question: Question) -> Answer:
    data = question.get(TREND, **question.slots)
    answer = partial(Answer, page="costs", endpoint=TREND, parameters=question.slots)
    currency, series = data["currency"], data["series"]
    if data["total"] is None or not series:
        return answer(text=_no_costs(data, question.slots))
    text = f"{amount_text(data['total'], currency)} for {_days_of(data)}"
    if len(series) > 1 or question.slots.get("group_by") != "none":
        named = _namer(question)
        rows = [Row([named(one), money(one["total"], currency)]) for one in series]
        text += f", in {len(series)} line{'' if len(series) == 1 else 's'}."
        return answer(text=text, columns=("Name", "Cost"), rows=rows)
    points = [one for one in series[0]["points"] if one["amount"] is not None]
    unit = "Day" if data["granularity"] == "daily" else "Month"
    text += _extremes(points, currency, data["granularity"])
    rows = [
        Row([moment(one["day"], data["granularity"]), money(one["amount"], currency)])
        for one in points
    ]
    return answer(text=text, columns=(unit, "Cost"), rows=rows)


def _extremes(
    points: Iterable[Mapping[str, Any]], currency: str, granularity: str
) -> str:
    ordered = sorted(points, key=lambda one: (Decimal(one["amount"]), one["day"]))
    if len(ordered) < 2:
        return "."
    low, high = (
        f"{amount_text(one['amount'], currency)} ({moment(one['day'], granularity)})"
        for one in (ordered[0], ordered[-1])
    )
    return f": from {low} to {high}."


def answer_top(question: Question) -> Answer:
    slots = {"limit": TOP, **question.slots}
    data = question.get(SUMMARY, **slots)
    answer = partial(Answer, page="costs", endpoint=SUMMARY, parameters=slots)
    groups, currency = data["groups"], data["currency"]
    if not groups or data["total"] is None:  # groups of the period before alone
        return answer(text=_no_costs(data, question.slots))
    named = _namer(question)
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
    first, total = groups[0], amount_text(data["total"], currency)
    text = (
        f"{named(first)} costs most: {amount_text(first['total'], currency)} of "
        f"{total} for {_days_of(data)}." + _caveats(data)
    )
    columns = ("Name", "Cost", "Previous period", "Change")
    return answer(text=text, columns=columns, rows=rows)


def answer_why(question: Question) -> Answer:
    data = question.get(WHY, **question.slots)
    answer = partial(Answer, page="costs", endpoint=WHY, parameters=question.slots)
    if data["incomplete"] or data["change"] is None:
        text = "The two periods cannot be compared, as days of them are not stored."
        return answer(text=text)
    currency, change = data["currency"], Decimal(data["change"])
    verb = "rose" if change > 0 else "fell" if change < 0 else "did not change"
    by = f" by {amount_text(abs(change), currency)}" if change else ""
    before = days(data["previous_start"], data["previous_end"])
    text = (
        f"Costs {verb}{by}: {amount_text(data['total'], currency)} for "
        f"{_days_of(data)}, "
        f"{amount_text(data['previous_total'], currency)} for {before}."
    )
    if not data["is_significant"]:
        text += " No single reason is significant."
    rows = [row for step in data["steps"] for row in _step_rows(step, currency)]
    return answer(text=text, columns=("Reason", "Change"), rows=rows)


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


def _namer(question: Question) -> Callable[[Mapping[str, Any]], str]:
    """Return what labels a line: accounts by name, untagged as such, the rest as Other.

    One query for all lines.
    """
    groups = str(question.slots.get("group_by", "")).split(",")
    names = account_labels(CloudAccount.objects.visible_to(question.user))
    empty = UNTAGGED if groups[0].startswith(BY_TAG) else "(none)"

    def named(line: Mapping[str, Any]) -> str:
        shown = [names.get(one, one) or empty for one in line["keys"]]
        return " · ".join(shown) or str(line["key"])

    return named
