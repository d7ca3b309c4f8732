"""What pgbouncer says of its pools."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any

from django.conf import settings

ANSWERS_WITHIN_SECONDS = 2
COLUMNS = {
    "database": "database",
    "user": "user",
    "pool_mode": "pool_mode",
    "cl_active": "clients",
    "cl_waiting": "waiting",
    "sv_active": "in_use",
    "sv_idle": "idle",
    "maxwait": "longest_wait_seconds",
}


class PoolerAway(Exception):
    """The sentence names its host, and no password."""


def pools() -> Sequence[Mapping[str, Any]] | None:
    """Return the pools of the pgbouncer at PGBOUNCER_URL; None where none is set.

    Raise PoolerAway where it does not answer.
    """
    if not settings.PGBOUNCER_URL:
        return None
    # A start without PostgreSQL does not pay for it.
    import psycopg2
    from psycopg2.extras import RealDictCursor

    try:
        console = psycopg2.connect(
            settings.PGBOUNCER_URL,
            connect_timeout=ANSWERS_WITHIN_SECONDS,
            tcp_user_timeout=ANSWERS_WITHIN_SECONDS * 1000,
            cursor_factory=RealDictCursor,
        )
        with closing(console):
            console.autocommit = True  # its console knows no transactions
            with console.cursor() as cursor:
                cursor.execute("SHOW POOLS")
                rows = cursor.fetchall()
    except psycopg2.Error as error:
        raise PoolerAway(
            f"pgbouncer at PGBOUNCER_URL does not answer ({type(error).__name__}). "
            "Look whether it runs, and whether the user is among its stats_users."
        ) from None
    return [_renamed(row) for row in rows if row["database"] != "pgbouncer"]


def _renamed(row: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: row.get(column) for column, name in COLUMNS.items()}
