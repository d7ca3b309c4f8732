"""What an archive holds of each table: whole months, with names instead of keys.

A file can be read without this database: it names accounts and resources as their
cloud does.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
from django.db.models import F, QuerySet

from archives.models import Table
from clouds.models import CloudAccount
from clouds.versions import bump_versions
from core.db.money_field import DECIMAL_PLACES, MAX_DIGITS
from core.windows import Window, add_months
from costs.models import DailyCost
from inventory.models import Resource
from metrics.models import CpuMetric, MemoryMetric, NetworkMetric
from syncs.datasets import Dataset

Row = tuple[Any, ...]
TEXT, DAY = pa.string(), pa.date32()
MONEY = pa.decimal128(MAX_DIGITS, DECIMAL_PLACES)
PERCENT, COUNT = pa.float64(), pa.int64()


class CannotRestore(Exception):
    """A file names something that this database does not know; the message says so."""


@dataclass(frozen=True, slots=True)
class Archived:
    """How the rows of one table are written, and what they are read back into."""

    rows: QuerySet[Any]
    """All of them, in an order without ties."""
    columns: Mapping[str, tuple[str, pa.DataType]]
    """Column of the file -> where it comes from, and its type."""
    models_of: Callable[[Sequence[Row]], list[Any]]
    """What a batch of the file's rows is in the database. Raises CannotRestore."""

    @property
    def schema(self) -> pa.Schema:
        return pa.schema([(name, kind) for name, (_, kind) in self.columns.items()])

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
    bump_versions(DATASETS[table])


def month_window(month: date) -> Window:
    return Window(month, add_months(month, 1))


# The dataset whose sync writes a table.
DATASETS = {
    Table.COST: Dataset.COST,
    Table.CPU: Dataset.CPU,
    Table.MEMORY: Dataset.CPU,
    Table.NETWORK: Dataset.CPU,
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
    "is_estimated": pa.bool_(),
}
RESOURCE = {
    "provider": ("resource__account__provider", TEXT),
    "account_id": ("resource__account__account_id", TEXT),
    "resource_id": ("resource__resource_id", TEXT),
    "day": ("day", DAY),
}
CPU_FIELDS = {
    "average_percent": PERCENT,
    "maximum_percent": PERCENT,
    "p99_percent": PERCENT,
    "samples": COUNT,
}
MEMORY_FIELDS = {"average_percent": PERCENT, "maximum_percent": PERCENT}
NETWORK_FIELDS = {"in_bytes": COUNT, "out_bytes": COUNT}


def _same(fields: Mapping[str, pa.DataType]) -> dict[str, tuple[str, pa.DataType]]:
    return {name: (name, kind) for name, kind in fields.items()}


def _costs(batch: Sequence[Row]) -> list[DailyCost]:
    accounts = {
        (account.provider, account.account_id): account
        for account in CloudAccount.objects.all()
    }
    _require({row[:2] for row in batch} - accounts.keys(), "account")
    return [
        DailyCost(
            account=accounts[row[:2]], **dict(zip(COST_FIELDS, row[2:], strict=True))
        )
        for row in batch
    ]


def _of_resources(
    model: type[CpuMetric] | type[MemoryMetric] | type[NetworkMetric],
    fields: Mapping[str, pa.DataType],
) -> Callable[[Sequence[Row]], list[Any]]:
    def models_of(batch: Sequence[Row]) -> list[Any]:
        wanted = {row[2] for row in batch}
        known = Resource.objects.filter(
            kind=Resource.Kind.INSTANCE, resource_id__in=wanted
        ).values_list("account__provider", "account__account_id", "resource_id", "pk")
        keys = {tuple(name): key for *name, key in known}
        _require({row[:3] for row in batch} - keys.keys(), "resource")
        return [
            model(
                resource_id=keys[row[:3]],
                day=row[3],
                **dict(zip(fields, row[4:], strict=True)),
            )
            for row in batch
        ]

    return models_of


def _require(unknown: set[tuple[str, ...]], what: str) -> None:
    if unknown:
        first = " ".join(min(unknown))
        more = f" and {len(unknown) - 1} more" if len(unknown) > 1 else ""
        raise CannotRestore(
            f"The file holds rows of the {what} {first}{more}, which is not known "
            "here. Add the account and sync it, then restore again."
        )


TABLES = {
    Table.COST: Archived(
        rows=DailyCost.objects.order_by("day", "id"),
        columns={
            "provider": ("account__provider", TEXT),
            "account_id": ("account__account_id", TEXT),
            **_same(COST_FIELDS),
        },
        models_of=_costs,
    ),
    Table.CPU: Archived(
        rows=CpuMetric.objects.order_by("day", "id"),
        columns={**RESOURCE, **_same(CPU_FIELDS)},
        models_of=_of_resources(CpuMetric, CPU_FIELDS),
    ),
    Table.MEMORY: Archived(
        rows=MemoryMetric.objects.order_by("day", "id"),
        columns={**RESOURCE, **_same(MEMORY_FIELDS)},
        models_of=_of_resources(MemoryMetric, MEMORY_FIELDS),
    ),
    Table.NETWORK: Archived(
        rows=NetworkMetric.objects.order_by("day", "id"),
        columns={**RESOURCE, **_same(NETWORK_FIELDS)},
        models_of=_of_resources(NetworkMetric, NETWORK_FIELDS),
    ),
}
