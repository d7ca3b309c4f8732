"""The thresholds of advice and anomalies, as the settings override them."""

from dataclasses import fields
from decimal import Decimal, InvalidOperation
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from insights.anomalies.engine.limits import Limits
from insights.recommendations.engine.advice_thresholds import Thresholds


def thresholds() -> Thresholds:
    """Return the thresholds of advice; raise ValueError for a wrong setting."""
    return Thresholds(**_overrides("ADVICE_THRESHOLDS", Thresholds))


def limits() -> Limits:
    """Return the limits of anomalies; raise ValueError for a wrong setting."""
    return Limits(**_overrides("ANOMALY_LIMITS", Limits))


def _overrides(setting: str, lines: type[Thresholds | Limits]) -> dict[str, Any]:
    """Return the values that a setting overrides, by name."""
    kinds: dict[str, type] = {one.name: type(one.default) for one in fields(lines)}
    numbers: dict[str, Any] = {}
    for name, text in getattr(settings, setting).items():
        if name not in kinds:
            raise ValueError(
                f"{setting} does not know {name!r}; choose from {', '.join(kinds)}."
            )
        kind = kinds[name]
        try:
            number = Decimal(text)
        except InvalidOperation:
            number = Decimal("NaN")
        if (
            not number.is_finite()
            or number < 0
            or (kind is int and number != number.to_integral_value())
        ):
            what = "a whole number" if kind is int else "a number"
            raise ValueError(f"{setting}: {name} must be {what}, not {text!r}.")
        numbers[name] = kind(number)
    return numbers


@register("settings")
def check_thresholds(**_: Any) -> list[CheckMessage]:
    wrong: list[CheckMessage] = []
    for lines, number in ((thresholds, "E001"), (limits, "E002")):
        try:
            lines()
        except ValueError as error:
            wrong.append(Error(str(error), id=f"insights.{number}"))
    return wrong
