"""What a test committed is deleted where it is, rather than from every table.

Django truncates all of a hundred tables and then writes permissions and roles anew,
which takes longer than most of these tests.
"""

from typing import Any

from django.db import connection
from django.test import TransactionTestCase

# Written by the migrations. A test that changes them has Django write them anew.
KEPT = [
    *("django_content_type", "auth_permission"),
    *("auth_group", "auth_group_permissions"),
]
as_migrated: list[Any] = []
flush_all = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]


def begin() -> None:
    """Have tests deleted like that from now on; the database is as it was migrated.

    One that is used again may hold what a test left that was killed.
    """
    _delete_filled()
    as_migrated[:] = _kept_rows()
    TransactionTestCase._fixture_teardown = _delete  # type: ignore[attr-defined]


def _kept_rows() -> list[Any]:
    with connection.cursor() as cursor:
        rows = []
        for table in KEPT:
            cursor.execute(f"SELECT * FROM {table} ORDER BY id")  # noqa: S608
            rows.append(cursor.fetchall())
        return rows


def _delete(case: TransactionTestCase) -> None:
    if _kept_rows() != as_migrated:
        flush_all(case)
        as_migrated[:] = _kept_rows()
        return
    _delete_filled()


def _delete_filled() -> None:
    # Foreign keys are looked at when it is committed, so that the order is no matter.
    quote = connection.ops.quote_name
    statements = [f"DELETE FROM {quote(table)}" for table in _filled()]  # noqa: S608
    connection.ops.execute_sql_flush(statements)


def _filled() -> list[str]:
    names = connection.introspection.django_table_names(
        only_existing=True, include_views=False
    )
    quote = connection.ops.quote_name
    asked = [
        f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {quote(name)})"  # noqa: S608
        for name in {*names} - {*KEPT}
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(asked))
        return [name for (name,) in cursor.fetchall()]
