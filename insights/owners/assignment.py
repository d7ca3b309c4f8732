"""How something is handed over to a person, or back to the rules: one function.

Pages and API call it. It is audited.
"""

from collections.abc import Sequence
from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Model

from core.api.permissions import view_right
from core.windows import utc_day
from insights.models import Anomaly, Budget, Recommendation
from insights.owners.refresh import refresh_owner, set_owner
from insights.transitions import AnyRequest
from inventory.models import Resource
from users.audit import record
from users.owned import Owned

# What has an owner -> its model, and the permission to hand it over.
KINDS: dict[str, tuple[type[Owned], str]] = {
    "anomaly": (Anomaly, "insights.change_anomaly"),
    "recommendation": (Recommendation, "insights.change_recommendation"),
    "budget": (Budget, "insights.change_budget"),
    "resource": (Resource, "inventory.assign_resource"),
}


class InvalidAssignment(Exception):
    """It cannot be handed over so; the message says why and what to do."""


@transaction.atomic
def assign(
    rows: Sequence[Owned],
    owner: User | None,
    now: datetime,
    *,
    request: AnyRequest,
    due_on: date | None = None,
    message: str = "",
) -> None:
    """Hand all of them over to that person; without one, back to the rules.

    Raise InvalidAssignment, and hand over none, where one cannot be.
    """
    if owner is None and (due_on or message):
        raise InvalidAssignment("Choose the person for whom the date or message is.")
    if due_on and due_on < utc_day(now):
        raise InvalidAssignment(f"It cannot be due on {due_on}, which has passed.")
    for row in rows:
        if owner is not None:
            _require_sight(owner, row)
        before = _owner_name(row)
        row.due_on, row.message = due_on, message.strip()
        row.assigned_at = now if owner else None
        row.assigned_by = request.user.get_username() if owner else ""
        row.save(update_fields=["due_on", "message", "assigned_at", "assigned_by"])
        if owner is None:
            refresh_owner(row, now)
        else:
            set_owner(row, owner.pk)
        row.refresh_from_db(fields=["owner"])
        _record(row, before, request)


def _record(row: Owned, before: str | None, request: AnyRequest) -> None:
    details = {"due_on": row.due_on and row.due_on.isoformat(), "note": row.message}
    given = {name: value for name, value in details.items() if value}
    action = f"{row._meta.model_name}.assign"
    record(request, action, row, owner=[before, _owner_name(row)], **given)


def _owner_name(row: Owned) -> str | None:
    return row.owner.get_username() if row.owner else None


def _require_sight(owner: User, row: Owned) -> None:
    """Raise InvalidAssignment unless that person may see it."""
    name = owner.get_username()
    if not owner.is_active:
        raise InvalidAssignment(f"{name} cannot sign in any more; choose another.")
    model: type[Model] = type(row)
    seen = model._default_manager.filter(pk=row.pk).visible_to(owner)  # type: ignore[attr-defined]
    if not owner.has_perm(view_right(model)) or not seen.exists():
        raise InvalidAssignment(
            f"{name} may not see {row}. Give them access to it first, or choose "
            "another person."
        )
