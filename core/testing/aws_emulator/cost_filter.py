"""Cost Explorer's dimensions and its filter expressions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.testing.aws_emulator.wire import AwsError

if TYPE_CHECKING:
    from core.testing.aws_emulator.world import LineItem, World

DIMENSIONS = {
    "LINKED_ACCOUNT": "linked_account",
    "RECORD_TYPE": "record_type",
    "REGION": "region",
    "SERVICE": "service",
    "USAGE_TYPE": "usage_type",
}
OPERATORS = frozenset({"And", "Or", "Not", "Dimensions", "Tags"})
MATCH_OPTIONS = frozenset({"EQUALS", "CASE_SENSITIVE"})


def dimension_of(item: LineItem, key: str, world: World) -> str:
    """The line item's value of a dimension; "" where it has none."""
    value: str = getattr(item, DIMENSIONS[key])
    if key == "LINKED_ACCOUNT":
        return value or world.account_id
    return value


def tag_of(item: LineItem, key: str, world: World) -> str:
    """The line item's value of a tag; "" without it, or where it is not activated."""
    activated = world.cost_allocation_tags
    return item.tags.get(key, "") if activated is None or key in activated else ""


def keep_matching(
    items: list[LineItem], expression: Any, world: World
) -> list[LineItem]:
    """The items a checked expression lets through; None lets all through."""
    if expression is None:
        return items
    return [item for item in items if _matches(item, expression, world)]


def check_filter(expression: dict[str, Any]) -> None:
    """Raises for an expression AWS refuses; an unknown value is not one."""
    if len(expression) != 1 or not OPERATORS.issuperset(expression):
        raise _invalid(
            f"Expression must have exactly one root operator, not {sorted(expression)}"
        )
    ((operator, operand),) = expression.items()
    if operator in ("And", "Or"):
        if len(operand) < 2:
            raise _invalid(f"{operator} must have at least 2 operands")
        for each in operand:
            check_filter(each)
    elif operator == "Not":
        check_filter(operand)
    else:
        _check_values(operator, operand)


def _check_values(operator: str, operand: dict[str, Any]) -> None:
    if operator == "Dimensions" and operand.get("Key") not in DIMENSIONS:
        raise _invalid(f"Invalid dimension in filter: {operand.get('Key')}")
    if not operand.get("Values"):
        raise _invalid(f"Filter on {operand.get('Key')} has no values")
    if not MATCH_OPTIONS.issuperset(operand.get("MatchOptions", [])):
        raise _invalid(f"Match options {operand['MatchOptions']} are not supported")


def _matches(item: LineItem, expression: dict[str, Any], world: World) -> bool:
    ((operator, operand),) = expression.items()
    if operator == "And":
        return all(_matches(item, each, world) for each in operand)
    if operator == "Or":
        return any(_matches(item, each, world) for each in operand)
    if operator == "Not":
        return not _matches(item, operand, world)
    if operator == "Tags":
        return tag_of(item, operand["Key"], world) in operand["Values"]
    return dimension_of(item, operand["Key"], world) in operand["Values"]


def _invalid(message: str) -> AwsError:
    return AwsError("ValidationException", message)
