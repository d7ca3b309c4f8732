"""E-mail addresses that people type, separated by commas."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

# A longer list is better an address of its own at the mail server.
MOST_ADDRESSES = 20


def split_addresses(text: str) -> list[str]:
    """Return each address once, whether it is one or not."""
    parts = (part.strip() for part in text.replace(";", ",").split(","))
    return list(dict.fromkeys(part for part in parts if part))


def parse_addresses(text: str) -> list[str]:
    """Return each address once. Raise ValidationError naming what is none."""
    found = split_addresses(text)
    check_addresses(found)
    return found


def check_addresses(value: Any) -> None:
    """Raise ValidationError unless it is a list of distinct e-mail addresses."""
    if not isinstance(value, list) or len(value) > MOST_ADDRESSES:
        raise ValidationError(f"Give at most {MOST_ADDRESSES} e-mail addresses.")
    for one in value:
        try:
            validate_email(one)
        except ValidationError:
            raise ValidationError(
                f"{one} is not an e-mail address. Separate several with commas."
            ) from None
    if len(set(value)) < len(value):
        raise ValidationError("Give each address once.")


class AddressesField(forms.CharField):
    """E-mail addresses separated by commas, as a list."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        return value if isinstance(value, list) else parse_addresses(value or "")
