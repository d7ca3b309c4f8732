"""Answers from insights: forecasts, anomalies, savings, idle machines and budgets."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse

from assistant.answer import (
    Answer,
    Question,
    Row,
    amount_text,
    counted,
    list_answer,
    money,
)
from assistant.endpoints import EndpointRefused
from assistant.engine.wording import days
from clouds.labels import account_labels
from clouds.models import CloudAccount
from core.api.pagination import LARGEST_PAGE
from core.money import ZERO, Money
from core.periods import period_window
from core.windows import ONE_DAY, Window, add_months, first_of_month, utc_day

LISTED = "8"
FORECASTS = 12
BUDGET_STATES = {
    "unknown": "unknown",
    "ok": "within budget",
    "passed": "past an alert threshold",
    "at_risk": "forecast over budget",
    "over": "over budget",
}
OVER_BUDGET = {BUDGET_STATES["at_risk"], BUDGET_STATES["over"]}


def answer_forecast(question: Question) -> Answer:
    """Of the scope that is asked for; where the total is hidden, of each account."""
    scope = _scope(question)
    data = question.get("forecasts/", **scope)
    if not data["results"] and scope == {"scope": "total"}:
        scope = {"scope": "account"}
        data = question.get("forecasts/", **scope)
    found, count = data["results"], data["count"]
    if not found:
        text = "There is no forecast of this yet: it needs some weeks of costs."
        return Answer(
            text=text,
            page="forecasts",
            endpoint="forecasts/",
            parameters=scope,
        )
    window = _window(question)
    names = account_labels(CloudAccount.objects.visible_to(question.user))
    rows, texts = [], []
    for one in found[:FORECASTS]:
        detail = question.get(f"forecasts/{one['id']}/")
        amounts = _amounts(detail, window, utc_day(question.now))
        name = _name(one, names)
        url = reverse("forecast", args=[one["id"]])
        cells = [Money(amount, one["currency"]) for amount in amounts]
        rows.append(Row([name, *cells], url))
        texts.append(_sentence(amounts, one["currency"], window))
    each = "currency" if scope == {"scope": "total"} else "account"
    text = texts[0] if len(rows) == 1 else f"{count} forecasts, one for each {each}."
    one_page = len(rows) == 1
    return Answer(
        text=text,
        page="forecast" if one_page else "forecasts",
        endpoint=f"forecasts/{found[0]['id']}/" if one_page else "forecasts/",
        parameters={} if one_page else scope,
        page_key=found[0]["id"] if one_page else None,
        columns=("Scope", "Forecast", "Low (80%)", "High (80%)"),
        rows=rows,
        more=count - len(rows),
    )


def _scope(question: Question) -> dict[str, str]:
    for scope in ("service", "account"):
        if values := question.slots.get(scope):
            return {"scope": scope, "key": values[0]}
    return {"scope": "total"}


def _name(one: Mapping[str, Any], names: Mapping[str, str]) -> str:
    if one["scope"] == "total":
        return "Total"
    if one["scope"] == "account":
        return names.get(one["key"], one["key"])
    account = names.get(one["account"] or "", one["account"] or "all accounts")
    return f"{one['key'] or 'Other services'} in {account}"


def _window(question: Question) -> Window:
    if "start" in question.slots:
        days_asked = (str(question.slots[name]) for name in ("start", "end"))
        return Window(*map(date.fromisoformat, days_asked))
    first = first_of_month(utc_day(question.now))
    return Window(first, add_months(first, 1))


def _amounts(detail: Mapping[str, Any], window: Window, today: date) -> list[Decimal]:
    """The month with what is billed of it, or the sum of forecast days."""
    month = detail["month_end"]
    running = Window(first_of_month(today), add_months(today, 1))
    if month and window == running:
        return [Decimal(month[name]) for name in ("mean", "low_80", "high_80")]
    points = [
        one for one in detail["points"] if date.fromisoformat(one["day"]) in window
    ]
    if len(points) < len(window):
        known = [one["day"] for one in detail["points"]] or ["no day"]
        raise EndpointRefused(
            f"The forecast has the days from {known[0]} to {known[-1]}, and not all of "
            f"{days(window.start.isoformat(), window.end.isoformat())}."
        )
    return [
        sum((Decimal(one[name]) for one in points), ZERO)
        for name in ("mean", "low_80", "high_80")
    ]


def _sentence(amounts: Sequence[Decimal], currency: str, window: Window) -> str:
    mean, low, high = (amount_text(amount, currency) for amount in amounts)
    when = days(window.start.isoformat(), window.end.isoformat())
    return f"{mean} is forecast for {when}, with 80% probability {low} to {high}."


def answer_anomaly(question: Question) -> Answer:
    slots = dict(question.slots)
    if period := slots.pop("period", ""):
        window = period_window(str(period), question.now)
        slots |= {"start": f"{window.start}", "end": f"{window.end}"}
    if not slots.keys() & {"open", "start"}:
        slots["open"] = "true"
    asked = {**slots, "ordering": "-impact"}
    data = question.get("anomalies/", **asked, page_size=LISTED)
    word = {"true": "open ", "false": "closed "}.get(str(slots.get("open")), "")
    count = data["count"]
    text = f"{count or 'No'} {word}{'anomaly' if count == 1 else 'anomalies'}."
    rows = [
        Row(
            [
                one["title"],
                one["severity"],
                days(one["first_day"], _after(one["last_day"])),
                _impact(one),
            ],
            reverse("anomaly", args=[one["id"]]),
        )
        for one in data["results"]
    ]
    columns = ("Anomaly", "Severity", "Days", "Impact")
    return list_answer("anomalies", "anomalies/", asked, text, columns, rows, count)


def _after(day: str) -> str:
    return (date.fromisoformat(day) + ONE_DAY).isoformat()


def _impact(one: Mapping[str, Any]) -> Any:
    return None if one["unit"] == "%" else money(one["impact"], one["unit"])


def answer_savings(question: Question) -> Answer:
    if question.slots.get("realized"):
        return _realized(question)
    slots = {"live": "true", **question.slots}
    totals = question.get("recommendations/statistics/", **slots)
    asked = {**slots, "ordering": "-savings_monthly"}
    data = question.get("recommendations/", **asked, page_size=LISTED)
    count = data["count"]
    sums = " and ".join(
        amount_text(one["amount"], one["currency"])
        for one in totals["potential_monthly"]
    )
    text = f"{count} open recommendation{'' if count == 1 else 's'}"
    text += f" would save {sums} a month." if sums else "."
    rows = [
        Row(
            [one["title"], money(one["savings_monthly"], one["currency"]), one["risk"]],
            reverse("recommendation", args=[one["id"]]),
        )
        for one in data["results"]
    ]
    columns = ("Recommendation", "Monthly savings", "Risk")
    where = ("recommendations", "recommendations/")
    return list_answer(*where, asked, text, columns, rows, count)


def _realized(question: Question) -> Answer:
    limits = question.slots.keys() - {"realized"}
    if limits:
        named = ", ".join(sorted(limits))
        raise EndpointRefused(f"Realized savings are of all accounts, not by {named}.")
    data = question.get("recommendations/savings/")
    sums = " and ".join(
        amount_text(one["amount"], one["currency"]) for one in data["realized_monthly"]
    )
    text = f"{sums} a month is saved, as later bills show."
    if not sums:
        text = "No saving is verified on later bills yet."
    return Answer(
        text=text,
        page="recommendations",
        endpoint="recommendations/savings/",
        parameters={},
        page_parameters={"status": "completed"},
    )


def answer_idle(question: Question) -> Answer:
    slots = {name: one for name, one in question.slots.items() if name != "kind"}
    asked = {"idle": "true", **slots}
    data = question.get("infrastructure/vms/", **asked, page_size=LISTED)
    count = data["totalInstances"]
    text = f"{count} running instance{' is' if count == 1 else 's are'} idle."
    rows = [
        Row(
            [
                one["name"] or one["resource_id"],
                one["location"],
                f"{one['cpuUtilization']:.1f}%",
                money(one["monthlyCost"], one["currency"]),
            ]
        )
        for one in data["instances"]
    ]
    columns = ("Instance", "Region", "CPU, 14 days", "Monthly cost")
    where = ("instances", "infrastructure/vms/")
    return list_answer(*where, asked, text, columns, rows, count)


def answer_budget(question: Question) -> Answer:
    data = question.get("budgets/", **question.slots, page_size=LARGEST_PAGE)
    found = data["results"]
    counts = Counter(BUDGET_STATES[one["state"]] for one in found)
    if found and not counts.keys() & OVER_BUDGET:
        counts["over or forecast over budget"] = 0
    states = ", ".join(f"{count or 'none'} {state}" for state, count in counts.items())
    text = counted(data["count"], "budget")
    text += f" this month: {states}." if states else "."
    rows = [
        Row(
            [
                one["name"],
                money(one["amount"], one["currency"]),
                money(one["spent"], one["currency"]),
                money(one["forecasted"], one["currency"]),
                BUDGET_STATES[one["state"]],
            ],
            reverse("budget", args=[one["id"]]),
        )
        for one in found
    ]
    columns = ("Budget", "Amount", "Spent", "Forecast", "State")
    asked, count = question.slots, data["count"]
    return list_answer("budgets", "budgets/", asked, text, columns, rows, count)
