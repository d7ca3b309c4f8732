"""Every table that is archived, and what its archives hold."""

from datetime import date
from typing import Any

from django.db.models import Max, Q, QuerySet

from alerts.models import Notice
from archives.archived import Archived
from archives.archived_days import (
    COST_FIELDS,
    CPU_FIELDS,
    MEMORY_FIELDS,
    NETWORK_FIELDS,
    TAG_FIELDS,
    USAGE_FIELDS,
    of_bills,
    of_resources,
)
from archives.archived_models import archived_model
from archives.archived_points import archived_points
from archives.models import Table
from clouds.models import CloudAccount
from clouds.versions import bump_versions
from core.windows import Window, add_months
from costs.models import DailyCost, TagCost
from insights.models import Feedback
from metrics.models import CpuMetric, MemoryMetric, NetworkMetric, UsageMetric
from monitoring.metrics.distribution import packed
from monitoring.models import MetricRollup
from syncs.datasets import Dataset
from syncs.models import Backfill, Incident, SyncRun
from users.models import AuditEntry

# The datasets whose syncs write a table.
DATASETS = {
    Table.COST: [Dataset.COST],
    Table.TAG: [Dataset.COST],
    Table.CPU: [Dataset.CPU, Dataset.USAGE],
    Table.MEMORY: [Dataset.CPU, Dataset.USAGE],
    Table.NETWORK: [Dataset.CPU],
    Table.USAGE: [Dataset.USAGE],
}


def _runs() -> QuerySet[Any]:
    """Those that ended, but for the newest and the newest good one of each dataset: of
    those it is told how fresh the data is and what a backfill costs."""
    newest = SyncRun.objects.order_by().values("account", "dataset")
    last = newest.annotate(last=Max("pk")).values("last")
    good = newest.filter(status__in=SyncRun.GOOD).annotate(last=Max("pk"))
    ended = SyncRun.objects.exclude(status__in=SyncRun.ACTIVE)
    return ended.exclude(pk__in=last).exclude(pk__in=good.values("last"))


def _notices() -> QuerySet[Any]:
    """Those that were sent or given up, but for those of an incident that is open,
    which would be sent again."""
    is_open = Q(
        about_type__app_label="syncs",
        about_type__model="incident",
        about_id__in=Incident.objects.open().values("pk"),
    )
    return Notice.objects.filter(Q(due_at=None) | ~Q(sent_at=None)).exclude(is_open)


TABLES: dict[str, Archived] = {
    Table.COST: of_bills(DailyCost, COST_FIELDS),
    Table.TAG: of_bills(TagCost, TAG_FIELDS),
    Table.CPU: of_resources(CpuMetric, CPU_FIELDS),
    Table.MEMORY: of_resources(MemoryMetric, MEMORY_FIELDS),
    Table.NETWORK: of_resources(NetworkMetric, NETWORK_FIELDS),
    Table.USAGE: of_resources(UsageMetric, USAGE_FIELDS),
    Table.RUNS: archived_model(_runs(), "started_at", left_out=["backfill_window"]),
    Table.BACKFILLS: archived_model(
        Backfill.objects.exclude(finished_at=None), "finished_at"
    ),
    Table.NOTICES: archived_model(_notices(), "created_at"),
    Table.FEEDBACK: archived_model(Feedback.objects.all(), "created_at"),
    Table.AUDIT: archived_model(AuditEntry.objects.all(), "at"),
    Table.POINTS: archived_points(),
    Table.HOURS: archived_model(
        MetricRollup.objects.filter(interval=MetricRollup.Interval.HOUR),
        "start_at",
        read_as={"buckets": packed},
    ),
}


def lock_writers() -> None:
    """Wait for syncs that store, and let no other store until the transaction ends."""
    accounts = CloudAccount.objects.order_by("pk").select_for_update(no_key=True)
    list(accounts.values_list("pk"))


def move_table_version(table: Table) -> None:
    """Whatever was made of these rows before is stale. Within a transaction."""
    for dataset in DATASETS.get(table, ()):
        bump_versions(dataset)


def month_window(month: date) -> Window:
    return Window(month, add_months(month, 1))
