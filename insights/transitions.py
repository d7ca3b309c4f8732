"""What every change of a row's status shares: the version check, the write, the audit.

People work on the same rows side by side. A change of a version that is no longer the
newest is refused and overwrites nothing. `insights.anomalies.transitions` and
`insights.recommendations.transitions` hold the rules of each kind of row.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar, cast

from django.contrib.auth.models import User
from django.db import models
from django.db.models import F
from django.http import HttpRequest
from rest_framework.request import Request

from insights.models import Anomaly, Recommendation
from users.audit import record

AnyRequest = HttpRequest | Request
Row = TypeVar("Row", Anomaly, Recommendation)


class InvalidTransition(Exception):
    """The row cannot get that status; the message says why and what to do."""


class StaleVersion(InvalidTransition):
    """The row was changed since it was read; nothing was written."""


def require_version(row: Any, version: int | None) -> None:
    """Raise StaleVersion unless `version` is the row's own."""
    if version is None:
        raise StaleVersion("Give the version that this is a change of.")
    if row.version != version:
        raise _stale(version)


def update_version(row: models.Model, version: int, values: Mapping[str, Any]) -> None:
    """Write `values` with one conditional update. Raise StaleVersion."""
    same = type(row)._default_manager.filter(pk=row.pk, version=version)
    if same.update(**values, version=F("version") + 1) != 1:
        raise _stale(version)


def _stale(version: int) -> StaleVersion:
    return StaleVersion(
        f"Somebody else has changed this since version {version} was shown. "
        "Look at what it is now, and change that."
    )


def write_transition(
    row: Row,
    status: str,
    version: int,
    now: datetime,
    *,
    request: AnyRequest | None,
    note: str,
    values: Mapping[str, Any] | None = None,
) -> None:
    """Store the status, its history and its audit entry, within a transaction.

    Without a request a refresh changes it, which is no entry of the audit log.
    `values` are further columns to set.
    """
    before = row.status
    update_version(row, version, {**(values or {}), "status": status})
    user = cast("User", request.user) if request else None
    row.changes.create(
        at=now,
        user=user,
        user_name=user.get_username() if user else "",
        old_status=before,
        new_status=status,
        note=note,
    )
    row.refresh_from_db()
    if request:
        action = f"{row._meta.model_name}.change_status"
        record(request, action, row, status=[before, status])
