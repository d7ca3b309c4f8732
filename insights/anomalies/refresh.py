"""Find the anomalies in the bills and in the CPU of instances, and store them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from clouds.models import CloudAccount
from core.windows import ONE_DAY, Window, last_complete_days
from insights.anomalies.engine.accuracy import measure, of_scopes
from insights.anomalies.engine.anomaly_records import (
    Accuracy,
    Cause,
    Finding,
    Measure,
    Series,
    money,
)
from insights.anomalies.engine.daily import find_cpu_anomalies
from insights.anomalies.engine.incidents import find_incidents
from insights.anomalies.engine.tagged import find_tag_anomalies, series_of, tag_causes
from insights.anomalies.line_causes import add_line_causes, stored_lines
from insights.anomalies.store import overlap, store_anomalies
from insights.bill_records import Bill, Scope
from insights.daily_costs import ROWS_AT_ONCE
from insights.labels.refresh import worth_telling
from insights.models import Anomaly, Calibration
from insights.refresh.refresh_state import METHOD
from insights.tag_bills import read_tag_bills
from insights.thresholds import limits
from inventory.models import Resource
from metrics.models import CpuMetric

# Twice what a first sync of CPU reads: a season before the days that are judged.
CPU_DAYS = 180
# The columns of a day's CPU, the most telling first.
CPU_COLUMNS = ("average_percent", "p99_percent", "maximum_percent")
# An incident of all accounts of which the accounts' own anomalies explain this share
# is theirs.
EXPLAINED_SHARE = 0.5

# A tag key, the bill of each of its values ("" is untagged), and the bill whose costs
# they are.
TagBills = tuple[str, Mapping[str, Bill], Bill]
Machines = Mapping[str, Sequence[Series]]


def refresh_anomalies(
    account: CloudAccount | None,
    bills: Sequence[Bill],
    now: datetime,
    last_version: str | None,
) -> tuple[int, str]:
    """Find and store the anomalies of an account, or of all accounts together.

    Return how many rows changed, and the version of the data. Data of `last_version`
    are not searched again. Raise DetectionError.
    """
    machines = _machines(account, now) if account else {}
    tags = list(read_tag_bills(account, bills)) if account else []
    account_anomalies = [] if account else _account_anomalies()
    least_deviations = Calibration.objects.least_deviations()
    learned = sorted(least_deviations.items())
    lines = _line_versions(account)
    version = _version(bills, machines, tags, account_anomalies, [*learned, *lines])
    if version == last_version:
        return 0, version
    found = [
        row
        for bill in bills
        for row in _bill_anomalies(bill, tags, None if account else account_anomalies)
    ]
    found += _tag_anomalies(tags, found)
    add_line_causes(account, found, now)
    found = worth_telling(found + _cpu_anomalies(machines), least_deviations)
    return store_anomalies(account, found, now), version


def _machines(account: CloudAccount, now: datetime) -> Machines:
    """Return the daily CPU of each instance, by its primary key. One query."""
    window = last_complete_days(CPU_DAYS, now)
    rows = CpuMetric.objects.in_window(window).filter(resource__account=account)
    rows = rows.of_kinds(Resource.Kind.INSTANCE)
    days: dict[int, dict[date, Sequence[float | None]]] = defaultdict(dict)
    ordered = rows.order_by("resource", "day")
    columns = ordered.values_list("resource", "day", *CPU_COLUMNS)
    for machine, day, *figures in columns.iterator(chunk_size=ROWS_AT_ONCE):
        days[machine][day] = figures
    return {str(machine): _series(machine, stored) for machine, stored in days.items()}


def _series(machine: int, days: Mapping[date, Sequence[float | None]]) -> list[Series]:
    window = Window(min(days), max(days) + ONE_DAY)
    unknown = (None,) * len(CPU_COLUMNS)
    figures = [days.get(day, unknown) for day in window.days()]
    return [
        Series(str(machine), window.start, values, measure=Measure.CPU)
        for values in map(list, zip(*figures, strict=True))
        if any(value is not None for value in values)
    ]


def _account_anomalies() -> list[Anomaly]:
    """Return the anomalies that are found in the bills of single accounts now."""
    rows = Anomaly.objects.filter(account__isnull=False, resource__isnull=True)
    rows = rows.prefetch_related("changes").order_by("pk")
    return [row for row in rows if not row.is_closed_automatically]


def _line_versions(account: CloudAccount | None) -> list[tuple[object, ...]]:
    return list(stored_lines(account).values_list("account", "month", "file"))


def _version(
    bills: Sequence[Bill],
    machines: Machines,
    tags: Sequence[TagBills],
    account_anomalies: Sequence[Anomaly],
    more: Sequence[tuple[object, ...]],
) -> str:
    days = [(row.pk, row.first_day, row.last_day) for row in account_anomalies]
    digest = sha256(repr((METHOD, limits(), days, more)).encode())
    bills_of_tags = [bill for _, values, _ in tags for bill in values.values()]
    digest.update(repr([(key, list(values)) for key, values, _ in tags]).encode())
    for bill in [*bills, *bills_of_tags]:
        series = [(part, list(values)) for part, values in sorted(bill.usage.items())]
        about = (bill.currency, bill.first_day, sorted(bill.unsettled))
        digest.update(repr((about, series)).encode())
    for key in sorted(machines):
        digest.update(repr(machines[key]).encode())
    return digest.hexdigest()


def _bill_anomalies(
    bill: Bill,
    tags: Sequence[TagBills],
    account_anomalies: Sequence[Anomaly] | None,
) -> list[Anomaly]:
    """Return the anomalies of a bill as unsaved rows.

    On a bill of all accounts, without those that `account_anomalies` shows already.
    """
    found = find_incidents(bill, limits())
    if account_anomalies is not None:
        found = [one for one in found if not _is_duplicate(one, account_anomalies)]
    accuracy = of_scopes(bill, {one.scope for one in found}, limits())
    by_key = [(key, values) for key, values, its_bill in tags if its_bill is bill]
    rows = []
    for one in found:
        row = _anomaly(one, accuracy[one.scope])
        row.tag_causes = [
            {
                "key": key,
                "value": cause.value,
                "amount": str(money(cause.amount)),
                "share": round(cause.share, 4),
            }
            for key, values in by_key
            for cause in tag_causes(values, one, limits())
        ]
        rows.append(row)
    return rows


def _is_duplicate(incident: Finding, rows: Sequence[Anomaly]) -> bool:
    """Return whether an incident of all accounts would be shown twice.

    So it would where it lies in one account, or where `rows` explain most of it.
    """
    return bool(incident.scope.account) or _is_explained(incident, rows)


def _is_explained(incident: Finding, rows: Sequence[Anomaly]) -> bool:
    """Return whether `rows` of the same days and direction explain most of it."""
    which = (incident.currency, incident.direction)
    same_days = [
        row
        for row in rows
        if (row.currency, row.direction) == which and overlap(row, incident)
    ]
    explained = sum(
        cause.share
        for cause in incident.causes
        if any(_holds(row, cause.scope) for row in same_days)
    )
    return explained >= EXPLAINED_SHARE


def _holds(row: Anomaly, part: Scope) -> bool:
    """Return whether the part is on the bill, and within the scope, of that row."""
    if row.tag_key:
        parts = [(cause["account"], cause["service"]) for cause in row.causes]
        return (part.account, part.service) in parts
    # Without an account of its own: those on a payer's bill that it comes from.
    accounts = (
        [row.sub_account_id]
        if row.sub_account_id
        else [cause["account"] for cause in row.causes]
    )
    # By tag, a bill over several accounts is told without its services.
    is_same_service = not part.service or row.service in ("", part.service)
    return part.account in accounts and is_same_service


def _tag_anomalies(
    tags: Sequence[TagBills], bill_anomalies: Sequence[Anomaly]
) -> list[Anomaly]:
    """Return what only a tag shows: not those of the bill, nor of an earlier key."""
    rows: list[Anomaly] = []
    for key, all_values, bill in tags:
        values = {value: one for value, one in all_values.items() if value}
        shown = [*bill_anomalies, *rows]
        found = [
            one
            for one in find_tag_anomalies(values, bill, limits())
            if not _is_explained(one, shown)
        ]
        names = sorted({one.key for one in found})
        accuracy = measure([series_of(name, values[name]) for name in names], limits())
        for one in found:
            row = _anomaly(one, accuracy[one.key])
            row.tag_key, row.tag_value = key, one.key
            rows.append(row)
    return rows


def _cpu_anomalies(machines: Machines) -> list[Anomaly]:
    found = find_cpu_anomalies(machines, limits())
    keys = sorted({one.key for one in found})
    accuracy = measure([machines[key][0] for key in keys], limits())
    return [_anomaly(one, accuracy[one.key]) for one in found]


def _anomaly(finding: Finding, accuracy: Accuracy) -> Anomaly:
    """Return an unsaved row: of money where there is a currency, else of CPU."""
    is_cost = bool(finding.currency)
    same = (
        *("currency", "kind", "direction", "severity", "is_over"),
        *("first_day", "last_day", "peak_day", "seen_on"),
    )
    alarms = accuracy.false_per_month
    return Anomaly(
        **{name: getattr(finding, name) for name in same},
        sub_account_id=finding.scope.account,
        service=finding.scope.service,
        region=finding.scope.region,
        resource_id=None if is_cost else int(finding.key),
        expected=money(finding.expected),
        low=money(finding.low),
        high=money(finding.high),
        actual=money(finding.actual),
        # Percent of CPU are no money.
        impact=money(finding.impact) if is_cost else None,
        # A lower bound, which is never certainty.
        confidence=min(round(finding.confidence, 4), 0.9999),
        causes=[_cause(one) for one in finding.causes],
        recall=accuracy.recall,
        false_per_month=None if alarms is None else round(alarms, 4),
    )


def _cause(cause: Cause) -> dict[str, Any]:
    part = cause.scope
    return {
        "name": ", ".join(filter(None, [part.service, part.region])) or part.account,
        "account": part.account,
        "service": part.service,
        "region": part.region,
        "amount": str(money(cause.amount)),
        "share": round(cause.share, 4),
    }
