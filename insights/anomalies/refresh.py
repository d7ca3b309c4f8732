"""Anomalies found in the bills and in the CPU of instances, as rows to store."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from clouds.models import CloudAccount
from core.windows import ONE_DAY, Window, last_complete_days
from insights.anomalies.duplicates import account_anomalies, is_duplicate
from insights.anomalies.engine.accuracy import measure, of_scopes
from insights.anomalies.engine.anomaly_records import (
    Accuracy,
    Bill,
    Cause,
    Finding,
    Measure,
    Scope,
    Series,
    money,
)
from insights.anomalies.engine.bill_incidents import find_incidents
from insights.anomalies.engine.daily import find_cpu_anomalies
from insights.daily_costs import ROWS_AT_ONCE
from insights.daily_costs import Bill as StoredBill
from insights.models import Anomaly
from insights.refresh_state import METHOD
from insights.thresholds import limits
from metrics.models import CpuMetric

# Twice what a first sync of CPU reads: a season before the days that are judged.
CPU_DAYS = 180
# The columns of a day's CPU, the most telling first.
CPU_COLUMNS = ("average_percent", "p99_percent", "maximum_percent")


@dataclass(frozen=True)
class Source:
    """The series of one account, or of all together, and the version of their data.

    `account_anomalies` are the rows of single accounts, which must not be found again
    in all accounts together; None for a single account.
    """

    bills: Sequence[Bill]
    machines: Mapping[str, Sequence[Series]]
    version: str
    account_anomalies: Sequence[Anomaly] | None

    def anomalies(self) -> list[Anomaly]:
        """Return every anomaly in them as an unsaved row. Raise DetectionError."""
        return [
            *(row for bill in self.bills for row in self._anomalies_of(bill)),
            *self._cpu_anomalies(),
        ]

    def _anomalies_of(self, bill: Bill) -> Iterable[Anomaly]:
        found = find_incidents(bill, limits())
        if (rows := self.account_anomalies) is not None:
            found = [one for one in found if not is_duplicate(one, rows)]
        accuracy = of_scopes(bill, {one.scope for one in found}, limits())
        return [_anomaly(one, accuracy[one.scope]) for one in found]

    def _cpu_anomalies(self) -> Iterable[Anomaly]:
        found = find_cpu_anomalies(self.machines, limits())
        keys = sorted({one.key for one in found})
        accuracy = measure([self.machines[key][0] for key in keys], limits())
        return [_anomaly(one, accuracy[one.key]) for one in found]


def source_of(
    account: CloudAccount | None, stored: Sequence[StoredBill], now: datetime
) -> Source:
    """Return the source of an account: bills without taxes, fees and credits."""
    bills = [_bill(one) for one in stored]
    machines = _machines(account, now) if account else {}
    of_accounts = None if account else account_anomalies()
    days = [(row.pk, row.first_day, row.last_day) for row in of_accounts or ()]
    digest = sha256(repr((METHOD, limits(), days)).encode())
    for bill in bills:
        known = (bill.currency, bill.first_day, sorted(bill.estimated))
        digest.update(repr(known).encode())
        for scope in sorted(bill.parts):
            digest.update(repr((scope, list(bill.parts[scope]))).encode())
    for key in sorted(machines):
        digest.update(repr(machines[key]).encode())
    return Source(bills, machines, digest.hexdigest(), of_accounts)


def _bill(stored: StoredBill) -> Bill:
    return Bill(
        currency=stored.currency,
        first_day=stored.first_day,
        parts={
            Scope(account=sub, service=service, region=region): values
            for (sub, service, region), values in stored.usage.items()
        },
        estimated=stored.unsettled,
    )


def _machines(account: CloudAccount, now: datetime) -> dict[str, list[Series]]:
    """Return the daily CPU of each instance, by its primary key. One query."""
    window = last_complete_days(CPU_DAYS, now)
    rows = CpuMetric.objects.in_window(window).filter(resource__account=account)
    days: dict[int, dict[date, Sequence[float | None]]] = defaultdict(dict)
    ordered = rows.order_by("resource", "day")
    columns = ordered.values_list("resource", "day", *CPU_COLUMNS)
    for machine, day, *figures in columns.iterator(chunk_size=ROWS_AT_ONCE):
        days[machine][day] = figures
    return {str(machine): _series(machine, known) for machine, known in days.items()}


def _series(machine: int, days: Mapping[date, Sequence[float | None]]) -> list[Series]:
    window = Window(min(days), max(days) + ONE_DAY)
    unknown = (None,) * len(CPU_COLUMNS)
    figures = [days.get(day, unknown) for day in window.days()]
    return [
        Series(str(machine), window.start, values, measure=Measure.CPU)
        for values in map(list, zip(*figures, strict=True))
        if any(value is not None for value in values)
    ]


def _anomaly(finding: Finding, accuracy: Accuracy) -> Anomaly:
    """Return an unsaved row: of money where there is a currency, else of CPU."""
    is_cost = bool(finding.currency)
    return Anomaly(
        sub_account_id=finding.scope.account,
        service=finding.scope.service,
        region=finding.scope.region,
        resource_id=None if is_cost else int(finding.key),
        currency=finding.currency,
        kind=finding.kind.value,
        direction=finding.direction.value,
        first_day=finding.first_day,
        last_day=finding.last_day,
        peak_day=finding.peak_day,
        seen_on=finding.seen_on,
        is_over=finding.is_over,
        expected=money(finding.expected),
        low=money(finding.low),
        high=money(finding.high),
        actual=money(finding.actual),
        # Percent of CPU are no money.
        impact=money(finding.impact) if is_cost else None,
        severity=finding.severity.value,
        confidence=round(finding.confidence, 4),
        causes=[_cause(one) for one in finding.causes],
        recall=accuracy.recall,
        false_per_month=_rounded(accuracy.false_per_month),
    )


def _rounded(figure: float | None) -> float | None:
    return None if figure is None else round(figure, 4)


def _cause(cause: Cause) -> dict[str, Any]:
    named = [cause.scope.service, cause.scope.region]
    return {
        "name": ", ".join(filter(None, named)) or cause.scope.account,
        "account": cause.scope.account,
        "service": cause.scope.service,
        "region": cause.scope.region,
        "amount": str(money(cause.amount)),
        "share": round(cause.share, 4),
    }
