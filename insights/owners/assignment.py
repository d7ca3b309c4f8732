"""How something is handed over to a person, or back to the rules: one function.

Pages and API call it. It is audited, and the person is notified.
"""

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from core.api.permissions import view_right
from core.refusals import Refusal
from core.windows import utc_day
from insights.models import Anomaly, Budget, Recommendation
from insights.owners.matching import OwnerRules
from insights.owners.notices import notify_owner
from insights.owners.refresh import refresh_owner, set_owner
from inventory.models import Resource
from users.audit import AnyRequest, record
from users.owned import Owned

# What has an owner -> its model, and the permission to hand it over.
KINDS: dict[str, tuple[type[Owned], str]] = {
    "anomaly": (Anomaly, "insights.change_anomaly"),
    "recommendation": (Recommendation, "insights.change_recommendation"),
    "budget": (Budget, "insights.change_budget"),
    "resource": (Resource, "inventory.assign_resource"),
}


class InvalidAssignment(Refusal):
    """It cannot be handed over so; the message says why and what to do."""

    field = "owner"


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
    if owner is None:
        set_new_owner = partial(refresh_owner, rules=OwnerRules(now))
    else:
        _require_sight(owner, rows)
        set_new_owner = partial(set_owner, owner=owner.pk)
    for row in rows:
        before = _owner_name(row)
        row.due_on, row.message = due_on, message.strip()
        row.assigned_at = now if owner else None
        row.assigned_by = request.user.get_username() if owner else ""
        row.save(update_fields=["due_on", "message", "assigned_at", "assigned_by"])
        set_new_owner(row)
        _record(row, before, request)
    if owner is not None and owner != request.user:
        notify_owner(owner, rows, now, request)


def _record(row: Owned, before: str | None, request: AnyRequest) -> None:
    details = {"due_on": row.due_on and row.due_on.isoformat(), "note": row.message}
    given = {name: value for name, value in details.items() if value}
    action = f"{row._meta.model_name}.assign"
    record(request, action, row, owner=[before, _owner_name(row)], **given)


def _owner_name(row: Owned) -> str | None:
    return row.owner.get_username() if row.owner else None


def _require_sight(owner: User, rows: Sequence[Owned]) -> None:
    """Raise InvalidAssignment unless that person may see all of them. One query."""
    name = owner.get_username()
    if not owner.is_active:
        raise InvalidAssignment(f"{name} cannot sign in any more; choose another.")
    model: Any = type(rows[0])
    seen = model.objects.visible_to(owner).in_bulk([row.pk for row in rows])
    may_see = owner.has_perm(view_right(model))
    for row in rows:
        if not may_see or row.pk not in seen:
            raise InvalidAssignment(
                f"{name} may not see {row}. Give them access to it first, or choose "
                "another person."
            )
