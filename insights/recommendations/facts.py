"""Instances with their metrics and changes, for the rules."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import date
from typing import Any, TypeVar

from django.db.models import Q, QuerySet

from clouds.models import CloudAccount
from clouds.registry import CLOUDS
from core.windows import Window, utc_day
from insights.recommendations.engine.advice import (
    Change,
    CpuDay,
    MachineFacts,
    NetworkDay,
)
from inventory.models import Instance, StateChange
from metrics.models import CpuMetric, MemoryMetric, NetworkMetric

ROWS_AT_ONCE = 5000
Record = TypeVar("Record", Change, CpuDay, NetworkDay)


def read_machines(
    account: CloudAccount, window: Window
) -> dict[Instance, MachineFacts]:
    """Return every instance that existed in the window, with its days. Five queries."""
    instances = Instance.objects.filter(account=account).present_since(window.start)
    rows = list(instances.order_by("pk"))
    stored = StateChange.objects.filter(resource__in=[row.pk for row in rows])
    changes = records_by_resource(stored.order_by("at", "id"), Change)
    billed_states = CLOUDS[account.provider].billed_states
    days = Q(resource__account=account, day__gte=window.start, day__lt=window.end)
    by_day = ("resource", "day")
    cpu = records_by_resource(CpuMetric.objects.filter(days).order_by(*by_day), CpuDay)
    memory = MemoryMetric.objects.filter(days, maximum_percent__isnull=False)
    used = _days_of(memory.values_list("resource", "day", "maximum_percent"))
    traffic = NetworkMetric.objects.filter(days).order_by(*by_day)
    network = records_by_resource(traffic, NetworkDay)
    return {
        row: MachineFacts(
            account_id=account.account_id,
            resource_id=row.resource_id,
            instance_type=row.instance_type,
            region=row.region,
            state=row.state,
            name=row.name,
            operating_system=row.operating_system,
            tenancy=row.tenancy,
            paid_anyway=row.paid_anyway,
            billed_states=billed_states,
            lifecycle=row.lifecycle,
            launched_at=row.launched_at,
            first_seen_at=row.first_seen_at,
            gone_since=row.gone_since,
            vcpus=row.vcpus,
            tags=row.tags,
            changes=changes[row.pk],
            cpu=cpu[row.pk],
            network=network[row.pk],
            memory_maximum_percent=_highest_of_type(used[row.pk], changes[row.pk]),
        )
        for row in rows
    }


def records_by_resource(
    rows: QuerySet[Any], kind: type[Record]
) -> dict[int, list[Record]]:
    """Return the rows as records, whose fields are columns, by their resource."""
    records: dict[int, list[Record]] = defaultdict(list)
    stored = rows.values_list("resource", *(column.name for column in fields(kind)))
    for pk, *values in stored.iterator(chunk_size=ROWS_AT_ONCE):
        records[pk].append(kind(*values))
    return records


def _days_of(rows: Iterable[tuple[int, date, float]]) -> dict[int, dict[date, float]]:
    days: dict[int, dict[date, float]] = defaultdict(dict)
    for pk, day, percent in rows:
        days[pk][day] = percent
    return days


def _highest_of_type(
    days: Mapping[date, float], changes: Iterable[Change]
) -> float | None:
    """Return the highest since it has its type; None if that is unknown.

    A percentage is of the memory of then.
    """
    retyped = [
        one.at for one in changes if one.field == "instance_type" and one.old_value
    ]
    since = max(map(utc_day, retyped), default=date.min)
    return max((days[day] for day in days if day > since), default=None)
