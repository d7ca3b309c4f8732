"""What the tests of the pipeline build their cloud of, and what is stored of it."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from costs.models import CostTotal, DailyCost
from inventory.models import Instance, StateChange
from metrics.models import CpuMetric, NetworkMetric
from providers.aws.settings import AwsSettings
from syncs.models import CloudAccount, SyncRun
from tests.emulator import EmulatedInstance, LineItem

ACCOUNT, OTHER = "123456789012", "222222222222"
LAUNCHED = datetime(2026, 1, 1, tzinfo=UTC)
USED = "AWS Lambda"
Rows = dict[str, list[tuple[Any, ...]]]


def account(account_id: str = ACCOUNT, **fields: Any) -> CloudAccount:
    """An account of that id, called as its id is; fields or settings of AWS."""
    settings = {name: fields.pop(name) for name in AwsSettings.names() & fields.keys()}
    fields.setdefault("settings", settings)
    return CloudAccount.objects.create(
        account_id=account_id, **{"name": account_id, **fields}
    )


def machine(
    instance_id: str, region: str = "eu-west-1", **fields: Any
) -> EmulatedInstance:
    """A running instance, launched at the beginning of the year."""
    return EmulatedInstance(
        instance_id, region, **{"launched_at": LAUNCHED, "name": instance_id, **fields}
    )


def charge(
    day: date,
    dollars: str,
    service: str = USED,
    kind: str = "Usage",
    region: str = "us-east-1",
    amortized: str | None = None,
    owner: str = "",
) -> LineItem:
    """A line of the bill."""
    return LineItem(
        *(day, service, region, kind, Decimal(dollars)),
        amortized=None if amortized is None else Decimal(amortized),
        linked_account=owner,
    )


def june(day: int) -> date:
    return date(2026, 6, day)


def billed(**which: Any) -> dict[date, Decimal]:
    """What is stored as the total of each day that has one."""
    totals = CostTotal.objects.filter(**which).exclude(billed=0)
    return dict(totals.order_by("day").values_list("day", "billed"))


def rows_miss_totals() -> list[CostTotal]:
    """The totals to which their day's rows do not sum, billed or effective."""
    missed = []
    for total in CostTotal.objects.all():
        sums = DailyCost.objects.filter(
            account=total.account, day=total.day, currency=total.currency
        ).aggregate(billed=Sum("billed"), effective=Sum("effective"))
        if (sums["billed"] or 0, sums["effective"] or 0) != (
            total.billed,
            total.effective,
        ):
            missed.append(total)
    return missed


def stored() -> Rows:
    """Every row that a cloud's answer left, without what tells one run from another."""
    return {
        "costs": _rows(
            DailyCost,
            *("account__account_id", "day", "sub_account_id", "service", "region"),
            *("charge_category", "currency", "billed", "effective", "is_estimated"),
        ),
        "totals": _rows(
            CostTotal,
            *("account__account_id", "day", "currency", "billed", "effective"),
            "is_estimated",
        ),
        "instances": _rows(
            Instance,
            *("account__account_id", "resource_id", "region", "name", "state"),
            *("instance_type", "vcpus", "memory_mib", "private_ip", "launched_at"),
        ),
        "changes": _rows(
            StateChange, "resource__resource_id", "field", "old_value", "new_value"
        ),
        "cpu": _rows(
            CpuMetric,
            *("resource__resource_id", "day", "average_percent", "maximum_percent"),
            *("p99_percent", "samples"),
        ),
        "network": _rows(
            NetworkMetric, "resource__resource_id", "day", "in_bytes", "out_bytes"
        ),
    }


def outcome(run: SyncRun) -> tuple[str, str]:
    """How the run ended, as the database has it: its status and its error."""
    run.refresh_from_db()
    assert run.finished_at
    return run.status, run.error


def _rows(model: Any, *columns: str) -> list[tuple[Any, ...]]:
    return sorted(model.objects.values_list(*columns), key=repr)
