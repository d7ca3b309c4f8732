"""Old months for tests: a few rows of each table."""

from datetime import date
from io import StringIO

from django.core.management import call_command

from archives.models import Table
from clouds.models import CloudAccount
from core.windows import Window
from costs.models import CostDay, CostRollup, DailyCost, TagCost
from costs.testing import store_costs, tagged
from inventory.testing import instance
from metrics.models import CpuMetric, MemoryMetric, NetworkMetric, UsageMetric
from metrics.testing import store_cpu, store_memory, store_usage
from users.audit import Actor

ADA = Actor(None, "ada")
# Those of whose rows the helpers below store some.
DAY_TABLES = [
    *(Table.COST, Table.TAG, Table.CPU),
    *(Table.MEMORY, Table.NETWORK, Table.USAGE),
]
MARCH = date(2024, 3, 1)
APRIL = date(2024, 4, 1)
SPAN = Window(date(2024, 3, 30), date(2024, 4, 3))


def store_old_months(owner: CloudAccount) -> None:
    """Two days of March and two of April 2024, in each table."""
    store_costs(owner, SPAN, {"EC2": "1.2345678901", "S3": "-0.5"})
    for day in SPAN.days():
        tagged(owner, day, "shop", "0.7345678901")
    old = instance(owner, "old")
    store_cpu(old, SPAN, 12.5)
    store_memory(old, SPAN, 60.0)
    store_usage(old, SPAN, requests=8.0)


def sums() -> list[tuple[object, ...]]:
    """Every sum that is kept per day."""
    days = CostDay.objects.values_list("day", "billed", "effective", "row_count")
    rollups = CostRollup.objects.values_list(
        *("dimension", "day", "service", "region", "resource_group"),
        *("sub_account_id", "billed", "effective", "row_count"),
    )
    return sorted(map(tuple, [*days, *rollups]), key=repr)


def contents() -> list[list[tuple[object, ...]]]:
    """Everything that may be pruned, but for the keys of the rows."""
    return [
        sorted(
            (tuple(v for k, v in row.items() if k != "id") for row in rows), key=repr
        )
        for rows in (
            DailyCost.objects.values(),
            TagCost.objects.values(),
            CpuMetric.objects.values(),
            MemoryMetric.objects.values(),
            NetworkMetric.objects.values(),
            UsageMetric.objects.values(),
        )
    ]


def run(command: str, *arguments: object) -> str:
    out = StringIO()
    call_command(command, *map(str, arguments), stdout=out, stderr=StringIO())
    return out.getvalue()
