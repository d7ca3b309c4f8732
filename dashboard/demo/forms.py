"""What a presenter fills in: a form for each step, whose fields are the step's."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict

from providers.demo.company import ACCOUNTS, INSTANCE_TYPES
from providers.demo.machines import Role
from providers.demo.steps import FIELDS, NUMBERS, WHOLE, Act, InvalidStep

CHOICES: Mapping[str, list[str]] = {
    "account": [one.name for one in ACCOUNTS],
    "target": list(INSTANCE_TYPES),
    "role": list(Role),
}
# Title, button and fields with their label and first value.
FORMS: Mapping[Act, tuple[str, str, Mapping[str, tuple[str, Any]]]] = {
    Act.ADVANCE: (
        "Move on",
        "Move on",
        {"days": ("Days", 1), "per_minute": ("Days a minute", 30)},
    ),
    Act.SPIKE: (
        "Cost spike or drop",
        "Trigger",
        {
            "account": ("Account", "production"),
            "what": ("Service, as on the bill", "AWS Lambda"),
            "place": ("Region or resource group", "us-east-1"),
            "factor": ("Times as much", 5),
            "days": ("Days", 3),
        },
    ),
    Act.CPU: (
        "Runaway machine",
        "Trigger",
        {
            "account": ("Account", "production"),
            "what": ("Machine", "order-worker-01"),
            "factor": ("CPU (%)", 97),
            "days": ("Days", 3),
        },
    ),
    Act.ADD: (
        "Add a machine",
        "Add",
        {
            "account": ("Account", "staging"),
            "what": ("Name", "load-test-02"),
            "place": ("Region", "us-east-1"),
            "target": ("Instance type", "m6i.2xlarge"),
            "role": ("Works as", "idle"),
        },
    ),
    Act.REMOVE: (
        "Remove a resource",
        "Remove",
        {"account": ("Account", "staging"), "what": ("Name or id", "")},
    ),
    Act.OUTAGE: (
        "Region down",
        "Trigger",
        {
            "account": ("Account", "production"),
            "place": ("Region", "eu-west-1"),
            "days": ("Days", 1),
        },
    ),
    Act.RESTATE: (
        "Restate the bill",
        "Restate",
        {
            "account": ("Account", "production"),
            "what": ("Service, as on the bill", "AWS Lambda"),
            "place": ("Region or resource group", "us-east-1"),
            "factor": ("Times as much", 1.3),
            "days": ("Days before today", 5),
        },
    ),
    Act.APPLY: (
        "Apply a recommendation",
        "Apply",
        {
            "account": ("Account", "production"),
            "what": ("Resource, name or id", "shop-db-backup"),
        },
    ),
    Act.RECOMMEND: ("Recommendations", "Generate now", {}),
    Act.RESET: (
        "Reset to the clean state",
        "Reset",
        {"days": ("Days of history", 400), "days_ago": ("Back by days", 0)},
    ),
}


def step_forms(posted: QueryDict | None = None) -> list[dict[str, Any]]:
    """Return each form with its fields; one that was refused as it was filled in."""
    tried = posted.get("do") if posted else ""

    def field(name: str, label: str, first: Any, do: str) -> dict[str, Any]:
        value = posted.get(name, "") if posted and do == tried else first
        return {
            "name": name,
            "label": label,
            "value": value,
            "choices": CHOICES.get(name, ()),
            "is_number": name in NUMBERS,
        }

    return [
        {
            "do": do.value,
            "title": title,
            "button": button,
            "fields": [
                field(name, label, first, do) for name, (label, first) in fields.items()
            ],
        }
        for do, (title, button, fields) in FORMS.items()
    ]


def written(posted: QueryDict) -> dict[str, Any]:
    """Return the step as its form says, numbers as such. Raises InvalidStep."""
    step: dict[str, Any] = {}
    for one in FIELDS:
        if text := posted.get(one.name, "").strip():
            step[one.name] = _number(one.name, text) if one.name in NUMBERS else text
    return step


def _number(name: str, text: str) -> float:
    try:
        return int(text) if name in WHOLE else float(text)
    except ValueError:
        kind = "a whole number" if name in WHOLE else "a number"
        raise InvalidStep(f"{name} must be {kind}, not {text[:20]}.") from None
