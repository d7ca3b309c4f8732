"""How pages show an answer's cells."""

from collections.abc import Mapping
from typing import Any

from django import template

from assistant.report_text import cell_text

register = template.Library()


@register.filter
def cell(value: Any) -> str:
    return cell_text(value)


@register.filter
def is_amount(value: Any) -> bool:
    return isinstance(value, Mapping)
