"""Keys of rows that are large, as they are where cloudintel has run for a while."""

from django.db import connection

STATEMENTS = {
    "postgresql": [
        "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, 20000)"
        " FROM pg_sequences"
    ],
    "sqlite": [
        "DELETE FROM sqlite_sequence",
        "INSERT INTO sqlite_sequence (name, seq) SELECT name, 20000"
        " FROM sqlite_master WHERE sql LIKE '%AUTOINCREMENT%'",
    ],
}


def begin_with_large_keys() -> None:
    """Let each table give keys from 20,001 on."""
    with connection.cursor() as cursor:
        for statement in STATEMENTS[connection.vendor]:
            cursor.execute(statement)
