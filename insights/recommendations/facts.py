"""Instances with their metrics and changes, and compute bills, for the rules."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.db.models import Q, Sum

from clouds.models import CloudAccount
from core.money import ZERO
from core.windows import Window
from costs.models import CostTotal, DailyCost
from insights.recommendations.engine.advice_records import (
    BillDay,
    Change,
    CpuDay,
    MachineFacts,
    NetworkDay,
)
from inventory.models import Instance, StateChange
from metrics.models import CpuMetric, NetworkMetric
from providers.records import ChargeCategory

# AWS's name of instance hours on the bill.
COMPUTE = "Amazon Elastic Compute Cloud - Compute"
ROWS_AT_ONCE = 5000


def read_machines(
    account: CloudAccount, window: Window
) -> dict[Instance, MachineFacts]:
    """Return every instance that existed in the window, with its days. Four queries."""
    machines = Instance.objects.filter(account=account).present_since(window.start)
    rows = {row.pk: row for row in machines.order_by("pk")}
    changes = _changes(rows)
    cpu = _cpu(account, window)
    network = _network(account, window)
    return {
        row: _facts(
            account, row, changes.get(pk, []), cpu.get(pk, []), network.get(pk, [])
        )
        for pk, row in rows.items()
    }


def _facts(
    account: CloudAccount,
    row: Instance,
    changes: list[Change],
    cpu: list[CpuDay],
    network: list[NetworkDay],
) -> MachineFacts:
    return MachineFacts(
        account_id=account.account_id,
        instance_id=row.resource_id,
        instance_type=row.instance_type,
        region=row.region,
        state=row.state,
        name=row.name,
        platform=row.platform,
        lifecycle=row.lifecycle,
        launched_at=row.launched_at,
        first_seen_at=row.first_seen_at,
        gone_since=row.gone_since,
        vcpus=row.vcpus,
        memory_mib=row.memory_mib,
        public_ip=row.public_ip,
        tags=row.tags,
        changes=changes,
        cpu=cpu,
        network=network,
    )


def _changes(rows: Mapping[int, Instance]) -> dict[int, list[Change]]:
    found: dict[int, list[Change]] = defaultdict(list)
    stored = StateChange.objects.filter(resource__in=list(rows)).order_by("at", "id")
    for one in stored.iterator(chunk_size=ROWS_AT_ONCE):
        change = Change(one.at, one.field, one.old_value, one.new_value)
        found[one.resource_id].append(change)
    return found


def _cpu(account: CloudAccount, window: Window) -> dict[int, list[CpuDay]]:
    found: dict[int, list[CpuDay]] = defaultdict(list)
    rows = CpuMetric.objects.in_window(window).filter(resource__account=account)
    columns = ("average_percent", "maximum_percent", "p99_percent", "samples")
    ordered = rows.order_by("resource", "day").values_list("resource", "day", *columns)
    for machine, *day in ordered.iterator(chunk_size=ROWS_AT_ONCE):
        found[machine].append(CpuDay(*day))
    return found


def _network(account: CloudAccount, window: Window) -> dict[int, list[NetworkDay]]:
    found: dict[int, list[NetworkDay]] = defaultdict(list)
    rows = NetworkMetric.objects.filter(
        resource__account=account, day__gte=window.start, day__lt=window.end
    )
    columns = ("resource", "day", "in_bytes", "out_bytes")
    ordered = rows.order_by("resource", "day").values_list(*columns)
    for machine, *day in ordered.iterator(chunk_size=ROWS_AT_ONCE):
        found[machine].append(NetworkDay(*day))
    return found


def read_compute_bills(
    account: CloudAccount, window: Window
) -> dict[str, list[BillDay]]:
    """Return the daily compute cost of each region. Two queries.

    That of a member of an organization is on its payer's bill. A stored day without a
    charge cost 0.
    """
    used = (
        DailyCost.objects.counted()
        .in_window(window)
        .filter(
            Q(account=account) | Q(account=account.payer_id),
            sub_account_id=account.account_id,
            service=COMPUTE,
            charge_category=ChargeCategory.USAGE.value,
        )
    )
    sums = (
        used.order_by()
        .values_list("region", "currency", "day")
        .annotate(amount=Sum("billed"))
    )
    amounts: dict[tuple[str, str], dict[date, Decimal]] = defaultdict(dict)
    for region, currency, day, amount in sums:
        amounts[region, currency][day] = amount
    stored = CostTotal.objects.counted().in_window(window)
    of_bill = stored.filter(account=account.payer_id or account.pk)
    guesses = {
        (currency, day): guess
        for currency, day, guess in of_bill.values_list(
            "currency", "day", "is_estimated"
        )
    }
    found: dict[str, list[BillDay]] = defaultdict(list)
    for (region, currency), per_day in amounts.items():
        for (of, day), guess in sorted(guesses.items()):
            if of == currency:
                found[region].append(
                    BillDay(day, per_day.get(day, ZERO), currency, guess)
                )
    return found
