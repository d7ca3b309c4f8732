"""Read settings from the environment; an invalid value is one clear error."""

import contextlib
import os
import secrets
import ssl
from datetime import datetime, time
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

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


def certificates(name: str) -> str:
    """Return the path of a file of certificates in PEM; "" if unset."""
    path = env.str(name, default="")
    if path:
        try:
            ssl.create_default_context(cafile=path)
        except OSError:
            raise invalid(name, "a file of certificates in PEM", path) from None
    return path


def cache_url(name: str) -> dict[str, Any]:
    """Return Django's settings of the cache that a URL names."""
    text = env.str(name, default="locmemcache://")
    scheme = urlsplit(text).scheme
    if scheme not in ("locmemcache", "rediscache", "redis", "rediss", "unix"):
        expected = "redis://, rediss:// or unix://, or left out"
        raise invalid(name, expected, f"{scheme}://")  # the rest may hold a password
    if scheme == "unix":  # so that its path is taken for a socket
        text = text.replace("unix", "redis", 1)
    found: dict[str, Any] = env.cache_url_config(text)
    return found


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
