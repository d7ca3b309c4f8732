"""Reading the environment: each setting is checked, and refused in one sentence."""

import contextlib
import os
import secrets
from datetime import datetime, time
from decimal import Decimal, InvalidOperation
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()


def positive(name: str, default: int, least: int = 1) -> int:
    """A whole number of at least `least`, or a clear refusal."""
    text = env.str(name, default=str(default))
    if not text.isdecimal() or int(text) < least:
        raise ImproperlyConfigured(
            f"{name} must be a whole number of at least {least}, not {text!r}."
        )
    return int(text)


def dollars(name: str) -> Decimal | None:
    """An amount of US dollars; None where nothing is set."""
    text = env.str(name, default="").strip()
    if not text:
        return None
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount < 0:
        raise ImproperlyConfigured(
            f"{name} must be an amount such as 1.50, not {text!r}."
        )
    return amount


def time_of_day(name: str) -> time | None:
    """A time such as 02:00, in UTC; None where nothing is set."""
    text = env.str(name, default="").strip()
    if not text:
        return None
    try:
        return datetime.strptime(text, "%H:%M").time()
    except ValueError:
        raise ImproperlyConfigured(
            f"{name} must be a time of day such as 02:00, not {text!r}."
        ) from None


def one_of(name: str, default: list[str], allowed: list[str]) -> list[str]:
    """A comma-separated choice among `allowed`, or a refusal that names the odd one."""
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


def stored_secret(path: Path) -> str:
    """The secret in that file, made at the first start and kept."""
    if not path.exists():
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(50))
        # A link appears whole or not at all, and never replaces one that is there.
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(draft)
        draft.unlink()
    return path.read_text()
