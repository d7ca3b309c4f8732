"""Archives of what is stored per day: costs of accounts, and use of resources."""

from collections.abc import Mapping, Sequence
from typing import Any

from archives.archived import (
    COUNT,
    DAY,
    FLOAT,
    MONEY,
    TEXT,
    YES_OR_NO,
    Archived,
    require,
)
from archives.parquet import Row
from clouds.models import CloudAccount
from costs.models import DailyCost, TagCost
from inventory.models import Resource
from metrics.models import DailyMetric

COST_FIELDS = {
    "day": DAY,
    "sub_account_id": TEXT,
    "service": TEXT,
    "region": TEXT,
    "resource_group": TEXT,
    "charge_category": TEXT,
    "currency": TEXT,
    "billed": MONEY,
    "effective": MONEY,
    "is_estimated": YES_OR_NO,
}
TAG_FIELDS = {
    "day": DAY,
    "tag_key": TEXT,
    "tag_value": TEXT,
    "sub_account_id": TEXT,
    "service": TEXT,
    "currency": TEXT,
    "billed": MONEY,
    "effective": MONEY,
    "is_estimated": YES_OR_NO,
}
RESOURCE = {
    "provider": ("resource__account__provider", TEXT),
    "account_id": ("resource__account__account_id", TEXT),
    "resource_id": ("resource__resource_id", TEXT),
    "day": ("day", DAY),
}
CPU_FIELDS = {
    "average_percent": FLOAT,
    "maximum_percent": FLOAT,
    "p99_percent": FLOAT,
    "samples": COUNT,
}
MEMORY_FIELDS = {"average_percent": FLOAT, "maximum_percent": FLOAT}
NETWORK_FIELDS = {"in_bytes": COUNT, "out_bytes": COUNT}
USAGE_FIELDS = {
    "metric": TEXT,
    "average": FLOAT,
    "maximum": FLOAT,
    "total": FLOAT,
}


def _same(fields: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    return {name: (name, kind) for name, kind in fields.items()}


def of_bills(
    model: type[DailyCost] | type[TagCost], fields: Mapping[str, str]
) -> Archived:
    """Days of accounts, named as their clouds do."""

    def models_of(batch: Sequence[Row]) -> list[Any]:
        accounts = {
            (account.provider, account.account_id): account
            for account in CloudAccount.objects.all()
        }
        require({row[:2] for row in batch} - accounts.keys(), "account")
        return [
            model(account=accounts[row[:2]], **dict(zip(fields, row[2:], strict=True)))
            for row in batch
        ]

    return Archived(
        rows=model.objects.order_by("day", "id"),
        columns={
            "provider": ("account__provider", TEXT),
            "account_id": ("account__account_id", TEXT),
            **_same(fields),
        },
        models_of=models_of,
    )


def of_resources(model: type[DailyMetric], fields: Mapping[str, str]) -> Archived:
    """Days of resources, named as their clouds do; the kind is the last column, which
    the first files, all of instances, do not have."""

    def models_of(batch: Sequence[Row]) -> list[Any]:
        instance = (Resource.Kind.INSTANCE.value,)
        named = [(*row[:3], *(row[4 + len(fields) :] or instance)) for row in batch]
        known = Resource.objects.filter(
            resource_id__in={resource_id for _, _, resource_id, _ in named}
        ).values_list(
            *("account__provider", "account__account_id"),
            *("resource_id", "kind", "pk"),
        )
        keys = {tuple(name): key for *name, key in known}
        require({*named} - keys.keys(), "resource")
        return [
            model(
                resource_id=keys[name],
                day=row[3],
                **dict(zip(fields, row[4:], strict=False)),
            )
            for name, row in zip(named, batch, strict=True)
        ]

    return Archived(
        rows=model._default_manager.order_by("day", "id"),
        columns={**RESOURCE, **_same(fields), "kind": ("resource__kind", TEXT)},
        models_of=models_of,
    )
