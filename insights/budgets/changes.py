"""How a budget is added, changed and deleted: one function each, with its audit entry.

Pages, API and admin call these. Each counts the budget at once.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, cast

from django.contrib.auth.models import User
from django.db import transaction

from clouds.versions import bump_version
from core.money import CENT
from insights.budgets.refresh import BUDGETS, refresh_budget
from insights.models import Budget
from insights.owners.matching import OwnerRules
from insights.owners.refresh import refresh_owner
from insights.transitions import update_version
from users.audit import AnyRequest, record
from users.changes import values_changed

# What users decide about a budget; the rest is computed.
EDITABLE = (
    *("name", "scope", "account", "key", "currency", "amount"),
    *("actual_percents", "forecasted_percents", "recipients"),
)


@transaction.atomic
def add_budget(budget: Budget, now: datetime, request: AnyRequest) -> None:
    """Store a new budget."""
    budget.created_by, budget.created_at = cast("User", request.user), now
    budget.save()
    refresh_budget(budget, now)
    refresh_owner(budget, OwnerRules(now))
    record(request, "budget.add", budget, **_changes(None, budget, EDITABLE))
    bump_version(budget.account, BUDGETS)


@transaction.atomic
def change_budget(
    budget: Budget,
    values: Mapping[str, Any],
    version: int,
    now: datetime,
    request: AnyRequest,
) -> None:
    """Store other values, if nobody changed it since `version`; raise StaleVersion."""
    before = Budget.objects.get(pk=budget.pk)
    update_version(budget, version, values)
    budget.refresh_from_db()
    refresh_budget(budget, now)
    if budget.assigned_at is None:
        refresh_owner(budget, OwnerRules(now))
    record(request, "budget.change", budget, **_changes(before, budget, values))
    for account in {before.account, budget.account}:
        bump_version(account, BUDGETS)


@transaction.atomic
def delete_budget(budget: Budget, request: AnyRequest) -> None:
    """Delete it with its alerts."""
    record(request, "budget.delete", budget)
    budget.delete()
    bump_version(budget.account, BUDGETS)


def _changes(
    before: Budget | None, after: Budget, names: Iterable[str]
) -> dict[str, Any]:
    """Return {field: [before, after]} for the audit log, amounts to the cent."""
    for row in (before, after):
        if row is not None:
            row.amount = row.amount.quantize(CENT)
    return values_changed(before, after, names)
