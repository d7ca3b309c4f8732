"""Read settings from the environment; an invalid value is one clear error."""

import contextlib
import os
import secrets
from datetime import datetime, time
from decimal import Decimal, InvalidOperation
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()


def invalid(name: str, expected: str, text: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"{name} must be {expected}, not {text!r}.")


def positive(name: str, default: int, least: int = 1) -> int:
    """Return a whole number of at least `least`."""
    text = env.str(name, default=str(default))
    if not text.isdecimal() or int(text) < least:
        raise invalid(name, f"a whole number of at least {least}", text)
    return int(text)


def dollars(name: str) -> Decimal | None:
    """Return an amount of US dollars; None if unset."""
    text = env.str(name, default="").strip()
    if not text:
        return None
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount < 0:
        raise invalid(name, "an amount such as 1.50", text)
    return amount


def time_of_day(name: str) -> time | None:
    """Return a time of day such as 02:00; None if unset."""
    text = env.str(name, default="").strip()
    if not text:
        return None
    try:
        return datetime.strptime(text, "%H:%M").time()
    except ValueError:
        raise invalid(name, "a time of day such as 02:00", text) from None


def one_of(name: str, default: list[str], allowed: list[str]) -> list[str]:
    """Return a comma-separated choice among `allowed`."""
    chosen = [item.strip() for item in env.list(name, default=default) if item.strip()]
    if not chosen:
        raise ImproperlyConfigured(
            f"{name} is empty; choose from {', '.join(allowed)}."
        )
    for item in chosen:
        if item not in allowed:
            raise ImproperlyConfigured(
                f"{name} does not know {item!r}; choose from {', '.join(allowed)}."
            )
    return chosen


def secret(name: str) -> str:
    """Return a secret, empty if unset; one that can be guessed is refused, unseen."""
    text: str = env.str(name, default="")
    if text and (len(text) < 50 or len(set(text)) < 5):
        raise ImproperlyConfigured(
            f"{name} must be at least 50 random characters: whoever guesses it signs "
            'in as anybody. Make one with: python -c "import secrets; '
            'print(secrets.token_urlsafe(50))"'
        )
    return text


def stored_secret(path: Path) -> str:
    """Return the secret in that file, creating it at the first start."""
    if not path.exists():
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(50))
        # A hard link appears complete or not at all, and never replaces a file.
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(draft)
        draft.unlink()
    return path.read_text()
