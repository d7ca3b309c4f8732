"""Cost Management's dimensions and its filter expressions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.testing.azure_emulator.bill import Charge
    from core.testing.azure_emulator.wire import AzureError

DIMENSIONS: dict[str, Callable[[Charge], str]] = {
    "SubscriptionId": lambda charge: charge.subscription_id,
    "ResourceGroupName": lambda charge: group_of(charge),
    "ResourceGroup": lambda charge: group_of(charge),
    "ResourceId": lambda charge: charge.resource_id.lower(),
    "ResourceLocation": lambda charge: charge.location,
    "ResourceType": lambda charge: "/".join(charge.resource_id.lower().split("/")[6:8]),
    "ServiceName": lambda charge: charge.service,
    "MeterCategory": lambda charge: charge.meter_category or charge.service,
    "Meter": lambda charge: charge.meter,
    "ChargeType": lambda charge: charge.charge_type,
    "PublisherType": lambda charge: charge.publisher_type,
    "PricingModel": lambda charge: charge.pricing_model,
}
OPERATORS = ("and", "or", "not", "dimensions", "tags")


def group_of(charge: Charge) -> str:
    """The bill knows ids in lower case, and groups where it knows no id as written."""
    return (
        charge.resource_group.lower() if charge.resource_id else charge.resource_group
    )


def field_named(name: str) -> Callable[[Charge], str] | None:
    """What reads a dimension; None for an unknown one."""
    return DIMENSIONS.get(name)


def tag_of(charge: Charge, key: str) -> str:
    """The value of a tag, whose key has no case; "" without it."""
    for name, value in charge.tags.items():
        if name.lower() == key.lower():
            return value
    return ""


def check_filter(expression: Any, invalid: Callable[[str], AzureError]) -> None:
    """Raises for an expression Azure refuses; an unknown value is not one."""
    if not isinstance(expression, dict) or len(expression) != 1:
        raise invalid("a filter has exactly one of and, or, not, dimensions, tags")
    ((operator, operand),) = expression.items()
    if operator.lower() not in OPERATORS:
        raise invalid(f"filter '{operator}' is invalid")
    if operator.lower() in ("and", "or"):
        if not isinstance(operand, list) or len(operand) < 2:
            raise invalid(f"'{operator}' must have at least 2 items")
        for each in operand:
            check_filter(each, invalid)
    elif operator.lower() == "not":
        check_filter(operand, invalid)
    else:
        _check_comparison(operator.lower(), operand, invalid)


def _check_comparison(
    operator: str, operand: Any, invalid: Callable[[str], AzureError]
) -> None:
    if not isinstance(operand, dict):
        raise invalid(f"'{operator}' has no name, operator and values")
    if operator == "dimensions" and field_named(operand.get("name", "")) is None:
        raise invalid(f"dimension '{operand.get('name')}' is invalid")
    if operand.get("operator") != "In":
        raise invalid(f"operator '{operand.get('operator')}' is not In")
    values = operand.get("values")
    if not values or not all(isinstance(each, str) for each in values):
        raise invalid(
            f"the filter on '{operand.get('name')}' has no values that are texts"
        )


def matches(charge: Charge, expression: dict[str, Any] | None) -> bool:
    """Whether a checked expression lets a charge through; None lets all through."""
    if expression is None:
        return True
    ((operator, operand),) = expression.items()
    operator = operator.lower()
    if operator == "and":
        return all(matches(charge, each) for each in operand)
    if operator == "or":
        return any(matches(charge, each) for each in operand)
    if operator == "not":
        return not matches(charge, operand)
    values = {value.lower() for value in operand["values"]}
    if operator == "tags":
        return tag_of(charge, operand["name"]).lower() in values
    return DIMENSIONS[operand["name"]](charge).lower() in values
