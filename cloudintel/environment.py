"""Read settings from the environment; an invalid value is one clear error."""

import contextlib
import os
import re
import secrets
import ssl
from collections.abc import Iterator
from datetime import datetime, time
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()

TRUE = {"true", "1", "yes", "on"}
FALSE = {"false", "0", "no", "off", ""}
# So much that nobody means more, and little enough to calculate with.
MOST = 1_000_000
MOST_DAYS = 36_500
NAME = r"(?:[A-Za-z0-9_-][A-Za-z0-9_.-]*|\[[0-9A-Fa-f:.]+\])"
HOST = rf"\*|\.?{NAME}"
# One name, as metrics and lists show it.
HOST_LABEL = r"([A-Za-z][A-Za-z0-9.-]{0,62})?"
ORIGIN = rf"https?://(\*\.)?{NAME}(:\d{{1,5}})?"
PATH = r"((/[A-Za-z0-9_.~-]+)+/?)?"
LOOPBACK = {"127.0.0.1", "::1", "localhost"}
EMAIL = r"[^@\s]+@[^@\s]+"
# Also with a name: cloudintel <alerts@example.com>
FROM = r"[^@\r\n]+@[^@\s]+"


def given(name: str, default: str = "") -> str:
    return os.environ.get(name, default).strip()


def read_env_file(name: str, default: Path) -> None:
    """Read the variables of a file, which those of the environment override."""
    path = given(name, str(default))
    if not path or name not in os.environ and not default.is_file():
        return
    try:
        with Path(path).open(encoding="utf-8") as file:
            env.read_env(file)
    except (OSError, UnicodeDecodeError):
        raise invalid(name, "a text file, or empty", path) from None


def invalid(name: str, expected: str, found: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"{name} must be {expected}, not {found[:100]!r}.")


def boolean(name: str, default: bool) -> bool:
    found = given(name, str(default)).lower()
    if found not in TRUE | FALSE:
        raise invalid(name, "true or false", found)
    return found in TRUE


def positive(name: str, default: int, least: int = 1, most: int = MOST) -> int:
    """Return a whole number of at least `least` and at most `most`."""
    found = given(name, str(default))
    if not found.isdecimal() or not least <= int(found) <= most:
        raise invalid(name, f"a whole number from {least} to {most}", found)
    return int(found)


def days(name: str, default: int) -> int:
    """Return a number of days that can be added to today."""
    return positive(name, default, most=MOST_DAYS)


def dollars(name: str) -> Decimal | None:
    """Return an amount of US dollars; None if unset."""
    found = given(name)
    if not found:
        return None
    try:
        amount = Decimal(found)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or not 0 <= amount <= MOST:
        raise invalid(name, f"an amount from 0 to {MOST}, as 1.50", found)
    return amount


def time_of_day(name: str) -> time | None:
    """Return a time of day such as 02:00; None if unset."""
    return daily_at(name, "") if given(name) else None


def daily_at(name: str, default: str) -> time:
    """Return a time of day such as 02:00."""
    found = given(name) or default
    try:
        return datetime.strptime(found, "%H:%M").time()
    except ValueError:
        raise invalid(name, "a time of day such as 02:00", found) from None


def listed(name: str, default: list[str]) -> list[str]:
    """Return the items of a comma-separated list."""
    items = [item.strip() for item in given(name).split(",")]
    return [item for item in items if item] or default


def one_of(name: str, default: list[str], allowed: list[str]) -> list[str]:
    """Return a comma-separated choice among `allowed`, as written there."""
    known = {item.lower(): item for item in allowed}
    chosen = listed(name, default)
    for item in chosen:
        if item.lower() not in known:
            raise invalid(name, f"among {', '.join(allowed)}", item)
    return [known[item.lower()] for item in chosen]


def text(name: str, default: str, pattern: str, expected: str) -> str:
    """Return a text that matches the pattern."""
    found = given(name, default)
    if not re.fullmatch(pattern, found):
        raise invalid(name, expected, found)
    return found


def texts(name: str, default: list[str], pattern: str, expected: str) -> list[str]:
    """Return a comma-separated list of which each item matches the pattern."""
    items = listed(name, default)
    for item in items:
        if not re.fullmatch(pattern, item):
            raise invalid(name, f"a list of {expected}", item)
    return items


def numbers(name: str) -> dict[str, str]:
    """Return names and values, such as least_cost=5,far=5."""
    pairs = [item.partition("=") for item in listed(name, [])]
    for key, equals, value in pairs:
        if not (key and equals and value):
            raise invalid(name, "a list such as name=5,other=7", key + equals + value)
    return {key.strip(): value.strip() for key, _, value in pairs}


def url(name: str, default: str, *schemes: str) -> str:
    """Return a URL of one of these schemes; no error shows it with its password."""
    found = given(name) or default
    try:
        scheme, _ = urlsplit(found).scheme, urlsplit(found).port
    except ValueError:
        scheme = ""
    if found and scheme not in schemes:
        known = ", ".join(f"{scheme}://" for scheme in schemes)
        raise ImproperlyConfigured(f"{name} must be a URL that begins with {known}.")
    return found


def endpoint(name: str) -> str:
    """Return where an emulator is asked instead of a cloud; "" if unset.

    A token is sent there, so that it must be this machine.
    """
    found = url(name, "", "https", "http")
    host = urlsplit(found).hostname
    if found and host not in LOOPBACK:
        raise ImproperlyConfigured(
            f"{name} must be an emulator on this machine, such as "
            f"http://127.0.0.1:5001, and not {host}."
        )
    return found.rstrip("/")


def private_directory(name: str, default: Path) -> Path:
    """Return that directory, which no other user may read; it is created if missing."""
    path = Path(given(name) or default)
    with usable(name, path):
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        if path.stat().st_mode & 0o077:
            path.chmod(0o700)
    return path


def directory(path: Path) -> Path:
    """Return that directory below STATE_DIR; it is created if missing."""
    with usable("STATE_DIR", path):
        path.mkdir(parents=True, exist_ok=True)
    return path


@contextlib.contextmanager
def usable(name: str, path: Path) -> Iterator[None]:
    """Turn what the system refuses into one sentence."""
    try:
        yield
    except OSError as error:
        raise ImproperlyConfigured(
            f"{name} must be a directory that this user owns and can write to; "
            f"{path}: {error.strerror}."
        ) from None


def secret(name: str, guessed: str) -> str:
    """Return a secret, empty if unset; one that can be guessed is refused, unseen.

    `guessed` is what somebody does then.
    """
    found = given(name)
    if found and (len(found) < 50 or len(set(found)) < 5):
        raise ImproperlyConfigured(
            f"{name} must be at least 50 random characters: anyone who guesses it "
            f'{guessed}. Make one with: python -c "import secrets; '
            'print(secrets.token_urlsafe(50))"'
        )
    return found


def certificates(name: str) -> str:
    """Return the path of a file of certificates in PEM; "" if unset."""
    path = given(name)
    if path:
        try:
            ssl.create_default_context(cafile=path)
        except OSError:
            raise invalid(name, "a file of certificates in PEM", path) from None
    return path


def cache_url(name: str) -> dict[str, Any]:
    """Return Django's settings of the cache that a URL names."""
    memory, redis = "locmemcache", ("redis", "rediss", "rediscache", "unix")
    found = url(name, f"{memory}://", *redis, memory)
    if found.startswith("unix:"):  # so that its path is taken for a socket
        found = found.replace("unix", "redis", 1)
    settings: dict[str, Any] = env.cache_url_config(found)
    return settings


def stored_secret(path: Path) -> str:
    """Return the secret in that file, creating it at the first start."""
    with usable("STATE_DIR", path):
        if not path.exists():
            draft = path.with_name(f"{path.name}.{os.getpid()}")
            draft.touch(mode=0o600)
            draft.write_text(secrets.token_urlsafe(50))
            # A hard link appears complete or not at all, and never replaces a file.
            with contextlib.suppress(FileExistsError):
                path.hardlink_to(draft)
            draft.unlink()
        return path.read_text()


# A server that is gone without a word is noticed within a minute.
NOTICING = {
    "connect_timeout": 10,
    "tcp_user_timeout": 60_000,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
}


def database(url: str) -> dict[str, Any]:
    """Return Django's settings of the database at this address."""
    found: dict[str, Any] = env.db_url_config(url)
    if found["ENGINE"] == "django.db.backends.sqlite3":
        # WAL mode: readers never wait for a sync. Writers take their lock at BEGIN, so
        # two of them queue instead of failing in the middle.
        options = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        }
        return found | {"OPTIONS": options}
    return found | {
        "ENGINE": "core.db.postgresql",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": NOTICING | found.get("OPTIONS", {}),
    }


# Without the broker a page must respond soon, not wait for minutes.
CONNECT_SECONDS = 2
ANSWER_SECONDS = 10
# Between two looks at the directory, each of which lists it: 0.1% of a processor.
LOOK_SECONDS = 0.1


def broker_url(url: str) -> str:
    """Return the URL as Celery takes it: a Redis socket as for the cache."""
    if not url.startswith("unix:"):
        return url
    socket = url.replace("unix", "redis+socket", 1)
    return socket.replace("?db=", "?virtual_host=")


def broker_tls(url: str) -> dict[str, Any]:
    """Return what verifies the server's certificate; Celery alone takes any."""
    if url.startswith("rediss:"):
        return {"ssl_cert_reqs": "required"}
    if url.startswith("amqps:"):
        return {"cert_reqs": ssl.CERT_REQUIRED, "server_hostname": None}
    return {}


def broker_options(url: str, folder: Path, longest_task: int) -> dict[str, Any]:
    """Return the transport's options. Directories lie in `folder`."""
    if url.startswith("filesystem:"):
        (folder / "control").mkdir(parents=True, exist_ok=True)
        return {
            "data_folder_in": str(folder),
            "data_folder_out": str(folder),
            "control_folder": str(folder / "control"),
            "polling_interval": LOOK_SECONDS,
        }
    if url.startswith("redis"):
        return {
            "socket_connect_timeout": CONNECT_SECONDS,
            "socket_timeout": ANSWER_SECONDS,
            # Redis redelivers a message after this: never while its task runs.
            "visibility_timeout": longest_task + 120,
        }
    return {"read_timeout": ANSWER_SECONDS, "write_timeout": ANSWER_SECONDS}
