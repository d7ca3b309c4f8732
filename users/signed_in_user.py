"""The user of a request with all that each request asks of them, in one query."""

from collections.abc import Sequence
from typing import Any, cast

from django.contrib.auth.models import User
from django.db import connection

from clouds.models import AccountAccess

# In SQL, as each request asks it, and takes longer to compile than to run.
COLUMNS = """
    auth_user.*,
    access.id AS access_id,
    access.all_accounts AS access_to_all,
    (SELECT {concatenate}(type.app_label || '.' || permission.codename, ',')
        FROM auth_permission permission
        JOIN django_content_type type ON type.id = permission.content_type_id
        WHERE auth_user.is_superuser OR permission.id IN (
            SELECT permission_id FROM auth_user_user_permissions
            WHERE user_id = auth_user.id
            UNION ALL
            SELECT granted.permission_id FROM auth_group_permissions granted
            JOIN auth_user_groups member ON member.group_id = granted.group_id
            WHERE member.user_id = auth_user.id
        )
    ) AS permission_names
"""
TABLES = """
    auth_user LEFT JOIN clouds_accountaccess access ON access.user_id = auth_user.id
"""


def read_user(rest: str, parameters: Sequence[object], more: str = "") -> User | None:
    """Return the user that the `rest` of the statement finds, with their access to
    accounts and permissions, and `more` columns as attributes."""
    aggregate = "string_agg" if connection.vendor == "postgresql" else "group_concat"
    columns = COLUMNS.format(concatenate=aggregate) + more
    statement = f"SELECT {columns} FROM {TABLES} {rest}"  # noqa: S608 - all of our own text
    user: Any = next(iter(User.objects.raw(statement, parameters)), None)
    if user is None:
        return None
    access = None
    if user.access_id:
        access = AccountAccess(
            id=user.access_id,
            user_id=user.pk,
            all_accounts=bool(user.access_to_all),  # SQLite has integers
        )
    User._meta.get_field("account_access").set_cached_value(user, access)
    # Where Django's own backend looks before it asks.
    user._perm_cache = set(filter(None, (user.permission_names or "").split(",")))
    return cast(User, user)
