"""How each database is used, whatever else its address says."""

from typing import Any

from cloudintel.environment import env

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
