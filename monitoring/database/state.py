"""What the database says of itself."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.core.cache import cache as answers
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from monitoring.models import HealthPeriod

# To add up SQLite's pages by table takes seconds where there are millions.
TABLES_TRUE_FOR_SECONDS = 600
LARGEST_ADDED_UP = 100 * 2**20
Rows = Sequence[Mapping[str, Any]]


def rows_of(sql: str, *values: str | bool) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def is_postgres() -> bool:
    return connection.vendor == "postgresql"


def database_state(now: datetime) -> dict[str, Any]:
    """Return size, tables, connections, age of what waits, migrations and backups."""
    found = _of_postgres(now) if is_postgres() else _of_sqlite()
    backups = HealthPeriod.objects.filter(component="backups")
    newest = backups.newest(since=now - timedelta(minutes=3))
    return {
        "engine": connection.vendor,
        **found,
        "migrations": _migrations(),
        "backups": _backups(newest.get("backups")),
    }


def _backups(row: Any) -> dict[str, Any] | None:
    """Return what the check of backups found; None where there is none."""
    if row is None:
        return None
    return {"state": row.state, "message": row.message, "checked_at": row.checked_at}


def _of_postgres(now: datetime) -> dict[str, Any]:
    (about,) = rows_of(
        "SELECT current_setting('server_version') AS version, "
        "pg_database_size(current_database()) AS size_bytes, "
        "pg_is_in_recovery() AS is_replica, "
        "current_setting('archive_mode') AS archive_mode"
    )
    (oldest,) = rows_of(
        "SELECT min(xact_start) AS at FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    archive_mode = about.pop("archive_mode")
    return {
        **about,
        "tables": postgres_tables(),
        "connections": connections(),
        "oldest_transaction_seconds": _age(oldest["at"], now),
        "replicas": _replicas(),
        "wal_archive": None if archive_mode == "off" else _wal_archive(now),
    }


def postgres_tables() -> Rows:
    """Rows are as of the last ANALYZE; null where there was none."""
    return rows_of(
        "SELECT c.relname AS name, "
        "CASE WHEN c.reltuples < 0 THEN NULL ELSE c.reltuples::bigint END AS rows, "
        "pg_total_relation_size(c.oid) AS bytes FROM pg_class c "
        "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' "
        "AND n.nspname = current_schema() ORDER BY bytes DESC, name"
    )


def _replicas() -> Rows:
    return rows_of(
        "SELECT application_name AS name, state, "
        "pg_wal_lsn_diff(sent_lsn, replay_lsn)::bigint AS behind_bytes, "
        "extract(epoch FROM replay_lag)::float AS behind_seconds "
        "FROM pg_stat_replication ORDER BY application_name, pid"
    )


def _wal_archive(now: datetime) -> dict[str, Any]:
    (found,) = rows_of(
        "SELECT last_archived_time, last_failed_time, failed_count "
        "FROM pg_stat_archiver"
    )
    last, failed = found["last_archived_time"], found["last_failed_time"]
    return {
        "age_seconds": _age(last, now),
        "failed": found["failed_count"],
        "is_failing": bool(failed and (last is None or failed > last)),
    }


def _age(at: datetime | None, now: datetime) -> float | None:
    return None if at is None else max((now - at).total_seconds(), 0)


def connections() -> dict[str, Any]:
    """Return how many of this server's connections to this database do what.

    Where there is no server there is no limit, and nobody waits.
    """
    if not is_postgres():
        nothing = dict.fromkeys(("in_use", "idle", "idle_in_transaction", "limit"))
        return {**nothing, "waiting": None}
    (found,) = rows_of(
        "SELECT count(*) FILTER (WHERE state = 'active') AS in_use, "
        "count(*) FILTER (WHERE state = 'idle') AS idle, "
        "count(*) FILTER (WHERE state LIKE 'idle in transaction%%') "
        "AS idle_in_transaction, "
        "current_setting('max_connections')::int AS limit, "
        "count(*) FILTER (WHERE wait_event_type = 'Lock') AS waiting "
        "FROM pg_stat_activity WHERE datname = current_database()"
    )
    return found


def _of_sqlite() -> dict[str, Any]:
    (about,) = rows_of(
        "SELECT sqlite_version() AS version, page_count * page_size AS size_bytes "
        "FROM pragma_page_count, pragma_page_size"
    )
    return {
        **about,
        "is_replica": False,
        "tables": sqlite_tables(about["size_bytes"]),
        "connections": connections(),
        "oldest_transaction_seconds": None,
        "replicas": [],
        "wal_archive": None,
    }


def sqlite_tables(size_bytes: int) -> Rows:
    """Rows are the highest row id: at least as many, as some were deleted. Bytes are
    null in a large database."""
    found: Rows | None = answers.get("monitoring:tables")
    if found is None:
        tables = rows_of(
            "SELECT tbl_name AS name, sum((SELECT sum(pgsize) FROM dbstat s "
            "WHERE s.name = m.name AND s.aggregate = TRUE AND %s)) AS bytes "
            "FROM sqlite_master m GROUP BY tbl_name ORDER BY bytes DESC, tbl_name",
            size_bytes <= LARGEST_ADDED_UP,
        )
        highest = _highest([one["name"] for one in tables])
        found = [{**one, "rows": highest.get(one["name"])} for one in tables]
        if size_bytes > LARGEST_ADDED_UP:
            found = sorted(found, key=lambda one: -(one["rows"] or 0))
        answers.set("monitoring:tables", found, TABLES_TRUE_FOR_SECONDS)
    return found


def _highest(tables: Sequence[str]) -> Mapping[str, int]:
    quote = connection.ops.quote_name
    ours = [one for one in tables if not one.startswith("sqlite_")]
    each = (f"SELECT %s AS name, max(rowid) AS rows FROM {quote(one)}" for one in ours)  # noqa: S608
    return {
        row["name"]: row["rows"] or 0
        for row in rows_of(" UNION ALL ".join(each), *ours)
    }


@cache
def known_migrations() -> frozenset[tuple[str, str]]:
    """Return the migrations of this release. Reading their files takes a while."""
    loader = MigrationLoader(None, load=False)
    loader.load_disk()
    return frozenset(loader.disk_migrations)


def _migrations() -> dict[str, Any]:
    applied = set(MigrationRecorder(connection).applied_migrations())
    known = known_migrations()
    apps = {app for app, _ in known}
    newer = {one for one in applied - known if one[0] in apps}
    return {
        "applied": len(applied & known),
        "missing": [".".join(one) for one in sorted(known - applied)],
        "of_another_release": [".".join(one) for one in sorted(newer)],
    }
