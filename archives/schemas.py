"""What an archive holds of each table: whole months, with names instead of keys.

A file can be read without this database: it names accounts and resources as their
cloud does.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, QuerySet

from archives.models import Table
from archives.parquet import Row
from clouds.models import CloudAccount
from clouds.versions import bump_versions
from core.db.money_field import DECIMAL_PLACES, MAX_DIGITS
from core.windows import Window, add_months
from costs.models import DailyCost, TagCost
from inventory.models import Resource
from metrics.models import (
    CpuMetric,
    DailyMetric,
    MemoryMetric,
    NetworkMetric,
    UsageMetric,
)
from syncs.datasets import Dataset

# Types of columns, as DuckDB names them.
TEXT, DAY, YES_OR_NO = "VARCHAR", "DATE", "BOOLEAN"
MONEY = f"DECIMAL({MAX_DIGITS},{DECIMAL_PLACES})"
FLOAT, COUNT = "DOUBLE", "BIGINT"


class CannotRestore(Exception):
    """A file names something that this database does not know; the message says so."""


@dataclass(frozen=True, slots=True)
class Archived:
    """How the rows of one table are written, and what they are read back into."""

    rows: QuerySet[Any]
    """All of them, in an order without ties."""
    columns: Mapping[str, tuple[str, str]]
    """Column of the file -> where it comes from, and its type."""
    models_of: Callable[[Sequence[Row]], list[Any]]
    """What a batch of the file's rows is in the database. Raises CannotRestore."""

    @property
    def types(self) -> dict[str, str]:
        return {name: kind for name, (_, kind) in self.columns.items()}

    def of_month(self, month: date) -> QuerySet[Any]:
        return self.rows.filter(day__gte=month, day__lt=add_months(month, 1))

    def values(self, month: date) -> QuerySet[Any, Row]:
        """The rows of a month as the file holds them."""
        sources = [F(source) for source, _ in self.columns.values()]
        return self.of_month(month).values_list(*sources)


def lock_writers() -> None:
    """Wait for syncs that store, and let no other store until the transaction ends."""
    accounts = CloudAccount.objects.order_by("pk").select_for_update(no_key=True)
    list(accounts.values_list("pk"))


def move_table_version(table: Table) -> None:
    """Whatever was made of these rows before is stale. Within a transaction."""
    for dataset in DATASETS[table]:
        bump_versions(dataset)


def month_window(month: date) -> Window:
    return Window(month, add_months(month, 1))


# The datasets whose syncs write a table.
DATASETS = {
    Table.COST: [Dataset.COST],
    Table.TAG: [Dataset.COST],
    Table.CPU: [Dataset.CPU, Dataset.USAGE],
    Table.MEMORY: [Dataset.CPU, Dataset.USAGE],
    Table.NETWORK: [Dataset.CPU],
    Table.USAGE: [Dataset.USAGE],
}
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


def _of_bills(
    model: type[DailyCost] | type[TagCost], fields: Mapping[str, str]
) -> Archived:
    """Days of accounts, named as their clouds do."""

    def models_of(batch: Sequence[Row]) -> list[Any]:
        accounts = {
            (account.provider, account.account_id): account
            for account in CloudAccount.objects.all()
        }
        _require({row[:2] for row in batch} - accounts.keys(), "account")
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


def _of_resources(model: type[DailyMetric], fields: Mapping[str, str]) -> Archived:
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
        _require({*named} - keys.keys(), "resource")
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


def _require(unknown: set[tuple[str, ...]], what: str) -> None:
    if unknown:
        first = " ".join(min(unknown))
        more = f" and {len(unknown) - 1} more" if len(unknown) > 1 else ""
        raise CannotRestore(
            f"The file holds rows of the {what} {first}{more}, which is not known "
            "here. Add the account and sync it, then restore again."
        )


TABLES = {
    Table.COST: _of_bills(DailyCost, COST_FIELDS),
    Table.TAG: _of_bills(TagCost, TAG_FIELDS),
    Table.CPU: _of_resources(CpuMetric, CPU_FIELDS),
    Table.MEMORY: _of_resources(MemoryMetric, MEMORY_FIELDS),
    Table.NETWORK: _of_resources(NetworkMetric, NETWORK_FIELDS),
    Table.USAGE: _of_resources(UsageMetric, USAGE_FIELDS),
}
