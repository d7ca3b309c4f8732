"""Give everything that nobody handed over to its owner by the rules."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from clouds.models import CloudAccount
from clouds.versions import bump_version, bump_versions
from insights.models import Anomaly, Budget, Recommendation
from insights.owners.matching import (
    OwnerRules,
    Traits,
    accounts_by_id,
    traits_of_anomaly,
    traits_of_budget,
    traits_of_resource,
)
from inventory.models import Resource
from users.owned import OWNERS, Owned

# (key, owner now, owner by the rules)
Owner = tuple[int, int | None, int | None]
KEYS_AT_ONCE = 500


@transaction.atomic
def refresh_owners(now: datetime) -> int:
    """Refresh the owner of everything by the rules; return how many rows changed.

    What is about a resource goes to the owner of the resource.
    """
    rules = OwnerRules(now)
    changed = _store(Resource.objects.all(), _of_resources(rules))
    changed += _store(Recommendation.objects.all(), _of_their_resource(Recommendation))
    changed += _store(Recommendation.objects.all(), _of_commitments(rules))
    changed += _store(Anomaly.objects.all(), _of_their_resource(Anomaly))
    changed += _store(Anomaly.objects.all(), _of_costs(rules))
    return changed + _store(Budget.objects.all(), _of_budgets(rules))


def refresh_owner(row: Owned, rules: OwnerRules) -> None:
    """Give one row to its owner by the rules, with what is about it."""
    set_owner(row, _owner_of(row, rules))


def _owner_of(row: Owned, rules: OwnerRules) -> int | None:
    if isinstance(row, Resource):
        return rules.owner_of(traits_of_resource(row))
    if isinstance(row, Budget):
        return rules.owner_of(traits_of_budget(row))
    if isinstance(row, Anomaly) and row.resource is None:
        return rules.owner_of(traits_of_anomaly(row, accounts_by_id([row])))
    if isinstance(row, Recommendation) and row.resource is None:
        return rules.owner_of(Traits(row.account))
    assert isinstance(row, Anomaly | Recommendation)  # noqa: S101 - for the type checker
    return row.resource.owner_id if row.resource else None


def set_owner(row: Owned, owner: int | None) -> None:
    """Store the owner of a row, and of what is about it and was not handed over."""
    row.owner_id = owner
    row.save(update_fields=["owner"])
    if isinstance(row, Resource):
        for model in (Recommendation, Anomaly):
            about: QuerySet[Any] = model.objects.filter(resource=row.pk)
            about.filter(assigned_at=None).update(owner=owner)
        bump_version(row.account, OWNERS)


def _of_resources(rules: OwnerRules) -> Iterable[Owner]:
    accounts = CloudAccount.objects.select_related("payer").in_bulk()
    columns = ("kind", "resource_group", "tags", "account", "owner")
    rows = Resource.objects.filter(assigned_at=None).only(*columns)
    for row in rows.order_by().iterator():
        row.account = accounts[row.account_id]
        yield row.pk, row.owner_id, rules.owner_of(traits_of_resource(row))


def _of_their_resource(model: type[Any]) -> Iterable[Owner]:
    rows = model.objects.filter(assigned_at=None, resource__isnull=False).order_by()
    found: Iterable[Owner] = rows.values_list("pk", "owner", "resource__owner")
    return found


def _of_commitments(rules: OwnerRules) -> Iterable[Owner]:
    rows = Recommendation.objects.filter(assigned_at=None, resource=None)
    for row in rows.select_related("account__payer"):
        yield row.pk, row.owner_id, rules.owner_of(Traits(row.account))


def _of_costs(rules: OwnerRules) -> Iterable[Owner]:
    found = Anomaly.objects.filter(assigned_at=None, resource=None)
    rows: Sequence[Anomaly] = list(found.select_related("account__payer"))
    accounts = accounts_by_id(rows)
    for row in rows:
        owner = rules.owner_of(traits_of_anomaly(row, accounts))
        yield row.pk, row.owner_id, owner


def _of_budgets(rules: OwnerRules) -> Iterable[Owner]:
    rows = Budget.objects.filter(assigned_at=None).select_related("account__payer")
    for row in rows:
        yield row.pk, row.owner_id, rules.owner_of(traits_of_budget(row))


def _store(rows: QuerySet[Any], owners: Iterable[Owner]) -> int:
    """Store the owners that changed; return how many did."""
    changed: dict[int | None, list[int]] = defaultdict(list)
    for pk, before, after in owners:
        if before != after:
            changed[after].append(pk)
    for owner, keys in changed.items():
        for at in range(0, len(keys), KEYS_AT_ONCE):
            some = rows.filter(pk__in=keys[at : at + KEYS_AT_ONCE], assigned_at=None)
            some.update(owner=owner)
    if changed:
        bump_versions(OWNERS)
    return sum(map(len, changed.values()))
